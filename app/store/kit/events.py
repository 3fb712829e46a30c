from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.store.kit import rows


@dataclass(frozen=True, slots=True)
class Event:
    """`title` has to read well on its own, when its subject has long gone."""

    type: str
    subject_type: str
    subject_id: UUID
    customer_id: UUID | None
    title: str
    occurred_at: datetime
    channel: str | None = None
    data: dict[str, Any] = field(default_factory=dict)


async def record(ctx: Context, *events: Event) -> None:
    """Write down what happened, in the transaction in which it does."""
    await record_all(ctx, events)


async def record_all(ctx: Context, events: Sequence[Event]) -> None:
    await rows.insert(
        ctx,
        "events",
        [
            {
                "type": event.type,
                "subject_type": event.subject_type,
                "subject_id": event.subject_id,
                "customer_id": event.customer_id,
                "channel": event.channel,
                "occurred_at": event.occurred_at,
                "recorded_at": ctx.now,
                "actor": ctx.actor,
                "title": event.title,
                "data": event.data,
            }
            for event in events
        ],
    )
