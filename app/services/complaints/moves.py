"""The moves of a complaint, one function each, with what is stored and sent along with them."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, Problem, invalid, reference_not_found
from app.rules.complaints import states as rules
from app.rules.complaints.states import Move, RemedyState, Waiting
from app.rules.interactions import Direction, InteractionState, answer_kind
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.event_type import EventType
from app.rules.service_levels import Reopening
from app.schemas.complaints.intake import Complainant
from app.schemas.complaints.moves import (
    ComplaintAssessment,
    ComplaintClosure,
    ComplaintHold,
    ComplaintInvestigation,
    ComplaintMessage,
    ComplaintReferral,
    ComplaintResponse,
    ComplaintSettlement,
    MoveDetails,
    MoveWithReason,
    ResponseAcceptance,
)
from app.schemas.interactions import InteractionNew
from app.schemas.kit import validation
from app.services import interactions
from app.services.complaints import case_store, checklist, policies, remedies, replies
from app.services.complaints.case import Case
from app.store import interactions as interaction_store
from app.store.complaints import complaints as store
from app.store.complaints import remedies as remedy_store
from app.store.kit.documents import Document
from app.store.kit.link_locks import lock_linked

_ASSESSED = ("category", "severity", "complexity", "impact", "immediate_action", "feeling", "relationship_at_risk")


async def acknowledge(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    return await _move(ctx, complaint_id, Move.ACKNOWLEDGE, step)


async def assess(ctx: Context, complaint_id: UUID, step: ComplaintAssessment) -> Document:
    """Record how serious it is; policy and procedure are selected again by that."""

    async def store_assessment(case: Case, _: datetime) -> None:
        case.complaint.update(step.model_dump(include={*_ASSESSED, "owner"}, exclude_none=True))
        await policies.reselect(ctx, [case])

    return await _move(ctx, complaint_id, Move.ASSESS, step, store_assessment, severity=step.severity.value)


async def investigate(ctx: Context, complaint_id: UUID, step: ComplaintInvestigation) -> Document:
    async def assign_owner(case: Case, _: datetime) -> None:
        if step.owner is not None:
            case.complaint.owner = step.owner

    return await _move(ctx, complaint_id, Move.INVESTIGATE, step, assign_owner, owner=step.owner)


async def respond(ctx: Context, complaint_id: UUID, step: ComplaintResponse) -> Document:
    """Record the decision, and the remedies offered."""

    async def store_response(case: Case, at: datetime) -> None:
        notified = step.message is not None or step.interaction_id is not None
        case.set_response(step.decision, step.decision_text, at if notified else None)
        count = len(await remedy_store.of_complaint(ctx, complaint_id))
        remedies.require_room(count + len(step.offers))
        offers = enumerate(step.offers, start=count + 1)
        await remedy_store.add(ctx, [remedies.row(case.id, n, offer, RemedyState.OFFERED, at) for n, offer in offers])

    return await _move(ctx, complaint_id, Move.RESPOND, step, store_response, decision=step.decision.value)


async def accept(ctx: Context, complaint_id: UUID, step: ResponseAcceptance) -> Document:
    async def accept_remedies(case: Case, at: datetime) -> None:
        stored = await remedy_store.of_complaint(ctx, complaint_id)
        offered = {row["id"] for row in stored if row["state"] == RemedyState.OFFERED}
        accepted = offered if step.remedy_ids is None else set(step.remedy_ids)
        if unknown := accepted - offered:
            index = (step.remedy_ids or []).index(sorted(unknown)[0])
            raise reference_not_found(f"/remedy_ids/{index}", "Offered remedy")
        await remedy_store.decide(ctx, complaint_id, accepted, at)

    return await _move(ctx, complaint_id, Move.ACCEPT, step, accept_remedies)


async def reject(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    async def refuse_remedies(case: Case, at: datetime) -> None:
        await remedy_store.decide(ctx, complaint_id, (), at)

    return await _move(ctx, complaint_id, Move.REJECT, step, refuse_remedies)


async def deadlock(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    return await _move(ctx, complaint_id, Move.DEADLOCK, step)


async def refer(ctx: Context, complaint_id: UUID, step: ComplaintReferral) -> Document:
    async def store_referral(case: Case, _: datetime) -> None:
        case.set_referral(step.referred_to, step.reference)

    return await _move(ctx, complaint_id, Move.REFER, step, store_referral, referred_to=step.referred_to)


async def settle(ctx: Context, complaint_id: UUID, step: ComplaintSettlement) -> Document:
    async def store_settlement(case: Case, _: datetime) -> None:
        case.set_settlement(step.outcome, step.outcome_text)

    return await _move(ctx, complaint_id, Move.SETTLE, step, store_settlement, outcome=step.outcome.value)


async def close(ctx: Context, complaint_id: UUID, step: ComplaintClosure) -> Document:
    async def store_cause(case: Case, _: datetime) -> None:
        case.complaint.update(step.model_dump(include={"cause_kind", "cause"}, exclude_none=True))

    return await _move(ctx, complaint_id, Move.CLOSE, step, store_cause)


async def withdraw(ctx: Context, complaint_id: UUID, step: MoveWithReason) -> Document:
    return await _move(ctx, complaint_id, Move.WITHDRAW, step, reason=step.reason)


async def reopen(ctx: Context, complaint_id: UUID, step: MoveWithReason) -> Document:
    """409 MoveNotAllowed where the policy does not allow it any more."""
    return await _move(ctx, complaint_id, Move.REOPEN, step, reason=step.reason)


async def hold(ctx: Context, complaint_id: UUID, step: ComplaintHold) -> Document:
    """Put it on hold; the policy says whether its clocks are paused meanwhile."""
    case = await _load(ctx, complaint_id, step)
    return await _set_waiting(ctx, case, step, step.waiting_for, event_types.COMPLAINT_HELD)


async def resume(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    case = await _load(ctx, complaint_id, step)
    if case.complaint.waiting_for is None:
        raise MoveNotAllowed("The complaint is not on hold", allowed=rules.allowed(case.state))
    return await _set_waiting(ctx, case, step, None, event_types.COMPLAINT_RESUMED)


async def send_update(ctx: Context, complaint_id: UUID, message: ComplaintMessage) -> Document:
    """Record a message to the customer, and answer with the complaint. Its update clock restarts."""
    await lock_linked(ctx, complaint=[complaint_id])
    case = await case_store.load(ctx, complaint_id)
    interaction_id, channel = await _record_message(ctx, case, message, ctx.now)
    case.clocks.message_sent(case.situation, ctx.now)
    case.complaint.customer_replied_at = None
    case.record(event_types.COMPLAINT_UPDATE_SENT, ctx.now, channel.value, interaction_id=str(interaction_id))
    await case_store.save(ctx, [case])
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def _move(
    ctx: Context,
    complaint_id: UUID,
    move: Move,
    step: MoveDetails,
    change: Callable[[Case, datetime], Awaitable[None]] | None = None,
    **event_data: Any,
) -> Document:
    case = await _load(ctx, complaint_id, step)
    at = step.at or case.now(ctx)
    case.require_move(ctx, move, at)
    if move is Move.REOPEN:
        _require_reopening(case, at)
    await checklist.require_done(ctx, case, move)
    if change is not None:
        await change(case, at)
    interaction_id, channel = await _notify(ctx, case, step, at)
    case.move(
        ctx,
        move,
        at,
        staff=step.staff,
        note=step.note,
        interaction_id=interaction_id,
        channel=channel,
        notified=interaction_id is not None,
        **event_data,
    )
    await case_store.save(ctx, [case])
    return await store.COMPLAINTS.get(ctx, complaint_id)


async def _load(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Case:
    """The complaint, locked after the conversation that the move belongs to."""
    if step.message is not None:
        await lock_linked(ctx, complaint=[complaint_id])
    elif step.interaction_id is not None:
        await lock_linked(ctx, conversations_of=[step.interaction_id], complaint=[complaint_id])
    return await case_store.load(ctx, complaint_id)


def _require_reopening(case: Case, at: datetime) -> None:
    """409 MoveNotAllowed where the policy does not allow it to be reopened."""
    limits = case.policy.reopening if case.policy is not None else Reopening()
    complaint = case.complaint
    assert complaint.ended_at is not None, "only a complaint that has ended is reopened"
    reason = rules.reopening_refusal(limits, complaint.ended_at, complaint.reopened_count, at)
    if reason is not None:
        raise MoveNotAllowed(reason, allowed=[])


async def _set_waiting(
    ctx: Context, case: Case, step: MoveDetails, waiting_for: Waiting | None, type_: EventType
) -> Document:
    at = step.at or case.now(ctx)
    if case.state in rules.ENDED:
        raise MoveNotAllowed(f"The complaint is {case.state}", allowed=rules.allowed(case.state))
    case.require_timestamp(ctx, at)
    interaction_id, channel = await _notify(ctx, case, step, at)
    complaint = case.complaint
    complaint.waiting_for, complaint.waiting_since = waiting_for, at if waiting_for is not None else None
    complaint.customer_replied_at = None
    if interaction_id is not None:
        case.clocks.message_sent(case.situation, at)
    case.clocks.waiting_changed(case.situation, at)
    case.record(type_, at, channel, title={"party": waiting_for}, staff=step.staff, note=step.note)
    if waiting_for is Waiting.CUSTOMER and at < ctx.now:
        await replies.take_earlier_reply(ctx, case, at)
    await case_store.save(ctx, [case])
    return await store.COMPLAINTS.get(ctx, case.id)


async def _notify(ctx: Context, case: Case, step: MoveDetails, at: datetime) -> tuple[UUID | None, str | None]:
    """Record the message that goes with a move, or link the interaction that it names: its id and channel."""
    if step.message is not None:
        try:
            interaction_id, channel = await _record_message(ctx, case, step.message, at)
        except Problem as problem:
            raise problem.under("/message") from None
        return interaction_id, channel.value
    if step.interaction_id is not None:
        row = await store.interaction(ctx, step.interaction_id)
        if row is None or row["customer_id"] != case.complaint.customer_id or row["direction"] != Direction.OUTBOUND:
            raise reference_not_found("/interaction_id", "Outbound interaction with this customer")
        if row["state"] != InteractionState.HELD:
            raise invalid("/interaction_id", "not_held", f"The contact is {row['state']}, not held")
        linked = await interaction_store.link_to_complaints(ctx, [(case.id, step.interaction_id)], named=True)
        gone = await interaction_store.name_complaint_alone(ctx, [step.interaction_id])
        await interactions.release_unlinked(ctx, gone)
        await interactions.take_customers(ctx, linked)
        return step.interaction_id, row["channel"]
    return None, None


async def _record_message(ctx: Context, case: Case, message: ComplaintMessage, at: datetime) -> tuple[UUID, Channel]:
    """It is about the complaint, as everything in the thread of its reference."""
    complaint = case.complaint
    channel = message.channel or complaint.channel
    contact = None
    if complaint.customer_id is None and complaint.complainant is not None:
        contact = validation.validate_stored(Complainant, complaint.complainant).contact
    new = InteractionNew(
        customer_id=complaint.customer_id,
        contact=contact,
        kind=answer_kind(channel),
        channel=channel,
        direction=Direction.OUTBOUND,
        subject=message.subject or f"Your complaint {complaint.reference}",
        body=message.body,
        happened_at=at,
        staff=message.staff,
        documents=message.documents,
        thread=complaint.reference,
        unwelcome_reason=message.unwelcome_reason,
    )
    document, _ = await interactions.record(ctx, new, origin_id=case.id, taken_from=case.complaint.taken_from)
    return document.id, channel
