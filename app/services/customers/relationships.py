"""Relationships between customers: stored once, read from both ends."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import Conflict, NotFound, Problem, invalid, out_of_order, reference_not_found
from app.core.ids import new_id
from app.rules.customers.customers import INVERSE, RelationshipKind
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.schemas.customers.relationships import (
    CustomerRelationshipQuery,
    DirectedRelationshipKind,
    RelationshipContent,
    RelationshipNew,
    RelationshipQuery,
)
from app.services.kit import patching
from app.store.customers import customers as customer_store
from app.store.customers import relationships as store
from app.store.customers.relationships import RelationshipKey
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


async def find(ctx: Context, query: RelationshipQuery) -> Page:
    return await store.RELATIONSHIPS.page(ctx, query)


async def find_of_customer(ctx: Context, customer_id: UUID, query: CustomerRelationshipQuery) -> Page:
    return await store.page_of_customer(ctx, customer_id, query)


async def get(ctx: Context, relationship_id: UUID, viewpoint: UUID | None) -> Document:
    return await store.get(ctx, relationship_id, viewpoint)


async def create(ctx: Context, customer_id: UUID, new: RelationshipNew) -> Document:
    """`new.kind` is read from `customer_id`. 409 if the two customers already have this relationship."""
    if (problem := misordered(new)) is not None:
        raise problem
    names = await store.display_names(ctx, (customer_id, new.customer_id))
    if customer_id not in names:
        raise NotFound(customer_store.CUSTOMERS.missing)
    if new.customer_id == customer_id:
        raise invalid("/customer_id", "self", "Must be a different customer")
    if new.customer_id not in names:
        raise reference_not_found("/customer_id", "Customer")
    key = as_stored(customer_id, new.kind, new.customer_id)
    if (existing := (await store.existing(ctx, [key])).get(key)) is not None:
        raise Conflict("The customers already have this relationship", relationship_id=str(existing["id"]))
    row = new_row(new_id(), key, new)
    await store.RELATIONSHIPS.add(ctx, [row])
    await events.record(ctx, *await events_of(ctx, event_types.RELATIONSHIP_CREATED, [row]))
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
    if (problem := misordered(patched.content)) is not None:
        raise problem
    await store.RELATIONSHIPS.change(ctx, relationship_id, patched.content.model_dump())
    data = {"changes": patched.listed}
    await events.record(ctx, *await events_of(ctx, event_types.RELATIONSHIP_UPDATED, [row], data))
    return await store.get(ctx, relationship_id, viewpoint)


async def remove(ctx: Context, relationship_id: UUID, version: int | None) -> None:
    row = await _lock(ctx, relationship_id, version)
    await store.remove(ctx, relationship_id)
    await events.record(ctx, *await events_of(ctx, event_types.RELATIONSHIP_DELETED, [row]))


def as_stored(subject_id: UUID, kind: DirectedRelationshipKind, customer_id: UUID) -> RelationshipKey:
    """A relationship described from its `to` end is turned round."""
    if kind is DirectedRelationshipKind.HOUSEHOLD:  # the same from both ends
        return min(subject_id, customer_id), RelationshipKind.HOUSEHOLD, max(subject_id, customer_id)
    if (forward := _FORWARD.get(kind.value)) is not None:
        return customer_id, forward, subject_id
    return subject_id, RelationshipKind(kind), customer_id


def misordered(content: RelationshipContent) -> Problem | None:
    """The problem of an end before the beginning."""
    if content.since is not None and content.until is not None and content.until < content.since:
        return out_of_order("/until", "since")
    return None


def new_row(relationship_id: UUID, key: RelationshipKey, content: RelationshipContent) -> dict[str, Any]:
    from_id, kind, to_id = key
    return {
        "id": relationship_id,
        "from_id": from_id,
        "to_id": to_id,
        "kind": kind.value,
        "title": content.title,
        "since": content.since,
        "until": content.until,
    }


async def events_of(
    ctx: Context,
    type_: EventType,
    rows: Sequence[Record | Mapping[str, Any]],
    data: Mapping[str, Any] = MappingProxyType({}),
) -> list[Event]:
    """One event per customer, so that it is on both timelines."""
    names = await store.display_names(ctx, {row[end] for row in rows for end in ("from_id", "to_id")})
    found = []
    for row in rows:
        from_id, to_id, kind = row["from_id"], row["to_id"], RelationshipKind(row["kind"])
        title = type_.titled(relationship=f"{names[from_id]} {_PHRASES[kind]} {names[to_id]}")
        ends = {"kind": kind.value, "from_id": str(from_id), "to_id": str(to_id), **data}
        found += [Event(type_, row["id"], customer_id, title, ctx.now, data=ends) for customer_id in (from_id, to_id)]
    return found


async def _lock(ctx: Context, relationship_id: UUID, version: int | None) -> Record:
    row = await store.RELATIONSHIPS.lock(ctx, relationship_id)
    patching.require_version(row["version"], version)
    return row
