"""Writing new complaints: their clocks, their policies, and the history that they bring along."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, in_the_future, invalid
from app.rules.complaints.service_clocks import Clocks
from app.rules.complaints.states import Move, RemedyState
from app.rules.kit import moments
from app.rules.kit.event_types import COMPLAINT_RECEIVED
from app.schemas.complaints.intake import ComplaintNew, PastMove
from app.services import service_levels
from app.services.complaints import case_store, procedures, remedies
from app.services.complaints.case import Case
from app.services.complaints.drafts import ComplaintDraft
from app.services.kit import intake
from app.store import sales as sales_store
from app.store.complaints import complaints as store
from app.store.complaints import remedies as remedy_store


async def write(ctx: Context, drafts: Sequence[ComplaintDraft]) -> dict[UUID, Problem]:
    """Write complaints with their clocks and histories; the problems of those that cannot be written, by their id."""
    if not drafts:
        return {}
    ordered = intake.ordered(drafts)
    numbers = await store.next_numbers(ctx, len(ordered))
    cases = [Case(d.row(ctx, number), None, Clocks(None)) for d, number in zip(ordered, numbers, strict=True)]
    await _select_rules(ctx, cases, ordered)
    problems: dict[UUID, Problem] = {}
    accepted: list[tuple[Case, ComplaintDraft]] = []
    for case, draft in zip(cases, ordered, strict=True):
        if (problem := _apply_history(ctx, case, draft.new)) is not None:
            problems[case.id] = problem
        else:
            accepted.append((case, draft))
    await sales_store.ensure_exist(ctx, [d.new.site for _, d in accepted], [d.new.sku for _, d in accepted])
    messages = [(case.id, d.new.interaction_id) for case, d in accepted if d.new.interaction_id is not None]
    await case_store.save(ctx, [case for case, _ in accepted], new=True, messages=messages)
    await remedy_store.add(ctx, [row for case, draft in accepted for row in remedy_rows(case, draft.new)])
    return problems


async def _select_rules(ctx: Context, cases: Sequence[Case], drafts: Sequence[ComplaintDraft]) -> None:
    """Set the policies that the complaints are measured by, and the procedures that they follow."""
    facts = [case.facts(draft.tags) for case, draft in zip(cases, drafts, strict=True)]
    policies = await service_levels.select_policies(ctx, facts)
    by_category = await procedures.procedure_for(ctx, {case.complaint.category for case in cases})
    for case, policy in zip(cases, policies, strict=True):
        if policy is not None:
            case.policy, case.clocks = policy, Clocks(policy.policy)
            case.complaint.policy_id = policy.policy_id
        if (procedure := by_category[case.complaint.category]) is not None:
            case.complaint.procedure_id, case.complaint.procedure_version = procedure


def _apply_history(ctx: Context, case: Case, new: ComplaintNew) -> Problem | None:
    """Start the clocks and make the past moves; or what is wrong with them."""
    received_at = case.complaint.received_at
    if new.received_at is not None and moments.is_ahead(new.received_at, ctx.now):
        return in_the_future("/received_at")
    channel = new.channel.value
    case.record(COMPLAINT_RECEIVED, received_at, channel, title={"channel": channel}, feeling=new.feeling)
    case.start_clocks()
    for n, past in enumerate(new.history):
        try:
            case.move(ctx, past.move, past.at, staff=past.staff, note=past.note, notified=past.customer_notified)
        except Problem as problem:
            pointer = problem.errors[0]["pointer"] if problem.errors else "/move"
            code = problem.errors[0]["code"] if problem.errors else "not_allowed"
            detail = problem.errors[0]["detail"] if problem.errors else problem.detail or problem.title
            return invalid(f"/history/{n}{pointer}", code, detail)
        _store_details(case, past)
    return _undecided_remedy(new)


def _store_details(case: Case, past: PastMove) -> None:
    match past.move:
        case Move.RESPOND:
            case.set_response(past.decision, past.decision_text, past.at if past.customer_notified else None)
        case Move.REFER:
            case.set_referral(past.referred_to, past.reference)
        case Move.SETTLE:
            case.set_settlement(past.decision, past.decision_text)


def remedy_rows(case: Case, new: ComplaintNew) -> list[dict[str, Any]]:
    rows = []
    for position, remedy in enumerate(new.remedies, start=1):
        decided_at = _decided_at(new, remedy.state)
        responses = (past.at for past in reversed(new.history) if past.move is Move.RESPOND)
        offered_at = next(
            (at for at in responses if decided_at is None or at <= decided_at), case.complaint.received_at
        )
        at = case.complaint.received_at if remedy.state is RemedyState.SOUGHT else offered_at
        rows.append(remedies.row(case.id, position, remedy, remedy.state, at, decided_at))
    return rows


def _undecided_remedy(new: ComplaintNew) -> Problem | None:
    """The problem of a remedy that is accepted or refused though the history has no decision of the customer."""
    if any(past.move in (Move.ACCEPT, Move.REJECT) for past in new.history):
        return None
    for n, remedy in enumerate(new.remedies):
        if remedy.state in _DECIDED_BY:
            detail = "The history has neither an acceptance nor a rejection of the response"
            return invalid(f"/remedies/{n}/state", "undecided", detail)
    return None


def _decided_at(new: ComplaintNew, state: RemedyState) -> datetime | None:
    """When the customer decided on remedies in this state; None where they did not."""
    for move in _DECIDED_BY.get(state, ()):
        if decided := [past.at for past in new.history if past.move is move]:
            return decided[-1]
    return None


# Most likely first: a remedy that is accepted though the response was rejected was agreed upon later.
_DECIDED_BY = {
    RemedyState.ACCEPTED: (Move.ACCEPT, Move.SETTLE, Move.CLOSE, Move.REJECT),
    RemedyState.REFUSED: (Move.REJECT, Move.ACCEPT),
}
