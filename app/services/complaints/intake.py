"""Complaints on their way in: what they refer to, whose they are, and the way that they have come already."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, in_the_future, invalid
from app.rules.complaints.service_clocks import Clocks
from app.rules.complaints.states import Move, RemedyState
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


async def write(ctx: Context, received: Sequence[ComplaintDraft]) -> dict[UUID, Problem]:
    """Write them down with their clocks and the way they have come; gives what was wrong with those that cannot be."""
    if not received:
        return {}
    ordered = intake.ordered(received)
    numbers = await store.next_numbers(ctx, len(ordered))
    made = [Case(r.row(ctx, n), None, Clocks(None)) for r, n in zip(ordered, numbers, strict=True)]
    categories = {case.row["category"] for case in made}
    by_category = await procedures.procedure_for(ctx, categories)
    chosen = await service_levels.select_policies(ctx, [c.facts(r.tags) for c, r in zip(made, ordered, strict=True)])
    refused: dict[UUID, Problem] = {}
    for case, r, policy in zip(made, ordered, chosen, strict=True):
        if policy is not None:
            case.chosen, case.clocks = policy, Clocks(policy.policy)
            case.row["policy_id"] = policy.policy_id
        if (procedure := by_category.get(case.row["category"])) is not None:
            case.row["procedure_id"], case.row["procedure_version"] = procedure
        if (problem := _replayed(ctx, case, r.new)) is not None:
            refused[case.id] = problem
    kept = [(case, r) for case, r in zip(made, ordered, strict=True) if case.id not in refused]
    await sales_store.ensure_exist(ctx, [r.new.site for _, r in kept], [r.new.sku for _, r in kept])
    await case_store.save(ctx, [case for case, _ in kept], new=True)
    await remedy_store.add(ctx, [row for case, r in kept for row in remedies_of(case, r.new)])
    pairs = [(case.id, r.new.interaction_id) for case, r in kept if r.new.interaction_id is not None]
    await store.add_messages(ctx, pairs)
    return refused


def _replayed(ctx: Context, case: Case, new: ComplaintNew) -> Problem | None:
    """Have it received, and make the moves that it has made already."""
    received_at = case.row["received_at"]
    if received_at > ctx.now:
        return in_the_future("/received_at")
    channel = new.channel.value
    case.record(COMPLAINT_RECEIVED, received_at, channel, title={"channel": channel}, feeling=new.feeling)
    case.begin()
    for n, past in enumerate(new.history):
        try:
            case.move(ctx, past.move, past.at, staff=past.staff, note=past.note, told=past.customer_notified)
        except Problem as problem:
            at = problem.errors[0]["pointer"] if problem.errors else "/move"
            code = problem.errors[0]["code"] if problem.errors else "not_allowed"
            detail = problem.errors[0]["detail"] if problem.errors else problem.detail or problem.title
            return invalid(f"/history/{n}{at}", code, detail)
        _remember(case, past)
    return _undecided(new)


def _remember(case: Case, past: PastMove) -> None:
    """What a move leaves behind, besides the state."""
    match past.move:
        case Move.RESPOND:
            case.answered(past.decision, past.decision_text, past.at if past.customer_notified else None)
        case Move.REFER:
            case.referred(past.referred_to, past.reference)
        case Move.SETTLE:
            case.settled(past.decision, past.decision_text)


def remedies_of(case: Case, new: ComplaintNew) -> list[dict[str, Any]]:
    rows = []
    for position, remedy in enumerate(new.remedies, start=1):
        decided_at = _decided_at(new, remedy.state)
        answered = (past.at for past in reversed(new.history) if past.move is Move.RESPOND)
        offered_at = next((at for at in answered if decided_at is None or at <= decided_at), case.row["received_at"])
        at = case.row["received_at"] if remedy.state is RemedyState.SOUGHT else offered_at
        rows.append(remedies.row(case.id, position, remedy, remedy.state, at, decided_at))
    return rows


def _undecided(new: ComplaintNew) -> Problem | None:
    """What is wrong with remedies that nobody can have decided on."""
    if any(past.move in (Move.ACCEPT, Move.REJECT) for past in new.history):
        return None
    for n, remedy in enumerate(new.remedies):
        if remedy.state in _DECIDED_BY:
            detail = "The history has neither an acceptance nor a rejection of the response"
            return invalid(f"/remedies/{n}/state", "undecided", detail)
    return None


def _decided_at(new: ComplaintNew, state: RemedyState) -> datetime | None:
    """When the customer decided on remedies in this state; None where they have not."""
    for move in _DECIDED_BY.get(state, ()):
        if found := [past.at for past in new.history if past.move is move]:
            return found[-1]
    return None


# The likeliest first: what is accepted though the answer was rejected was agreed upon later.
_DECIDED_BY = {
    RemedyState.ACCEPTED: (Move.ACCEPT, Move.SETTLE, Move.CLOSE, Move.REJECT),
    RemedyState.REFUSED: (Move.REJECT, Move.ACCEPT),
}
