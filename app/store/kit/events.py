from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.kit.event_type import EventType
from app.rules.kit.event_types import AT_MOMENT, STAYING
from app.store.kit import activity, rows


@dataclass(frozen=True, slots=True)
class Event:
    """`title` must be understandable on its own, even when the subject no longer exists."""

    type: EventType
    subject_id: UUID
    customer_id: UUID | None
    title: str
    occurred_at: datetime
    channel: str | None = None
    data: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        assert self.type.accepts(self.data), f"{self.type.name} does not carry {sorted(self.data)}"


def changed(fields: Iterable[str]) -> str:
    """SQL condition on the event `e` of a changed record: it was one of these fields, or several."""
    pointers = (f"""(e.data->'changes')::jsonb @> '[{{"pointer": "/{field}"}}]'""" for field in sorted(fields))
    return f"({' OR '.join(pointers)})"


async def record(ctx: Context, *events: Event) -> None:
    """Record events in the transaction that they happen in."""
    await record_all(ctx, events)


async def record_all(ctx: Context, events: Sequence[Event], *, react: bool = True) -> None:
    """Without `react`, no reactions to these events are called."""
    if not events:
        return
    values = [
        (
            event.type.name,
            event.type.subject,
            event.subject_id,
            event.customer_id,
            event.channel,
            event.occurred_at,
            ctx.now,
            ctx.actor,
            event.title,
            event.data,
        )
        for event in events
    ]
    types = sorted({event.type.name for event in events})
    with_reactions = tuple(
        (name, flags) for name in types if (flags := ctx.reactions.flags(name)) is not None and react
    )
    arguments = rows.arguments("events", _COLUMNS, values)
    past = any(event.occurred_at < ctx.now and event.customer_id is not None for event in events)
    if not with_reactions:
        await ctx.db.execute(_INSERT_PAST if past else _INSERT, *arguments)
        return
    inserted = await ctx.db.fetch(_insert_with_flags(with_reactions, past), *arguments)
    flags_by_event = ((event, row["flags"]) for event, row in zip(events, inserted, strict=True))
    ctx.pending.extend((event, flags) for event, flags in flags_by_event if flags and any(flags))


async def repoint(ctx: Context, subject_type: str, subject_ids: Sequence[UUID], customer_id: UUID | None) -> None:
    """Put all events of these subjects on the timeline of this customer, or on none.

    Events that tell somebody else of a subject, such as a participant, stay on theirs; see `STAYING`.
    """
    moved = await ctx.db.fetch(
        "UPDATE events SET customer_id = $3 WHERE subject_id = ANY ($2::uuid[]) AND subject_type = $1 "
        "AND customer_id IS DISTINCT FROM $3 AND type <> ALL ($4::text[]) RETURNING old.customer_id",
        subject_type,
        list(subject_ids),
        customer_id,
        list(STAYING),
    )
    holders = {customer_id, *(row["customer_id"] for row in moved)} if moved else set()
    await activity.find_known_since(ctx, holders)


async def retime(ctx: Context, subject_type: str, subject_id: UUID, before: datetime, at: datetime) -> None:
    """A record was not at the moment that was said before: put the events that have its moment at the right one.

    When they were recorded stays, and so does what was expected of a later time, such as a plan, and came otherwise.
    """
    if before == at:
        return
    moved = await ctx.db.fetch(
        "UPDATE events SET occurred_at = $4 WHERE subject_id = $2 AND subject_type = $1 AND type = ANY ($5::text[]) "
        "AND (occurred_at = $3 OR occurred_at < recorded_at) AND occurred_at <> $4 RETURNING customer_id",
        subject_type,
        subject_id,
        before,
        at,
        list(AT_MOMENT),
    )
    await activity.find_known_since(ctx, (row["customer_id"] for row in moved))


_COLUMNS = (
    "type",
    "subject_type",
    "subject_id",
    "customer_id",
    "channel",
    "occurred_at",
    "recorded_at",
    "actor",
    "title",
    "data",
)
_INSERT = f"INSERT INTO events ({', '.join(_COLUMNS)}) {rows.unnested('events', _COLUMNS)}"


_KNOWN_EARLIER = activity.known_earlier("e", "(SELECT max(recorded_at) FROM e)")
_INSERT_PAST = f"WITH e AS ({_INSERT} RETURNING *), {_KNOWN_EARLIER} SELECT"


@cache
def _insert_with_flags(flags_by_type: tuple[tuple[str, str], ...], past: bool) -> str:
    """Inserts the events and returns, in their order, which of their reactions are to be called."""
    flags = " ".join(f"WHEN '{name}' THEN {expression}" for name, expression in flags_by_type)
    more = f", {_KNOWN_EARLIER}" if past else ""
    return f"WITH e AS ({_INSERT} RETURNING *){more} SELECT CASE e.type {flags} END AS flags FROM e ORDER BY e.seq"
