"""Customers who take part in contacts of others: these are on their timelines, and are contacts with them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, ValidationFailed
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.interactions.planning import InteractionState
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import INTERACTION_ATTENDED
from app.schemas.interactions.interactions import Participant
from app.store import customers as customer_store
from app.store.interactions import participants as store
from app.store.kit import activity, events
from app.store.kit.events import Event


def missing(participants: Sequence[Participant], existing: set[int]) -> Problem | None:
    """The problem of participants with the id of nobody; `existing` are the indices of those who are customers."""
    errors = [
        {"pointer": f"/participants/{n}/customer_id", "code": "not_found", "detail": "Customer not found"}
        for n, participant in enumerate(participants)
        if participant.customer_id is not None and n not in existing
    ]
    return ValidationFailed(errors=errors) if errors else None


async def require(ctx: Context, participants: Sequence[Participant]) -> None:
    """Raises the problem of `missing`."""
    named = [(n, p.customer_id) for n, p in enumerate(participants) if p.customer_id is not None]
    known = await customer_store.existing_ids(ctx, [customer_id for _, customer_id in named]) if named else set()
    if (problem := missing(participants, {n for n, customer_id in named if customer_id in known})) is not None:
        raise problem


async def lock(ctx: Context, interactions: Sequence[Mapping[str, Any]]) -> None:
    """Before new interactions with participants are written: lock all whose contacts they are, at once and in order."""
    if attending := {customer_id for row in interactions for customer_id in _attending(row, row["participants"])}:
        await activity.lock(ctx, attending | {row["customer_id"] for row in interactions})


async def add(ctx: Context, interactions: Sequence[Mapping[str, Any]]) -> None:
    """Write the participants of new interactions, given as rows."""
    added = [(row, customer_id) for row in interactions for customer_id in _attending(row, row["participants"])]
    await _add(ctx, added)


async def synchronize(ctx: Context, interactions: Sequence[Mapping[str, Any]]) -> None:
    """Make participants of stored interactions true after these, their customer, time or state have changed.

    The customer of the interaction is no participant: they have the interaction itself.
    """
    stored: dict[UUID, set[UUID]] = {row["id"]: set() for row in interactions}
    for interaction_id, customer_id in await store.of_interactions(ctx, list(stored)):
        stored[interaction_id].add(customer_id)
    added, removed = [], []
    for row in interactions:
        attending = _attending(row, json.loads(row["participants"]))
        added += [(row, customer_id) for customer_id in attending if customer_id not in stored[row["id"]]]
        removed += [(row["id"], customer_id) for customer_id in sorted(stored[row["id"]] - set(attending))]
    # Ids that were entered before they were checked may be those of nobody.
    known = await customer_store.existing_ids(ctx, [customer_id for _, customer_id in added]) if added else set()
    added = [(row, customer_id) for row, customer_id in added if customer_id in known]
    theirs = {row["customer_id"] for row in interactions} | set().union(*stored.values())
    if added:
        await activity.lock(ctx, theirs | known)
    await store.remove(ctx, removed)
    await store.set_times(ctx, [row["id"] for row in interactions if stored[row["id"]]])
    await _add(ctx, added)
    await activity.find_last_contacts(ctx, theirs - {None})


async def _add(ctx: Context, added: Sequence[tuple[Mapping[str, Any], UUID]]) -> None:
    if not added:
        return
    await store.add(ctx, [(row["id"], customer_id, row["happened_at"]) for row, customer_id in added])
    await events.record_all(ctx, [_event(row, customer_id) for row, customer_id in added])


def _attending(row: Mapping[str, Any], participants: Sequence[Mapping[str, Any]]) -> list[UUID]:
    """The customers who took part, each once, sorted: consistent lock order, so no deadlocks."""
    if row["state"] != InteractionState.HELD:  # nobody has taken part in it yet
        return []
    named = {UUID(str(p["customer_id"])) for p in participants if p.get("customer_id") is not None}
    return sorted(named - {row["customer_id"]})


def _event(row: Mapping[str, Any], customer_id: UUID) -> Event:
    kind, channel, direction = InteractionKind(row["kind"]), Channel(row["channel"]), Direction(row["direction"])
    title = rules.attended_title(rules.title(kind, channel, direction, row["subject"]))
    data = {"kind": kind.value, "direction": direction.value}
    return Event(INTERACTION_ATTENDED, row["id"], customer_id, title, row["happened_at"], channel.value, data)
