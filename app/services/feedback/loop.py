"""Closing the loop: acknowledging feedback, recording what was changed, and notifying the customer of it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, in_the_future, invalid
from app.rules.feedback import loop as rules
from app.rules.interactions import Direction, InteractionKind, channel_phrase
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import EventType
from app.schemas.feedback.intake import Author
from app.schemas.feedback.loop import FeedbackAcknowledgement, FeedbackAction, FeedbackNotification
from app.schemas.interactions import InteractionNew
from app.services import interactions
from app.services.feedback.drafts import title_of
from app.services.interactions import check_welcome
from app.store import interactions as interaction_store
from app.store.feedback import feedback as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event


async def acknowledge(ctx: Context, feedback_id: UUID, thanks: FeedbackAcknowledgement) -> Document:
    """Thanks. The first stay: the same again changes nothing, others are 409 MoveNotAllowed."""
    row = await store.lock(ctx, feedback_id)
    if not await _again(ctx, row, "acknowledged", thanks):
        await _say(ctx, row, "acknowledged", thanks, InteractionKind.THANK_YOU, event_types.FEEDBACK_ACKNOWLEDGED)
    return await store.get(ctx, feedback_id)


async def act(ctx: Context, feedback_id: UUID, deed: FeedbackAction) -> Document:
    """Something was changed because of it. As with thanks, the first stays."""
    row = await store.lock(ctx, feedback_id)
    by, at = deed.staff or ctx.actor, deed.at or ctx.now
    if row["acted_at"] is None:
        _in_order(ctx, row, "acted", at)
        done = {"acted_at": at, "acted_by": by, "action": deed.action}
        await _keep(ctx, row, done, event_types.FEEDBACK_ACTED, at, None)
    elif (by, deed.action) != (row["acted_by"], row["action"]) or deed.at not in (None, row["acted_at"]):
        raise MoveNotAllowed("The feedback was already acted upon", allowed=_allowed(row))
    return await store.get(ctx, feedback_id)


async def notify(ctx: Context, feedback_id: UUID, notice: FeedbackNotification) -> Document:
    """The customer was notified of what was changed. 409 MoveNotAllowed as long as nothing was."""
    row = await store.lock(ctx, feedback_id)
    if row["acted_at"] is None:
        raise MoveNotAllowed("The feedback was not acted upon yet", allowed=_allowed(row))
    if not await _again(ctx, row, "notified", notice):
        await _say(ctx, row, "notified", notice, InteractionKind.MESSAGE, event_types.FEEDBACK_NOTIFIED)
    return await store.get(ctx, feedback_id)


async def _again(ctx: Context, row: Mapping[str, Any], step: str, said: FeedbackAcknowledgement) -> bool:
    """Has just this been done already? 409 MoveNotAllowed where something else has."""
    if row[f"{step}_at"] is None:
        return False
    same = (said.staff or ctx.actor, said.channel) == (row[f"{step}_by"], row[f"{step}_channel"])
    same = same and said.at in (None, row[f"{step}_at"])
    if not same or said.message != await _message(ctx, row[f"{step}_interaction_id"]):
        acknowledged = step == "acknowledged"
        detail = "The feedback was already acknowledged" if acknowledged else "The customer was already notified"
        raise MoveNotAllowed(detail, allowed=_allowed(row))
    return True


async def _message(ctx: Context, interaction_id: UUID | None) -> str | None:
    if interaction_id is None:
        return None
    message: str | None = json.loads((await interaction_store.get(ctx, interaction_id)).json)["body"]
    return message


async def _say(
    ctx: Context,
    row: Mapping[str, Any],
    step: str,
    said: FeedbackAcknowledgement,
    kind: InteractionKind,
    type_: EventType,
) -> None:
    at, by = said.at or ctx.now, said.staff or ctx.actor
    _in_order(ctx, row, step, at)
    interaction_id = await _written(ctx, row, said, kind, at, by)
    done = {
        f"{step}_at": at,
        f"{step}_by": by,
        f"{step}_channel": said.channel,
        f"{step}_interaction_id": interaction_id,
    }
    await _keep(ctx, row, done, type_, at, said.channel)


async def _written(
    ctx: Context, row: Mapping[str, Any], said: FeedbackAcknowledgement, kind: InteractionKind, at: datetime, by: str
) -> UUID | None:
    """The interaction that keeps what was said, if anything was. 409 UnwelcomeChannel without a reason for it."""
    if said.channel is None:
        if said.message is not None:
            raise invalid("/channel", "missing", "A message requires a channel")
        return None
    if said.message is None:
        if row["customer_id"] is not None:
            marked = await interaction_store.unwelcome_channels(ctx, row["customer_id"])
            problem = check_welcome(marked, said.channel, Direction.OUTBOUND, said.unwelcome_reason)
            if problem is not None:
                raise problem
        return None
    author = Author.model_validate_json(row["author"]) if row["author"] is not None else Author()
    new = InteractionNew(
        customer_id=row["customer_id"],
        contact=author.contact if row["customer_id"] is None else None,
        kind=kind,
        channel=said.channel,
        direction=Direction.OUTBOUND,
        subject=title_of(row),
        body=said.message,
        happened_at=at,
        staff=by,
        unwelcome_reason=said.unwelcome_reason,
    )
    # Who is thanked for what they said is not asked what they think of that.
    document, _ = await interactions.record(ctx, new, react=False)
    interaction_id: UUID = document.id
    return interaction_id


def _in_order(ctx: Context, row: Mapping[str, Any], step: str, at: datetime) -> None:
    if at > ctx.now:
        raise in_the_future("/at")
    if (why := rules.too_early(step, at, row["collected_at"], row["acted_at"])) is not None:
        raise invalid("/at", "order", why)


async def _keep(
    ctx: Context,
    row: Mapping[str, Any],
    done: dict[str, Any],
    type_: EventType,
    at: datetime,
    channel: Channel | None,
) -> None:
    after = {**row, **done}
    closed_at = row["closed_at"] or rules.closed_at(after["acted_at"], after["notified_at"], nobody=_nobody(row))
    await store.change(ctx, row["id"], {**done, "closed_at": closed_at})
    data = {name: str(value) for name, value in done.items() if value is not None and name.endswith(("_by", "_id"))}
    if "action" in done:
        data["action"] = done["action"]
    by_channel = f" {means}" if channel is not None and (means := channel_phrase(channel)) else ""
    title = type_.titled(feedback=title_of(row), by_channel=by_channel)
    await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, at, channel, data))


def _nobody(row: Mapping[str, Any]) -> bool:
    """Is there nobody who could be notified?"""
    author = Author.model_validate_json(row["author"]) if row["author"] is not None else Author()
    return row["customer_id"] is None and author.contact is None


def _allowed(row: Mapping[str, Any]) -> list[str]:
    """What has not been done and may be done now."""
    verbs = {"acknowledged": "acknowledge", "acted": "act", "notified": "notify"}
    ready = [step for step in rules.STEPS if row[f"{step}_at"] is None]
    return [verbs[step] for step in ready if step != "notified" or row["acted_at"] is not None]
