"""Closing the loop: acknowledging feedback, recording what was changed, and notifying the customer of it."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, in_the_future, invalid
from app.rules.feedback import loop as rules
from app.rules.interactions import Direction, InteractionKind, channel_phrase
from app.rules.kit import event_types, moments
from app.rules.kit.channels import Channel
from app.rules.kit.event_type import EventType
from app.schemas.feedback.intake import Author
from app.schemas.feedback.loop import FeedbackAcknowledgement, FeedbackAction, FeedbackNotification
from app.schemas.interactions import InteractionNew
from app.schemas.kit import validation
from app.services import interactions
from app.services.feedback.drafts import title_of
from app.store import interactions as interaction_store
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow, LoopStep
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event


async def acknowledge(ctx: Context, feedback_id: UUID, message: FeedbackAcknowledgement) -> Document:
    """The first acknowledgement stays: the same again changes nothing, another one is 409 MoveNotAllowed."""
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.acknowledged is None:
        await _send(ctx, row, "acknowledged", message)
    elif not await _is_same(ctx, row.acknowledged, message):
        raise MoveNotAllowed("The feedback was already acknowledged", allowed=_allowed(row))
    return await store.FEEDBACK.get(ctx, feedback_id)


async def act(ctx: Context, feedback_id: UUID, action: FeedbackAction) -> Document:
    """Record what was changed because of it. As with acknowledgements, the first one stays."""
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    by, at = action.staff or ctx.actor, action.at or ctx.now
    if row.acted_at is None:
        _require_timestamp(ctx, row, "acted", at)
        values = {"acted_at": at, "acted_by": by, "action": action.action}
        await _write(ctx, row, values, event_types.FEEDBACK_ACTED, at, None)
    elif (by, action.action) != (row.acted_by, row.action) or action.at not in (None, row.acted_at):
        raise MoveNotAllowed("The feedback was already acted upon", allowed=_allowed(row))
    return await store.FEEDBACK.get(ctx, feedback_id)


async def notify(ctx: Context, feedback_id: UUID, message: FeedbackNotification) -> Document:
    """The customer was notified of what was changed. 409 MoveNotAllowed as long as nothing was."""
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.acted_at is None:
        raise MoveNotAllowed("The feedback was not acted upon yet", allowed=_allowed(row))
    if row.notified is None:
        await _send(ctx, row, "notified", message)
    elif not await _is_same(ctx, row.notified, message):
        raise MoveNotAllowed("The customer was already notified", allowed=_allowed(row))
    return await store.FEEDBACK.get(ctx, feedback_id)


async def _is_same(ctx: Context, step: LoopStep, message: FeedbackAcknowledgement) -> bool:
    """Whether the step was made with just this message."""
    if (message.staff or ctx.actor, message.channel) != (step.by, step.channel):
        return False
    return message.at in (None, step.at) and message.message == await _text(ctx, step.interaction_id)


async def _text(ctx: Context, interaction_id: UUID | None) -> str | None:
    if interaction_id is None:
        return None
    text: str | None = json.loads((await interaction_store.INTERACTIONS.get(ctx, interaction_id)).json)["body"]
    return text


async def _send(ctx: Context, row: FeedbackRow, step: str, message: FeedbackAcknowledgement) -> None:
    """Record the message, and that the step was made with it."""
    kind, type_ = _STEPS[step]
    at, by = message.at or ctx.now, message.staff or ctx.actor
    _require_timestamp(ctx, row, step, at)
    interaction_id = await _record_message(ctx, row, message, kind, at, by)
    values = {
        f"{step}_at": at,
        f"{step}_by": by,
        f"{step}_channel": message.channel,
        f"{step}_interaction_id": interaction_id,
    }
    await _write(ctx, row, values, type_, at, message.channel)


_STEPS = {
    "acknowledged": (InteractionKind.THANK_YOU, event_types.FEEDBACK_ACKNOWLEDGED),
    "notified": (InteractionKind.MESSAGE, event_types.FEEDBACK_NOTIFIED),
}


async def _record_message(
    ctx: Context, row: FeedbackRow, message: FeedbackAcknowledgement, kind: InteractionKind, at: datetime, by: str
) -> UUID | None:
    """The interaction with the text, if there is one. 409 UnwelcomeChannel unless the message gives a reason."""
    if message.channel is None:
        if message.message is not None:
            raise invalid("/channel", "missing", "A message requires a channel")
        return None
    if message.message is None:
        if row.customer_id is not None:
            reason = message.unwelcome_reason
            await interactions.require_welcome(ctx, row.customer_id, message.channel, Direction.OUTBOUND, reason)
        return None
    new = InteractionNew(
        customer_id=row.customer_id,
        contact=_author(row).contact if row.customer_id is None else None,
        kind=kind,
        channel=message.channel,
        direction=Direction.OUTBOUND,
        subject=title_of(row),
        body=message.message,
        happened_at=at,
        staff=by,
        unwelcome_reason=message.unwelcome_reason,
    )
    # A message of thanks for feedback must not trigger a survey about that message.
    document, _ = await interactions.record(ctx, new, origin_id=row.id, taken_from=row.taken_from, react=False)
    interaction_id: UUID = document.id
    return interaction_id


def _require_timestamp(ctx: Context, row: FeedbackRow, step: str, at: datetime) -> None:
    if at > ctx.now:
        raise in_the_future("/at")
    if (reason := rules.too_early(step, at, row.collected_at, row.acted_at)) is not None:
        raise invalid("/at", moments.OUT_OF_ORDER, reason)


async def _write(
    ctx: Context,
    row: FeedbackRow,
    values: dict[str, Any],
    type_: EventType,
    at: datetime,
    channel: Channel | None,
) -> None:
    notified_at = row.notified.at if row.notified is not None else None
    closed_at = row.closed_at or rules.closed_at(
        values.get("acted_at", row.acted_at), values.get("notified_at", notified_at), nobody=_nobody_to_notify(row)
    )
    await store.FEEDBACK.change(ctx, row.id, {**values, "closed_at": closed_at})
    data = {name: str(value) for name, value in values.items() if value is not None and name.endswith(("_by", "_id"))}
    if "action" in values:
        data["action"] = values["action"]
    by_channel = f" {phrase}" if channel is not None and (phrase := channel_phrase(channel)) else ""
    title = type_.titled(feedback=title_of(row), by_channel=by_channel)
    await events.record(ctx, Event(type_, row.id, row.customer_id, title, at, channel, data))


def _nobody_to_notify(row: FeedbackRow) -> bool:
    return row.customer_id is None and _author(row).contact is None


def _author(row: FeedbackRow) -> Author:
    return validation.validate_stored(Author, row.author) if row.author is not None else Author()


def _allowed(row: FeedbackRow) -> list[str]:
    """The steps that have not been made and may be made now."""
    allowed = []
    if row.acknowledged is None:
        allowed.append("acknowledge")
    if row.acted_at is None:
        allowed.append("act")
    elif row.notified is None:
        allowed.append("notify")
    return allowed
