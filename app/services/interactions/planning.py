"""Planned contacts take place, are missed, or are cancelled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed, Problem, in_the_future, invalid
from app.rules.interactions import interactions as rules
from app.rules.interactions import planning
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.interactions.planning import InteractionState
from app.rules.kit import event_types, moments
from app.rules.kit.channels import Channel
from app.rules.kit.event_type import EventType
from app.rules.kit.timestamps import format_timestamp
from app.schemas.interactions.moves import InteractionHeld
from app.services.interactions import participants
from app.store.interactions import interactions as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.link_locks import lock_linked

EVENTS: Mapping[InteractionState, EventType] = {
    InteractionState.PLANNED: event_types.INTERACTION_PLANNED,
    InteractionState.HELD: event_types.INTERACTION_RECORDED,
    InteractionState.MISSED: event_types.INTERACTION_MISSED,
    InteractionState.CANCELLED: event_types.INTERACTION_CANCELLED,
}
"""The event of a contact that is recorded in this state."""


async def hold(ctx: Context, interaction_id: UUID, held: InteractionHeld) -> Document:
    """It took place. 422 for a time in the future, 409 MoveNotAllowed unless it was planned or thought missed."""
    await lock_linked(ctx, conversations_of=[interaction_id])  # it may answer others of its conversation
    row = await _lock(ctx, interaction_id, "hold")
    if held.happened_at is not None and held.happened_at > ctx.now:
        raise in_the_future("/happened_at")
    sent = {name: value for name, value in held if name != "happened_at" and value is not None}
    values = {"happened_at": held.happened_at or min(row["happened_at"], ctx.now), **sent}
    optional = {name: values.get(name, row[name]) for name in ("staff", "outcome")}
    data = {name: value for name, value in optional.items() if value is not None}
    if row["happened_at"] < row["created_at"]:  # entered afterwards: it was no plan
        await events.retime(ctx, "interaction", row["id"], row["happened_at"], values["happened_at"])
    return await _move(ctx, row, "hold", values, event_types.INTERACTION_HELD, values["happened_at"], data)


async def miss(ctx: Context, interaction_id: UUID, reason: str | None) -> Document:
    """It did not take place. 409 MoveNotAllowed as long as its time has not come."""
    await lock_linked(ctx, interaction=[interaction_id])
    row = await _lock(ctx, interaction_id, "miss")
    if row["happened_at"] > ctx.now:
        planned = f"The contact is planned for {format_timestamp(row['happened_at'])}: nobody has missed it yet"
        raise MoveNotAllowed(planned, allowed=["hold", "cancel"])
    return await _move(ctx, row, "miss", {}, event_types.INTERACTION_MISSED, row["happened_at"], {}, reason)


async def cancel(ctx: Context, interaction_id: UUID, reason: str | None) -> Document:
    await lock_linked(ctx, interaction=[interaction_id])
    row = await _lock(ctx, interaction_id, "cancel")
    return await _move(ctx, row, "cancel", {}, event_types.INTERACTION_CANCELLED, ctx.now, {}, reason)


def problem(
    ctx: Context, state: InteractionState, kind: InteractionKind, happened_at: datetime | None
) -> Problem | None:
    """Why a contact of this kind cannot be in this state at this time. None for the time is now."""
    if state is not InteractionState.HELD and kind not in planning.PLANNABLE:
        kinds = ", ".join(sorted(planning.PLANNABLE))
        return invalid("/state", "not_plannable", f"Must be `held`, unless the kind is one of {kinds}")
    if state in (InteractionState.PLANNED, InteractionState.CANCELLED):
        missing = invalid("/happened_at", "missing", f"Required where the state is `{state}`")
        return missing if happened_at is None else None
    if happened_at is not None and moments.is_ahead(happened_at, ctx.now):
        return in_the_future("/happened_at", "Must not be in the future, unless the state is `planned`")
    return None


async def _lock(ctx: Context, interaction_id: UUID, verb: str) -> Record:
    """Call `lock_linked` before: invitations about it may be withdrawn."""
    row = await store.INTERACTIONS.lock(ctx, interaction_id)
    state = InteractionState(row["state"])
    if planning.next_state(state, verb) is None:
        raise MoveNotAllowed(f"The contact is {state}", allowed=planning.allowed_verbs(state))
    return row


async def _move(
    ctx: Context,
    row: Record,
    verb: str,
    values: Mapping[str, Any],
    type_: EventType,
    at: datetime,
    data: Mapping[str, Any],
    reason: str | None = None,
) -> Document:
    _, target = planning.TRANSITIONS[verb]
    changed = {**values, "state": target.value, "state_reason": reason}
    await store.INTERACTIONS.change(ctx, row["id"], changed)
    await participants.synchronize(ctx, [await store.INTERACTIONS.lock(ctx, row["id"])])
    kind, channel, direction = InteractionKind(row["kind"]), Channel(row["channel"]), Direction(row["direction"])
    title = type_.titled(interaction=rules.title(kind, channel, direction, row["subject"]))
    known = {"kind": row["kind"], "direction": row["direction"], **data} | ({"reason": reason} if reason else {})
    await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, at, row["channel"], known))
    return await store.INTERACTIONS.get(ctx, row["id"])
