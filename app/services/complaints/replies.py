"""The customer writes back while their complaint waits for them: the wait ends, or is flagged, as the policy says."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from app.core.context import Context
from app.core.reactions import Reaction
from app.rules.complaints.states import Waiting
from app.rules.kit import event_types
from app.services.complaints import case_store
from app.services.complaints.case import Case
from app.store.complaints import complaints as store
from app.store.kit.events import Event


async def on_messages(ctx: Context, recorded: Sequence[Event]) -> None:
    """Reaction: messages about complaints that wait for their customers were recorded, or others brought along; or what
    had ended the wait was changed.
    """
    await follow(ctx, await store.complaints_of(ctx, [event.subject_id for event in recorded]))


async def on_complaints(ctx: Context, changed: Sequence[Event]) -> None:
    """Reaction: complaints have other customers or messages than before, who may have replied already, or have not."""
    await follow(ctx, [event.subject_id for event in changed])


async def follow(ctx: Context, complaint_ids: Collection[UUID]) -> None:
    """End the waits of complaints that are replied to by now; before that, take back replies that are none any more."""
    await _wait_again(ctx, sorted(complaint_ids))
    await _end_waits(ctx, sorted(complaint_ids))


async def _wait_again(ctx: Context, complaint_ids: Sequence[UUID]) -> None:
    """What ended the wait is no reply of the customer, or not the first: they are waited for as if it had not come.

    Once somebody has gone on, there is no reply to take back.
    """
    rows = await store.not_first_replies(ctx, complaint_ids) if complaint_ids else []
    if not rows:
        return
    taken_back = {row[0]: row[1:] for row in rows}
    cases = [case for case in await case_store.load_many(ctx, list(taken_back)) if case.complaint.customer_replied_at]
    for case in cases:
        complaint, (interaction_id, since, resumed_at) = case.complaint, taken_back[case.id]
        complaint.customer_replied_at = None
        if complaint.waiting_for is None:
            complaint.waiting_for, complaint.waiting_since = Waiting.CUSTOMER, since
            case.clocks.not_resumed(case.situation, resumed_at)
        case.record(
            event_types.COMPLAINT_HELD,
            since,
            title={"party": Waiting.CUSTOMER},
            note="The message was not the first reply of the customer",
            interaction_id=str(interaction_id),
        )
    await case_store.save(ctx, cases)


async def _end_waits(ctx: Context, complaint_ids: Sequence[UUID]) -> None:
    rows = await store.waiting_for_reply(ctx, complaint_ids) if complaint_ids else []
    if not rows:
        return
    messages = {complaint_id: [row[1:] for row in found] for complaint_id, found in groupby(rows, key=itemgetter(0))}
    replied = []
    for case in await case_store.load_many(ctx, list(messages)):
        since = case.complaint.waiting_since
        if case.complaint.waiting_for is not Waiting.CUSTOMER or since is None:
            continue
        if (reply := next((message for message in messages[case.id] if message[1] > since), None)) is not None:
            take_reply(ctx, case, *reply)
            replied.append(case)
    if replied:
        await case_store.save(ctx, replied)


REPLIED = Reaction(on_messages, when=store.WAITS_FOR_REPLY)
REPLIED_BEFORE = Reaction(on_complaints, when=store.WAITS)


async def take_earlier_reply(ctx: Context, case: Case, since: datetime) -> None:
    """A complaint begins to wait for its customer, as of a time in the past: they may have written since then."""
    if (reply := await store.first_reply(ctx, case.id, since)) is not None:
        take_reply(ctx, case, *reply)


def take_reply(ctx: Context, case: Case, interaction_id: UUID, at: datetime, channel: str) -> None:
    """End or flag the wait, as of the time of the message: it may have been pushed later."""
    complaint = case.complaint
    if complaint.customer_replied_at is None:
        complaint.customer_replied_at = at
        case.record(event_types.COMPLAINT_CUSTOMER_REPLIED, at, channel, interaction_id=str(interaction_id))
    if case.policy is None or case.policy.reply_resumes:
        resumed_at = min(max(at, case.latest_interval_bound() or at), ctx.now)
        complaint.waiting_for, complaint.waiting_since = None, None
        case.clocks.waiting_changed(case.situation, resumed_at)
        case.record(event_types.COMPLAINT_RESUMED, resumed_at, channel, note="The customer replied")
