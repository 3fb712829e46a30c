"""Answers to enquiries."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed, NotFound, invalid, out_of_order, reference_not_found
from app.core.reactions import Reaction, goes_round
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.interactions.planning import InteractionState
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.texts import present
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.interactions.moves import EnquiryAnswerNew
from app.services.interactions import claims, interactions
from app.store.interactions import interactions as store
from app.store.interactions import threads, unsettled
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.link_locks import lock_linked
from app.store.kit.links import Assignment


async def answer(ctx: Context, interaction_id: UUID, sent: EnquiryAnswerNew) -> Document:
    """Record the answer as a new outbound interaction. 409 MoveNotAllowed if the enquiry does not await one."""
    ids = [interaction_id] if sent.interaction_id is None else [interaction_id, sent.interaction_id]
    await lock_linked(ctx, conversations_of=ids)  # the answer is recorded in the thread, and follows the enquiry
    row = await store.INTERACTIONS.lock(ctx, interaction_id)
    if row["answered_at"] is not None:
        by = f"by interaction {row['answered_by_id']}" if row["answered_by_id"] is not None else "in another system"
        answered_by_id = row["answered_by_id"] and str(row["answered_by_id"])
        raise MoveNotAllowed(f"Already answered {by}", allowed=[], answered_by_id=answered_by_id)
    if not row["awaits_answer"]:
        raise MoveNotAllowed("Only an inbound enquiry can be answered", allowed=[])
    if sent.interaction_id is not None:
        return await _answer_by(ctx, row, sent.interaction_id)
    happened_at = sent.happened_at or max(ctx.now, row["happened_at"])
    if happened_at < row["happened_at"]:
        raise out_of_order("/happened_at", "happened_at of the enquiry")
    channel = sent.channel or Channel(row["channel"])
    new = InteractionNew(
        customer_id=row["customer_id"],
        contact=json.loads(row["contact"]) if row["contact"] is not None and channel == row["channel"] else None,
        kind=rules.answer_kind(channel),
        channel=channel,
        direction=Direction.OUTBOUND,
        subject=sent.subject or present(row["subject"]),
        body=sent.body,
        happened_at=happened_at,
        staff=sent.staff,
        outcome=sent.outcome,
        next_step=sent.next_step,
        documents=sent.documents,
        thread=row["thread"],
        unwelcome_reason=sent.unwelcome_reason,
    )
    document, _ = await interactions.record(
        ctx, new, origin_id=interaction_id, taken_from=row["taken_from"], thread_source=row["source"]
    )
    await _set_answered(ctx, row, document.id, channel, happened_at, _named(document.id, follows=True))
    return document


async def on_answers(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: interactions may answer open enquiries of their threads, or be answered there, or others may by now."""
    await _answer_in_threads(ctx, [event.subject_id for event in changed])


async def _answer_in_threads(ctx: Context, interaction_ids: Sequence[UUID]) -> None:
    for row in await threads.enquiries_to_answer(ctx, interaction_ids):
        if goes_round(ctx, "answer", row["id"], row["answer_id"]):
            continue
        await _set_answered(ctx, row, row["answer_id"], Channel(row["answer_channel"]), row["answer_happened_at"])
        if row["answered_by_id"] is not None:  # it was taken for the answer until then
            await claims.release_unlinked(ctx, [row["answered_by_id"]])


async def on_changed(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: enquiries or their answers have other customers, or other content, than before."""
    ids = [event.subject_id for event in changed]
    for enquiry in await threads.named_answers(ctx, ids):
        if not goes_round(ctx, "answer", enquiry["id"], enquiry["answer_id"]):
            await _answer_again(ctx, enquiry)
    await _reopen(ctx, ids)


async def on_threads(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: answers of others in their threads may depend on these, which came in, left or changed hands."""
    ids = await unsettled.dependent_enquiries(ctx, [event.subject_id for event in changed], threads_before(changed))
    if ids:
        await _reopen(ctx, ids)
        await _answer_in_threads(ctx, ids)


def threads_before(changed: Sequence[Event]) -> list[str]:
    """The threads that interactions were in before these changes."""
    changes = [each for event in changed for each in event.data.get("changes", ()) if each["pointer"] == "/thread"]
    return [each["stored"] for each in changes if each["stored"] is not None]


async def _reopen(ctx: Context, interaction_ids: Sequence[UUID]) -> None:
    """Of these enquiries, or of those that these answer: those that await an answer again."""
    reopened = await threads.no_longer_answered(ctx, interaction_ids)
    for enquiry in reopened:
        await store.INTERACTIONS.change(ctx, enquiry["id"], _NOT_ANSWERED)
        title = rules.unanswered_title(enquiry["subject"])
        type_, data = event_types.INTERACTION_REOPENED, {"answered_by_id": str(enquiry["answered_by_id"])}
        event = Event(type_, enquiry["id"], enquiry["customer_id"], title, ctx.now, enquiry["channel"], data)
        await events.record(ctx, event)
    await claims.release_unlinked(ctx, {enquiry["answered_by_id"] for enquiry in reopened})


_NOT_ANSWERED = {"answered_at": None, "answered_by_id": None}
_ANSWERS_AGAIN = "The interaction that it was sent to answer is an enquiry again"
ANSWER_IN_THREAD = Reaction(on_answers, when=threads.MAY_ANSWER)
ANSWER_OTHERS = Reaction(on_answers, when=threads.OTHERS_WAIT)
SETTLE_THREAD = Reaction(on_threads, when=unsettled.UNSETTLES)
SETTLE_CHANGED_THREADS = Reaction(on_threads, when=unsettled.UNSETTLES_CHANGED)
REOPEN = Reaction(on_changed, when=threads.IS_ANSWERED_OR_ANSWERS)


async def _answer_by(ctx: Context, enquiry: Record, answer_id: UUID) -> Document:
    """An interaction that is stored already is the answer; it follows the enquiry to a customer if it has none."""
    missing = reference_not_found("/interaction_id", "Outbound interaction with this customer")
    try:
        row = await store.INTERACTIONS.lock(ctx, answer_id)
    except NotFound:
        raise missing from None
    if row["direction"] != Direction.OUTBOUND or row["customer_id"] not in (None, enquiry["customer_id"]):
        raise missing
    if row["state"] != InteractionState.HELD:
        raise invalid("/interaction_id", "not_held", f"The contact is {row['state']}, not held")
    if row["happened_at"] < enquiry["happened_at"]:
        raise out_of_order("/interaction_id", "happened_at of the enquiry")
    named = _named(answer_id, follows=row["customer_id"] is None)
    await _set_answered(ctx, enquiry, answer_id, Channel(row["channel"]), row["happened_at"], named)
    if row["customer_id"] is None and enquiry["customer_id"] is not None:
        await claims.assign_customers(ctx, [Assignment(answer_id, None, enquiry["customer_id"], enquiry["id"])])
    return await store.INTERACTIONS.get(ctx, answer_id)


def _named(answer_id: UUID, *, follows: bool) -> dict[str, Any]:
    """Of an enquiry of which somebody says what answers it; if that `follows`, it has no customer of its own."""
    return {"named_answer_id": answer_id, "answer_follows": follows, "answered_elsewhere_at": None}


async def _answer_again(ctx: Context, enquiry: Record) -> None:
    """What somebody has named as the answer may be it again: both are enquiry and answer, and with one customer."""
    answer_id, customer_id = enquiry["answer_id"], enquiry["customer_id"]
    await _set_answered(ctx, enquiry, answer_id, Channel(enquiry["answer_channel"]), enquiry["answer_happened_at"])
    if enquiry["answered_by_id"] is not None:
        await claims.release_unlinked(ctx, [enquiry["answered_by_id"]])
    if enquiry["is_own"]:
        origin_id = enquiry["id"] if customer_id is not None else None
        holder = enquiry["answer_customer_id"]
        await claims.assign_customers(
            ctx, [Assignment(answer_id, holder, customer_id, origin_id, _ANSWERS_AGAIN, by_link=True)]
        )


async def _set_answered(
    ctx: Context,
    enquiry: Record,
    answer_id: UUID,
    channel: Channel,
    at: datetime,
    said: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    await store.INTERACTIONS.change(ctx, enquiry["id"], {"answered_at": at, "answered_by_id": answer_id, **said})
    title = rules.answered_title(channel, enquiry["subject"])
    data = {"answered_by_id": str(answer_id)}
    type_ = event_types.INTERACTION_ANSWERED
    await events.record(ctx, Event(type_, enquiry["id"], enquiry["customer_id"], title, at, channel.value, data))
