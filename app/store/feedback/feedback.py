from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.schemas.feedback import feedback as schemas
from app.store import sales
from app.store.customers import customer_references
from app.store.feedback.feedback_row import FeedbackRow
from app.store.kit import advisory, documents, rows
from app.store.kit.listing import Listing, match_conditions
from app.store.kit.references import Lookup, Reference, sent_before
from app.store.kit.tables import Table


@dataclass(frozen=True, slots=True)
class SaleFacts:
    """What a sale says of the feedback about it."""

    sale_id: UUID
    customer_id: UUID | None
    site: str | None
    till: str | None
    staff: str | None
    sku: str | None


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
_LIST = Listing(
    "feedback",
    documents.columns(schemas.Feedback, "f", _OWN),
    "feedback",
    "f",
    schemas.FeedbackQuery,
    {
        "method": "f.method = {}",
        "customer_id": "f.customer_id = {}",
        # As literals, so that the planner sees which partial index fits.
        "claimed": {True: "f.customer_id IS NOT NULL", False: "f.customer_id IS NULL"},
        "match": match_conditions("f"),
        "channel": "f.channel = {}",
        "site": "f.site = {}",
        "till": "f.till = {}",
        "staff": "lower(f.staff) = lower({})",
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
        "notified": {True: "f.notified_at IS NOT NULL", False: "f.notified_at IS NULL"},
        "closed": {True: "f.closed_at IS NOT NULL", False: "f.closed_at IS NULL"},
        "source": "f.source = {}",
        "external_id": "f.external_id = {}",
        "collected_since": "f.collected_at >= {}",
        "collected_before": "f.collected_at < {}",
    },
    {"collected_at": ("f.collected_at", "timestamptz")},
)
FEEDBACK = Table("feedback", _LIST)


async def add(ctx: Context, values: Sequence[Mapping[str, Any]], ratings: Sequence[Mapping[str, Any]]) -> None:
    await FEEDBACK.add(ctx, values)
    await rows.insert(ctx, "ratings", ratings)


async def replace_ratings(ctx: Context, feedback_id: UUID, ratings: Sequence[Mapping[str, Any]]) -> None:
    """Replace the ratings."""
    await ctx.db.execute("DELETE FROM ratings WHERE feedback_id = $1", feedback_id)
    await rows.insert(ctx, "ratings", ratings)


async def update_ratings(ctx: Context, feedback_ids: Collection[UUID]) -> None:
    """Copy the channel, place and customer of feedback onto its ratings."""
    await ctx.db.execute(
        "UPDATE ratings r SET channel = f.channel, site = f.site, staff = f.staff, sku = f.sku, "
        "customer_id = f.customer_id FROM feedback f WHERE r.feedback_id = f.id AND f.id = ANY ($1::uuid[])",
        list(feedback_ids),
    )


async def about_sales(ctx: Context, sale_ids: Iterable[UUID]) -> list[tuple[FeedbackRow, SaleFacts]]:
    """Feedback about these sales, by sale id or receipt number, locked; each with what its sale says."""
    records = await ctx.db.fetch(_ABOUT_SALES, list(sale_ids))
    return [(FeedbackRow.from_record(r), SaleFacts(*(r[name] for name in _SALE_FACTS))) for r in records]


async def lock_receipts(ctx: Context, keys: Sequence[tuple[str, str]]) -> list[UUID]:
    """One transaction at a time, that records these receipts or feedback about them; the sales of those that are there.

    Keys are pairs of source and number.
    """
    await advisory.lock_mixed(ctx, advisory.RECEIPT, keys, ())
    found = await ctx.db.fetch(
        "SELECT id FROM sales WHERE (source, receipt_no) IN (SELECT * FROM unnest($1::text[], $2::text[]))",
        *(list(column) for column in zip(*keys, strict=True)),
    )
    return [row[0] for row in found]


async def references_of(ctx: Context, feedback_id: UUID) -> dict[str, Any] | None:
    """What feedback is about, not locked: ids, and `receipt` with source and number where it names one."""
    row = await ctx.db.fetchrow(_REFERENCES_OF, feedback_id)
    if row is None:
        return None
    named = dict(row)
    source, receipt_no = named.pop("receipt_source"), named.pop("receipt_no")
    return {**named, "receipt": (source, receipt_no) if receipt_no is not None else None}


_REFERENCES_OF = "SELECT sale_id, complaint_id, interaction_id, receipt_source, receipt_no FROM feedback WHERE id = $1"
AWAITS_RECEIPT = """EXISTS (
    SELECT FROM feedback f WHERE f.receipt_source = e.data->>'source' AND f.receipt_no = e.data->>'receipt_no'
    AND f.receipt_no IS NOT NULL AND f.sale_id IS NULL
)"""
"""Condition on the event `e` of a sale: feedback names its receipt and is not linked to the sale yet."""
REFERS_TO_SALE = "EXISTS (SELECT FROM feedback f WHERE f.sale_id = e.subject_id)"
"""Condition on the event `e` of a sale: there is feedback about it."""
_CUSTOMER = "json_build_object('customer_id', r.customer_id)::text"
_SALE = f"{sales.BELIEVED_MOMENT}, 'customer_id', s.customer_id, 'site', s.site, 'till', s.till, 'operator', s.operator"
REFERENCES = Lookup(
    sent_before("feedback", "feedback"),
    *customer_references(),
    Reference(
        "sale",
        {"id": "UUID", "line_no": "INTEGER"},
        "JOIN sales s USING (id) LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = w.line_no",
        "s.id",
        f"json_build_object({_SALE}, 'sku', l.sku, 'has_line', w.line_no IS NULL OR l.sale_id IS NOT NULL)::text",
    ),
    Reference(
        "receipt",
        {"source": "TEXT", "receipt_no": "TEXT"},
        "JOIN sales s USING (source, receipt_no)",
        "s.id",
        f"json_build_object({_SALE}, 'sku', NULL, 'has_line', true)::text",
    ),
    Reference("interaction", {"id": "UUID"}, "JOIN interactions r USING (id)", "r.id", _CUSTOMER),
    Reference("complaint", {"id": "UUID"}, "JOIN complaints r USING (id)", "r.id", _CUSTOMER),
    Reference("idea", {"id": "UUID"}, "JOIN ideas r USING (id)", "r.id"),
)
"""What feedback refers to: the same one, with the hash of what was sent, its customers, what it is about and whose that
is; of a sale also where it was made, by whom, and of what.
"""
_SALE_FACTS = tuple(f"{name}_of_sale" for name in ("sale", "customer", "site", "till", "staff", "sku"))
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
    SELECT f.*, s.id AS sale_of_sale, s.customer_id AS customer_of_sale, s.site AS site_of_sale, s.till AS till_of_sale,
        s.operator AS staff_of_sale, l.sku AS sku_of_sale
    FROM found JOIN feedback f ON f.id = found.id JOIN sales s ON s.id = found.sale_id
    LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = f.sale_line_no
    ORDER BY f.id FOR NO KEY UPDATE OF f
"""
