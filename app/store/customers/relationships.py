from collections.abc import Iterable, Sequence
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
from app.store.kit.tables import Table

_INVERSE = " ".join(f"WHEN '{kind}' THEN '{inverse}'" for kind, inverse in INVERSE.items())


def _customer(customer_id: str) -> str:
    fields = "'id', o.id, 'display_name', o.display_name, 'kind', o.kind"
    return f"(SELECT json_build_object({fields}) FROM customers o WHERE o.id = {customer_id})"


def _columns(subject: str, customer: str, kind: str, direction: str) -> str:
    mutual = f"CASE WHEN r.kind = '{RelationshipKind.HOUSEHOLD}' THEN 'mutual' ELSE {direction} END"
    own = {"subject": _customer(subject), "kind": kind, "direction": mutual, "customer": _customer(customer)}
    return documents.columns(schemas.Relationship, "r", own)


_SORTS = {"created_at": ("r.created_at", "timestamptz")}
RELATIONSHIPS = Table(
    "relationship",
    Listing(
        "relationships",
        _columns("r.from_id", "r.to_id", "r.kind", "'outgoing'"),
        "relationships",
        "r",
        schemas.RelationshipQuery,
        {"kind": "r.kind = {}", "customer_id": "(r.from_id = {} OR r.to_id = {})"},
        _SORTS,
    ),
)
"""Described from the side of the customer who works, supplies or refers."""
# Every relationship twice: from the side of each of its two customers.
_BOTH_ENDS = """(
    SELECT r.*, r.from_id AS own_id, r.to_id AS other_id, false AS incoming FROM relationships r
    UNION ALL
    SELECT r.*, r.to_id, r.from_id, true FROM relationships r
)"""
_SEEN = _columns(
    "r.own_id",
    "r.other_id",
    f"CASE WHEN r.incoming THEN CASE r.kind {_INVERSE} END ELSE r.kind END",
    "CASE WHEN r.incoming THEN 'incoming' ELSE 'outgoing' END",
)
_OF_CUSTOMER = Listing(
    "relationships of a customer",
    _SEEN,
    _BOTH_ENDS,
    "r",
    schemas.CustomerRelationshipQuery,
    {"customer_id": "r.own_id = {}"},
    _SORTS,
)
_ONE = documents.select_one(_SEEN, f"{_BOTH_ENDS} r", "r")
RelationshipKey = tuple[UUID, RelationshipKind, UUID]
"""What identifies a relationship: from, kind and to."""


async def get(ctx: Context, relationship_id: UUID, viewpoint: UUID | None) -> Document:
    """As described from the side of the customer `viewpoint`; None means the `from` end."""
    if viewpoint is None:
        return await RELATIONSHIPS.get(ctx, relationship_id)
    missing = RELATIONSHIPS.missing
    return await documents.fetch(
        ctx, f"{_ONE} WHERE r.id = $1 AND r.own_id = $2", relationship_id, viewpoint, missing=missing
    )


async def page_of_customer(ctx: Context, customer_id: UUID, query: schemas.CustomerRelationshipQuery) -> Page:
    """Raises NotFound where there is no such customer."""
    listed = await _OF_CUSTOMER.page(ctx, query, {"customer_id": customer_id})
    if not listed.items and not await customers.existing_ids(ctx, [customer_id]):
        raise NotFound(customers.CUSTOMERS.missing)
    return listed


async def existing(ctx: Context, keys: Sequence[RelationshipKey]) -> dict[RelationshipKey, Record]:
    """Rows of (id, content_hash), by their keys."""
    found = await ctx.db.fetch(
        "SELECT r.id, r.content_hash, r.from_id, r.kind, r.to_id "
        "FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w(from_id, kind, to_id) "
        "JOIN relationships r USING (from_id, kind, to_id)",
        *rows.columns(keys, 3),
    )
    return {(row["from_id"], RelationshipKind(row["kind"]), row["to_id"]): row for row in found}


async def display_names(ctx: Context, customer_ids: Iterable[UUID]) -> dict[UUID, str]:
    """By id, for those of the customers that exist."""
    existing = await ctx.db.fetch(
        "SELECT id, display_name FROM customers WHERE id = ANY ($1::uuid[])", list(customer_ids)
    )
    return {row["id"]: row["display_name"] for row in existing}


async def remove(ctx: Context, relationship_id: UUID) -> None:
    await ctx.db.execute("DELETE FROM relationships WHERE id = $1", relationship_id)
