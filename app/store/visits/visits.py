from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.visits.scorecards import VisitState
from app.schemas.visits import visits as schemas
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page
from app.store.kit.references import Lookup, Reference

MISSING = "Visit not found"
_OWN = {
    # The receipt may be recorded later than the visit: its sale is looked up when the visit is read.
    "sale_id": "coalesce(v.sale_id, (SELECT s.id FROM sales s "
    "WHERE s.source = v.receipt_source AND s.receipt_no = v.receipt_no))",
    "receipt": "CASE WHEN v.receipt_no IS NOT NULL "
    "THEN json_build_object('source', v.receipt_source, 'receipt_no', v.receipt_no) END",
    "feedback_id": "(SELECT f.id FROM feedback f WHERE f.visit_id = v.id)",
}
_SELECT = documents.select_one(schemas.Visit, "visits v", "v", _OWN)
_LIST = Listing(
    "visits",
    documents.columns(schemas.Visit, "v", _OWN),
    "visits",
    "v",
    schemas.VisitQuery,
    {
        "kind": "v.kind = {}",
        "state": {state: f"v.state = '{state}'" for state in VisitState},
        "site": "v.site = {}",
        "staff": "v.staff = {}",
        "shopper": "v.shopper = {}",
        "scorecard_id": "v.scorecard_id = {}",
        "interaction_id": "v.interaction_id = {}",
        "source": "v.source = {}",
        "external_id": "v.external_id = {}",
        "happened_since": "v.happened_at >= {}",
        "happened_before": "v.happened_at < {}",
    },
    {"happened_at": ("v.happened_at", "timestamptz")},
)


async def get(ctx: Context, visit_id: UUID) -> Document:
    return await documents.fetch(ctx, f"{_SELECT} WHERE v.id = $1", visit_id, missing=MISSING)


async def page(ctx: Context, query: schemas.VisitQuery) -> Page:
    return await _LIST.page(ctx, query)


async def add(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "visits", values)


async def change(ctx: Context, visit_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "visits", visit_id, {**values, "updated_at": ctx.now})


async def lock(ctx: Context, visit_id: UUID) -> Record:
    row = await ctx.db.fetchrow("SELECT * FROM visits WHERE id = $1 FOR NO KEY UPDATE", visit_id)
    if row is None:
        raise NotFound(MISSING)
    return row


async def feedback_id(ctx: Context, visit_id: UUID) -> UUID:
    """The feedback that was recorded for a completed visit."""
    found: UUID = await ctx.db.fetchval("SELECT id FROM feedback WHERE visit_id = $1", visit_id)
    return found


REFERENCES = Lookup(
    Reference(
        "visit",
        {"source": "TEXT", "external_id": "TEXT"},
        "JOIN visits v USING (source, external_id) WHERE v.external_id IS NOT NULL",
        "v.id",
        "encode(v.content_hash, 'hex')",
    ),
    Reference("sale", {"id": "UUID"}, "JOIN sales s USING (id)", "s.id"),
    Reference("interaction", {"id": "UUID"}, "JOIN interactions i USING (id)", "i.id"),
)
"""What visits refer to: the same ones, with the hash of what was sent, and the sale or contact they are about."""
