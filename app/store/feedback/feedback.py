from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.feedback import feedback as schemas
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page

MISSING = "No such feedback"
_OWN = {
    "receipt": "CASE WHEN f.receipt_no IS NOT NULL THEN "
    "json_build_object('source', f.receipt_source, 'receipt_no', f.receipt_no) END",
    "ratings": documents.json_array(schemas.Rating, "ratings r", "r", where="r.feedback_id = f.id", order="r.position"),
    "follow_ups": documents.json_array(
        schemas.FeedbackFollowUp,
        "feedback_follow_ups u",
        "u",
        where="u.feedback_id = f.id",
        order="u.created_at, u.rule_id",
    ),
}
COLUMNS = documents.columns(schemas.Feedback, "f", _OWN)
_ONE = documents.select_one(schemas.Feedback, "feedback f", "f", _OWN)
_LIST = Listing(
    "feedback",
    COLUMNS,
    "feedback",
    "f",
    {
        "method": "f.method = {}",
        "customer_id": "f.customer_id = {}",
        # Spelled out, so that the planner sees which partial index fits.
        "claimed": {True: "f.customer_id IS NOT NULL", False: "f.customer_id IS NULL"},
        "channel": "f.channel = {}",
        "site": "f.site = {}",
        "till": "f.till = {}",
        "staff": "f.staff = {}",
        "sku": "f.sku = {}",
        "competitor": "f.competitor = {}",
        "survey_id": "f.survey_id = {}",
        "invitation_id": "f.invitation_id = {}",
        "visit_id": "f.visit_id = {}",
        "idea_id": "f.idea_id = {}",
        "sale_id": "f.sale_id = {}",
        "complaint_id": "f.complaint_id = {}",
        "interaction_id": "f.interaction_id = {}",
        "metric": "f.metric = {}",
        "nps_class": "f.nps_class = {}",
        "sentiment": "f.sentiment = {}",
        "theme": "f.themes @> ARRAY[{}::text]",
        "score_from": "f.score >= {}::int",
        "score_below": "f.score < {}::int",
        "acknowledged": {True: "f.acknowledged_at IS NOT NULL", False: "f.acknowledged_at IS NULL"},
        "acted": {True: "f.acted_at IS NOT NULL", False: "f.acted_at IS NULL"},
        "told": {True: "f.told_at IS NOT NULL", False: "f.told_at IS NULL"},
        "closed": {True: "f.closed_at IS NOT NULL", False: "f.closed_at IS NULL"},
        "source": "f.source = {}",
        "external_id": "f.external_id = {}",
        "collected_since": "f.collected_at >= {}",
        "collected_before": "f.collected_at < {}",
    },
    {"collected_at": ("f.collected_at", "timestamptz")},
)


class ReferenceKeys(NamedTuple):
    """What feedback refers to, to be looked up at once; `n` is its place."""

    feedback: list[tuple[int, str, str]]
    points: list[tuple[int, str, str]]
    customers: list[tuple[int, UUID]]
    sales: list[tuple[int, UUID, int | None]]
    receipts: list[tuple[int, str, str]]
    interactions: list[tuple[int, UUID]]
    complaints: list[tuple[int, UUID]]
    ideas: list[tuple[int, UUID]]


async def get(ctx: Context, feedback_id: UUID) -> Document:
    return await documents.fetch(ctx, f"{_ONE} WHERE f.id = $1", feedback_id, missing=MISSING)


async def page(ctx: Context, query: schemas.FeedbackQuery) -> Page:
    return await _LIST.page(ctx, query)


async def load_references(ctx: Context, wanted: ReferenceKeys) -> list[Record]:
    """Rows of (what, n, id, data): feedback that exists (data: the hash of what was sent), who its customers may be,
    and what is there of what it refers to: whose it is, and of a sale where it was made, by whom, and of what.
    """
    lists: tuple[list[tuple], ...] = tuple(wanted)
    sent = [c for keys, width in zip(lists, _WIDTHS, strict=True) for c in rows.columns(keys, width)]
    return await ctx.db.fetch(_REFERENCES, *sent)


async def add(ctx: Context, values: Sequence[Mapping[str, Any]], ratings: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "feedback", values)
    await rows.insert(ctx, "ratings", ratings)


async def change(ctx: Context, feedback_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "feedback", feedback_id, {**values, "updated_at": ctx.now})


async def rate(ctx: Context, feedback_id: UUID, ratings: Sequence[Mapping[str, Any]]) -> None:
    """Its ratings, written anew."""
    await ctx.db.execute("DELETE FROM ratings WHERE feedback_id = $1", feedback_id)
    await rows.insert(ctx, "ratings", ratings)


async def spread(ctx: Context, feedback_ids: Collection[UUID]) -> None:
    """Have the ratings carry what their feedback says now of where it was and whose it is."""
    await ctx.db.execute(
        "UPDATE ratings r SET channel = f.channel, site = f.site, staff = f.staff, sku = f.sku, "
        "customer_id = f.customer_id FROM feedback f WHERE r.feedback_id = f.id AND f.id = ANY ($1::uuid[])",
        list(feedback_ids),
    )


async def lock(ctx: Context, feedback_id: UUID) -> Record:
    row = await ctx.db.fetchrow("SELECT * FROM feedback WHERE id = $1 FOR NO KEY UPDATE", feedback_id)
    if row is None:
        raise NotFound(MISSING)
    return row


async def about_sales(ctx: Context, sale_ids: Iterable[UUID]) -> list[Record]:
    """Feedback about these sales that does not know all of them yet, held: rows of feedback with those of the sale.

    The sale's own are `of_sale`, `buyer`, `at_site`, `at_till`, `by_operator`, `of_sku`.
    """
    return await ctx.db.fetch(_ABOUT_SALES, list(sale_ids))


async def receipt_sale(ctx: Context, feedback_id: UUID) -> UUID | None:
    """The sale of the receipt that feedback waits for; None as long as there is none, or where it waits no more."""
    return await ctx.db.fetchval(
        "SELECT s.id FROM feedback f JOIN sales s ON s.source = f.receipt_source AND s.receipt_no = f.receipt_no "
        "WHERE f.id = $1 AND f.sale_id IS NULL",
        feedback_id,
    )


AWAITS_RECEIPT = """EXISTS (
    SELECT FROM feedback f WHERE f.receipt_source = e.data->>'source' AND f.receipt_no = e.data->>'receipt_no'
    AND f.receipt_no IS NOT NULL AND f.sale_id IS NULL
)"""
"""Condition on the event `e` of a sale: feedback names its receipt and does not know the sale yet."""
REFERS_TO_SALE = "EXISTS (SELECT FROM feedback f WHERE f.sale_id = e.subject_id)"
"""Condition on the event `e` of a sale: there is feedback about it."""
_WIDTHS = (3, 3, 2, 3, 3, 2, 2, 2)
_LINE = "(SELECT l.sku FROM sale_lines l WHERE l.sale_id = s.id AND l.line_no = w.line_no)"
_SALE = """'customer_id', s.customer_id, 'site', s.site, 'till', s.till, 'operator', s.operator"""
_REFERENCES = f"""
    SELECT 'feedback' AS what, w.n, f.id, json_build_object('hash', encode(f.content_hash, 'hex'))::text AS data
    FROM unnest($1::int[], $2::text[], $3::text[]) AS w(n, source, external_id)
    JOIN feedback f USING (source, external_id) WHERE f.external_id IS NOT NULL
    UNION ALL
    SELECT 'point', w.n, c.id, NULL
    FROM unnest($4::int[], $5::text[], $6::text[]) AS w(n, kind, normalized)
    JOIN contact_points p USING (kind, normalized)
    JOIN customers c ON c.id = p.customer_id AND c.archived_at IS NULL
    WHERE NOT p.invalid
    UNION ALL
    SELECT 'customer', w.n, c.id, NULL FROM unnest($7::int[], $8::uuid[]) AS w(n, id) JOIN customers c USING (id)
    UNION ALL
    SELECT 'sale', w.n, s.id, json_build_object({_SALE}, 'sku', {_LINE}, 'line',
        w.line_no IS NULL OR EXISTS (SELECT FROM sale_lines l WHERE l.sale_id = s.id AND l.line_no = w.line_no))::text
    FROM unnest($9::int[], $10::uuid[], $11::int[]) AS w(n, id, line_no) JOIN sales s USING (id)
    UNION ALL
    SELECT 'sale', w.n, s.id, json_build_object({_SALE}, 'sku', NULL, 'line', true)::text
    FROM unnest($12::int[], $13::text[], $14::text[]) AS w(n, source, receipt_no)
    JOIN sales s USING (source, receipt_no)
    UNION ALL
    SELECT 'interaction', w.n, i.id, json_build_object('customer_id', i.customer_id)::text
    FROM unnest($15::int[], $16::uuid[]) AS w(n, id) JOIN interactions i USING (id)
    UNION ALL
    SELECT 'complaint', w.n, c.id, json_build_object('customer_id', c.customer_id)::text
    FROM unnest($17::int[], $18::uuid[]) AS w(n, id) JOIN complaints c USING (id)
    UNION ALL
    SELECT 'idea', w.n, d.id, NULL FROM unnest($19::int[], $20::uuid[]) AS w(n, id) JOIN ideas d USING (id)
"""
_ABOUT_SALES = """
    WITH found AS (
        SELECT f.id, s.id AS sale_id FROM sales s JOIN feedback f ON f.sale_id = s.id
        WHERE s.id = ANY ($1::uuid[])
        UNION ALL
        SELECT f.id, s.id FROM sales s
        JOIN feedback f ON f.receipt_source = s.source AND f.receipt_no = s.receipt_no
            AND f.receipt_no IS NOT NULL AND f.sale_id IS NULL
        WHERE s.id = ANY ($1::uuid[])
    )
    SELECT f.*, s.id AS of_sale, s.customer_id AS buyer, s.site AS at_site, s.till AS at_till,
        s.operator AS by_operator, l.sku AS of_sku
    FROM found JOIN feedback f ON f.id = found.id JOIN sales s ON s.id = found.sale_id
    LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = f.sale_line_no
    ORDER BY f.id FOR NO KEY UPDATE OF f
"""
