"""The path of a complaint: each verb makes one move of the table, and what belongs to it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, Problem, reference_not_found
from app.rules.complaints import states as rules
from app.rules.complaints.states import Move, RemedyState
from app.rules.interactions import Direction, answer_kind
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.event_types import EventType
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
from app.services import interactions
from app.services.complaints import case_store, checklist, complaints, remedies
from app.services.complaints.case import Case
from app.store.complaints import complaints as store
from app.store.complaints import remedies as remedy_store
from app.store.kit.documents import Document

_ASSESSED = ("category", "severity", "complexity", "impact", "immediate_action", "feeling", "relationship_at_risk")


async def acknowledge(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    return await _move(ctx, complaint_id, Move.ACKNOWLEDGE, step)


async def assess(ctx: Context, complaint_id: UUID, step: ComplaintAssessment) -> Document:
    """How grave it is. Its policy and its procedure are chosen anew by that."""

    async def weigh(case: Case, _: datetime) -> None:
        sent = step.model_dump(include={*_ASSESSED, "owner"}, exclude_none=True)
        case.set(**sent)
        await complaints.reselect_policy(ctx, case)

    return await _move(ctx, complaint_id, Move.ASSESS, step, weigh, severity=step.severity.value)


async def investigate(ctx: Context, complaint_id: UUID, step: ComplaintInvestigation) -> Document:
    async def give(case: Case, _: datetime) -> None:
        if step.owner is not None:
            case.set(owner=step.owner)

    return await _move(ctx, complaint_id, Move.INVESTIGATE, step, give, owner=step.owner)


async def respond(ctx: Context, complaint_id: UUID, step: ComplaintResponse) -> Document:
    """The decision and what is offered."""

    async def decide(case: Case, at: datetime) -> None:
        told = step.message is not None or step.interaction_id is not None
        case.answered(step.decision, step.decision_text, at if told else None)
        known = len(await remedy_store.of_complaint(ctx, complaint_id))
        remedies.require_room(known + len(step.offers))
        offers = enumerate(step.offers, start=known + 1)
        await remedy_store.add(ctx, [remedies.row(case.id, n, offer, RemedyState.OFFERED, at) for n, offer in offers])

    return await _move(ctx, complaint_id, Move.RESPOND, step, decide, decision=step.decision.value)


async def accept(ctx: Context, complaint_id: UUID, step: ResponseAcceptance) -> Document:
    async def agree(case: Case, at: datetime) -> None:
        stored = await remedy_store.of_complaint(ctx, complaint_id)
        offered = {row["id"] for row in stored if row["state"] == RemedyState.OFFERED}
        accepted = offered if step.remedy_ids is None else set(step.remedy_ids)
        if strange := accepted - offered:
            place = (step.remedy_ids or []).index(sorted(strange)[0])
            raise reference_not_found(f"/remedy_ids/{place}", "Offered remedy")
        await remedy_store.decide(ctx, complaint_id, accepted, at)

    return await _move(ctx, complaint_id, Move.ACCEPT, step, agree)


async def reject(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    async def refuse(case: Case, at: datetime) -> None:
        await remedy_store.decide(ctx, complaint_id, (), at)

    return await _move(ctx, complaint_id, Move.REJECT, step, refuse)


async def deadlock(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    return await _move(ctx, complaint_id, Move.DEADLOCK, step)


async def refer(ctx: Context, complaint_id: UUID, step: ComplaintReferral) -> Document:
    async def hand_over(case: Case, _: datetime) -> None:
        case.referred(step.referred_to, step.reference)

    return await _move(ctx, complaint_id, Move.REFER, step, hand_over, referred_to=step.referred_to)


async def settle(ctx: Context, complaint_id: UUID, step: ComplaintSettlement) -> Document:
    async def conclude(case: Case, _: datetime) -> None:
        case.settled(step.outcome, step.outcome_text)

    return await _move(ctx, complaint_id, Move.SETTLE, step, conclude, outcome=step.outcome.value)


async def close(ctx: Context, complaint_id: UUID, step: ComplaintClosure) -> Document:
    async def learn(case: Case, _: datetime) -> None:
        found = {"cause_kind": step.cause_kind, "cause": step.cause}
        case.set(**{name: value for name, value in found.items() if value is not None})

    return await _move(ctx, complaint_id, Move.CLOSE, step, learn)


async def withdraw(ctx: Context, complaint_id: UUID, step: MoveWithReason) -> Document:
    return await _move(ctx, complaint_id, Move.WITHDRAW, step, reason=step.reason)


async def reopen(ctx: Context, complaint_id: UUID, step: MoveWithReason) -> Document:
    """409 MoveNotAllowed when the policy allows it no more."""
    return await _move(ctx, complaint_id, Move.REOPEN, step, reason=step.reason)


async def hold(ctx: Context, complaint_id: UUID, step: ComplaintHold) -> Document:
    """It waits for somebody else; whether clocks stand still meanwhile, the policy says."""
    case = await case_store.load(ctx, complaint_id)
    return await _set_waiting(ctx, case, step, step.waiting_for.value, event_types.COMPLAINT_HELD)


async def resume(ctx: Context, complaint_id: UUID, step: MoveDetails) -> Document:
    case = await case_store.load(ctx, complaint_id)
    if case.row["waiting_for"] is None:
        raise MoveNotAllowed("The complaint is not on hold", allowed=rules.allowed(case.state))
    return await _set_waiting(ctx, case, step, None, event_types.COMPLAINT_RESUMED)


async def send_update(ctx: Context, complaint_id: UUID, message: ComplaintMessage) -> Document:
    """Write or speak to the customer about it, and answer with the complaint. Its update clock starts anew."""
    case = await case_store.load(ctx, complaint_id)
    interaction_id, channel = await _say(ctx, case, message, ctx.now)
    await store.add_messages(ctx, [(complaint_id, interaction_id)])
    case.clocks.told(case.situation, ctx.now)
    case.record(event_types.COMPLAINT_UPDATE_SENT, ctx.now, channel.value, interaction_id=str(interaction_id))
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id)


async def _move(
    ctx: Context,
    complaint_id: UUID,
    move: Move,
    step: MoveDetails,
    more: Callable[[Case, datetime], Awaitable[None]] | None = None,
    **told: Any,
) -> Document:
    case = await case_store.load(ctx, complaint_id)
    at = step.at or ctx.now
    case.may(ctx, move, at)
    if move is Move.REOPEN:
        _may_again(case, at)
    await checklist.require_done(ctx, case, move)
    if more is not None:
        await more(case, at)
    interaction_id, channel = await _told(ctx, case, step, at)
    case.move(
        ctx,
        move,
        at,
        staff=step.staff,
        note=step.note,
        interaction_id=interaction_id,
        channel=channel,
        told=interaction_id is not None,
        **told,
    )
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id)


def _may_again(case: Case, at: datetime) -> None:
    """409 MoveNotAllowed where the policy has it opened no more."""
    limits = case.chosen.reopening if case.chosen is not None else Reopening()
    if (why := rules.may_reopen(limits, case.row["ended_at"], case.row["reopened_count"], at)) is not None:
        raise MoveNotAllowed(why, allowed=[])


async def _set_waiting(
    ctx: Context, case: Case, step: MoveDetails, waiting_for: str | None, type_: EventType
) -> Document:
    at = step.at or ctx.now
    if case.state in rules.OVER:
        raise MoveNotAllowed(f"The complaint is {case.state}", allowed=rules.allowed(case.state))
    case.happens(ctx, at)
    interaction_id, channel = await _told(ctx, case, step, at)
    case.set(waiting_for=waiting_for)
    if interaction_id is not None:
        case.clocks.told(case.situation, at)
    case.clocks.waits(case.situation, at)
    case.record(type_, at, channel, title={"party": waiting_for}, staff=step.staff, note=step.note)
    await case_store.save(ctx, [case])
    return await store.get(ctx, case.id)


async def _told(ctx: Context, case: Case, step: MoveDetails, at: datetime) -> tuple[UUID | None, str | None]:
    """What the customer was told with a move: the interaction, and its channel."""
    if step.message is not None:
        try:
            interaction_id, channel = await _say(ctx, case, step.message, at)
        except Problem as problem:
            problem.errors = [{**e, "pointer": f"/message{e['pointer']}"} for e in problem.errors or []] or None
            raise
    elif step.interaction_id is not None:
        row = await store.interaction(ctx, step.interaction_id)
        if row is None or row["customer_id"] != case.row["customer_id"] or row["direction"] != Direction.OUTBOUND:
            raise reference_not_found("/interaction_id", "Outbound interaction with this customer")
        interaction_id, channel = step.interaction_id, Channel(row["channel"])
    else:
        return None, None
    await store.add_messages(ctx, [(case.id, interaction_id)])
    return interaction_id, channel.value


async def _say(ctx: Context, case: Case, message: ComplaintMessage, at: datetime) -> tuple[UUID, Channel]:
    channel = message.channel or Channel(case.row["channel"])
    contact = None
    if case.row["customer_id"] is None and case.row["complainant"] is not None:
        contact = Complainant.model_validate_json(case.row["complainant"]).contact
    new = InteractionNew(
        customer_id=case.row["customer_id"],
        contact=contact,
        kind=answer_kind(channel),
        channel=channel,
        direction=Direction.OUTBOUND,
        subject=message.subject or f"Your complaint {case.row['reference']}",
        body=message.body,
        happened_at=at,
        staff=message.staff,
        documents=message.documents,
        thread=case.row["reference"],
        unwelcome_reason=message.unwelcome_reason,
    )
    document, _ = await interactions.record(ctx, new)
    return document.id, channel
