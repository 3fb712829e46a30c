from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.rules.customers.customers import INVERSE, RelationshipKind
from app.schemas.customers import relationships as schemas
from app.store.customers import customers
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page

MISSING = "Relationship not found"
# Every relationship twice: from the side of each of its two customers.
_BOTH_ENDS = """(
    SELECT r.*, r.from_id AS own_id, r.to_id AS other_id, false AS incoming FROM relationships r
    UNION ALL
    SELECT r.*, r.to_id, r.from_id, true FROM relationships r
)"""
_INVERSE = " ".join(f"WHEN '{kind}' THEN '{inverse}'" for kind, inverse in INVERSE.items())
_OWN = {
    "kind": f"CASE WHEN r.incoming THEN CASE r.kind {_INVERSE} END ELSE r.kind END",
    "direction": f"CASE WHEN r.kind = '{RelationshipKind.HOUSEHOLD}' THEN 'mutual' "
    "WHEN r.incoming THEN 'incoming' ELSE 'outgoing' END",
    "customer": "(SELECT json_build_object('id', o.id, 'display_name', o.display_name, 'kind', o.kind) "
    "FROM customers o WHERE o.id = r.other_id)",
}
_COLUMNS = documents.columns(schemas.Relationship, "r", _OWN)
_ONE = documents.select_one(_COLUMNS, f"{_BOTH_ENDS} r", "r")
_LIST = Listing(
    "relationships",
    _COLUMNS,
    _BOTH_ENDS,
    "r",
    schemas.RelationshipQuery,
    {"customer_id": "r.own_id = {}"},
    {"created_at": ("r.created_at", "timestamptz")},
)


async def get(ctx: Context, relationship_id: UUID, viewpoint: UUID | None) -> Document:
    """As described from the side of the customer `viewpoint`; None means the `from` end."""
    side = "(r.own_id = $2 OR $2::uuid IS NULL AND NOT r.incoming)"
    return await documents.fetch(ctx, f"{_ONE} WHERE r.id = $1 AND {side}", relationship_id, viewpoint, missing=MISSING)


async def page(ctx: Context, customer_id: UUID, query: schemas.RelationshipQuery) -> Page:
    listed = await _LIST.page(ctx, query, {"customer_id": customer_id})
    if not listed.items and not await customers.existing_ids(ctx, [customer_id]):
        raise NotFound(customers.CUSTOMERS.missing)
    return listed


async def find_id(ctx: Context, from_id: UUID, kind: RelationshipKind, to_id: UUID) -> UUID | None:
    relationship_id: UUID | None = await ctx.db.fetchval(
        "SELECT id FROM relationships WHERE from_id = $1 AND kind = $2 AND to_id = $3", from_id, kind, to_id
    )
    return relationship_id


async def display_names(ctx: Context, *customer_ids: UUID) -> dict[UUID, str]:
    """By id, for those of the customers that exist."""
    existing = await ctx.db.fetch("SELECT id, display_name FROM customers WHERE id = ANY ($1::uuid[])", customer_ids)
    return {row["id"]: row["display_name"] for row in existing}


async def lock(ctx: Context, relationship_id: UUID) -> Record:
    row = await ctx.db.fetchrow("SELECT * FROM relationships WHERE id = $1 FOR UPDATE", relationship_id)
    if row is None:
        raise NotFound(MISSING)
    return row


async def add(ctx: Context, values: Mapping[str, Any]) -> None:
    await rows.insert(ctx, "relationships", [values])


async def change(ctx: Context, relationship_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "relationships", relationship_id, {**values, "updated_at": ctx.now})


async def remove(ctx: Context, relationship_id: UUID) -> None:
    await ctx.db.execute("DELETE FROM relationships WHERE id = $1", relationship_id)
