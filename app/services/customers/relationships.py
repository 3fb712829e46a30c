"""Relationships between customers: stored once, read from both ends."""

import json
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import Conflict, NotFound, invalid, out_of_order, reference_not_found
from app.core.ids import new_id
from app.rules.customers.customers import INVERSE, RelationshipKind
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.schemas.customers.relationships import (
    DirectedRelationshipKind,
    RelationshipContent,
    RelationshipNew,
    RelationshipQuery,
)
from app.services.kit import patching
from app.store.customers import customers as customer_store
from app.store.customers import relationships as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page

# In the titles of events: *from* ... *to*.
_PHRASES = {
    RelationshipKind.WORKS_FOR: "works for",
    RelationshipKind.HOUSEHOLD: "shares a household with",
    RelationshipKind.PARENT_ORGANIZATION: "is the parent organization of",
    RelationshipKind.DISTRIBUTOR_OF: "distributes for",
    RelationshipKind.SUPPLIES: "supplies",
    RelationshipKind.REFERRED: "referred",
}
_FORWARD = {inverse: kind for kind, inverse in INVERSE.items()}


async def find(ctx: Context, customer_id: UUID, query: RelationshipQuery) -> Page:
    return await store.page(ctx, customer_id, query)


async def get(ctx: Context, relationship_id: UUID, viewpoint: UUID | None) -> Document:
    return await store.get(ctx, relationship_id, viewpoint)


async def create(ctx: Context, customer_id: UUID, new: RelationshipNew) -> Document:
    """`new.kind` is read from `customer_id`. 409 if the two customers already have this relationship."""
    _require_order(new)
    names = await store.display_names(ctx, customer_id, new.customer_id)
    if customer_id not in names:
        raise NotFound(customer_store.CUSTOMERS.missing)
    if new.customer_id == customer_id:
        raise invalid("/customer_id", "self", "Must be a different customer")
    if new.customer_id not in names:
        raise reference_not_found("/customer_id", "Customer")
    from_id, kind, to_id = _as_stored(customer_id, new.kind, new.customer_id)
    if (existing_id := await store.find_id(ctx, from_id, kind, to_id)) is not None:
        raise Conflict("The customers already have this relationship", relationship_id=str(existing_id))
    row: dict[str, Any] = {
        "id": new_id(),
        "from_id": from_id,
        "to_id": to_id,
        "kind": kind.value,
        "title": new.title,
        "since": new.since,
        "until": new.until,
        "created_at": ctx.now,
        "updated_at": ctx.now,
    }
    await store.add(ctx, row)
    await _record(ctx, event_types.RELATIONSHIP_CREATED, row)
    return await store.get(ctx, row["id"], customer_id)


async def change(
    ctx: Context, relationship_id: UUID, patch: Any, version: int | None, viewpoint: UUID | None
) -> Document:
    """`patch` is a RelationshipChange: a merge patch. 412 if the relationship is no longer at `version`."""
    row = await _lock(ctx, relationship_id, version)
    document = await store.get(ctx, relationship_id, viewpoint)
    patched = patching.patched(RelationshipContent, json.loads(document.json), patching.sent(patch))
    if not patched.changes:
        return document
    _require_order(patched.content)
    await store.change(ctx, relationship_id, patched.content.model_dump())
    await _record(ctx, event_types.RELATIONSHIP_UPDATED, row, {"changes": patched.listed})
    return await store.get(ctx, relationship_id, viewpoint)


async def remove(ctx: Context, relationship_id: UUID, version: int | None) -> None:
    row = await _lock(ctx, relationship_id, version)
    await store.remove(ctx, relationship_id)
    await _record(ctx, event_types.RELATIONSHIP_DELETED, row)


async def _lock(ctx: Context, relationship_id: UUID, version: int | None) -> Record:
    row = await store.lock(ctx, relationship_id)
    patching.require_version(row["version"], version)
    return row


def _as_stored(own_id: UUID, kind: DirectedRelationshipKind, other_id: UUID) -> tuple[UUID, RelationshipKind, UUID]:
    """From, kind and to: a relationship described from its `to` end is turned round."""
    if kind is DirectedRelationshipKind.HOUSEHOLD:  # the same from both ends
        return min(own_id, other_id), RelationshipKind.HOUSEHOLD, max(own_id, other_id)
    if (forward := _FORWARD.get(kind.value)) is not None:
        return other_id, forward, own_id
    return own_id, RelationshipKind(kind), other_id


def _require_order(content: RelationshipContent) -> None:
    if content.since is not None and content.until is not None and content.until < content.since:
        raise out_of_order("/until", "since")


async def _record(ctx: Context, type_: EventType, row: Any, data: dict[str, Any] | None = None) -> None:
    """One event per customer, so that it is on both timelines."""
    from_id, to_id, kind = row["from_id"], row["to_id"], RelationshipKind(row["kind"])
    names = await store.display_names(ctx, from_id, to_id)
    title = type_.titled(relationship=f"{names[from_id]} {_PHRASES[kind]} {names[to_id]}")
    ends = {"kind": kind.value, "from_id": str(from_id), "to_id": str(to_id), **(data or {})}
    for_both = [Event(type_, row["id"], customer_id, title, ctx.now, data=ends) for customer_id in (from_id, to_id)]
    await events.record(ctx, *for_both)
