"""Complaints on their way in: what they refer to, whose they are, and the way that they have come already."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, invalid
from app.rules.complaints import states as rules
from app.rules.complaints.service_clocks import Clocks
from app.rules.complaints.states import Move, RemedyState
from app.rules.customers import NotAContact, normalize
from app.rules.kit.event_types import COMPLAINT_RECEIVED
from app.schemas.complaints.intake import ComplaintNew, PastMove
from app.services import service_levels
from app.services.complaints import case_store, procedures
from app.services.complaints.case import Case
from app.services.complaints.remedies_actions import remedy_row
from app.store import sales as sales_store
from app.store.complaints import complaints as store
from app.store.complaints import remedies_actions as parts


@dataclass(slots=True)
class ComplaintDraft:
    """One that came in, and what was found out about it."""

    new: ComplaintNew
    id: UUID
    content_hash: bytes | None
    customer_id: UUID | None = None
    tags: Sequence[str] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.new.source or "", self.new.external_id or ""

    def row(self, ctx: Context, number: int) -> dict[str, Any]:
        new, received_at = self.new, self.new.received_at or ctx.now
        return {
            **new.model_dump(exclude={"remedies", "history"}),
            "id": self.id,
            "reference": rules.reference(number),
            "customer_id": self.customer_id,
            "received_at": received_at,
            "state": rules.State.RECEIVED.value,
            "state_since": received_at,
            "waiting_for": None,
            "acknowledged_at": None,
            "responded_at": None,
            "ended_at": None,
            "decision": None,
            "decision_text": None,
            "told_at": None,
            "referral": None,
            "reopened": 0,
            "policy_id": None,
            "procedure_id": None,
            "procedure_version": None,
            "due_at": None,
            "breached": False,
            "content_hash": self.content_hash,
            "created_at": ctx.now,
            "updated_at": ctx.now,
        }


async def write(ctx: Context, received: Sequence[ComplaintDraft]) -> dict[UUID, Problem]:
    """Write them down with their clocks and the way they have come; gives what was wrong with those that cannot be."""
    if not received:
        return {}
    # Everybody writes complaints in this order: nobody waits in a circle.
    ordered = sorted(received, key=lambda r: r.key)
    numbers = await store.numbers(ctx, len(ordered))
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
    await parts.add_remedies(ctx, [row for case, r in kept for row in remedies_of(case, r.new)])
    pairs = [(case.id, r.new.interaction_id) for case, r in kept if r.new.interaction_id is not None]
    await store.add_messages(ctx, pairs)
    return refused


def _replayed(ctx: Context, case: Case, new: ComplaintNew) -> Problem | None:
    """Have it received, and make the moves that it has made already."""
    received_at = case.row["received_at"]
    if received_at > ctx.now:
        return invalid("/received_at", "future", "Lies in the future")
    channel = new.channel.value
    case.record(COMPLAINT_RECEIVED, received_at, channel, title={"channel": channel}, feeling=new.feeling)
    case.begin()
    for n, past in enumerate(new.history):
        try:
            case.move(ctx, past.move, past.at, staff=past.staff, note=past.note, told=past.told)
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
            case.answered(past.decision, past.decision_text, past.at if past.told else None)
        case Move.REFER:
            case.referred(past.body, past.reference)
        case Move.SETTLE:
            case.settled(past.decision, past.decision_text)


def remedies_of(case: Case, new: ComplaintNew) -> list[dict[str, Any]]:
    rows = []
    for position, remedy in enumerate(new.remedies, start=1):
        decided_at = _decided_at(new, remedy.state)
        answered = (past.at for past in reversed(new.history) if past.move is Move.RESPOND)
        offered_at = next((at for at in answered if decided_at is None or at <= decided_at), case.row["received_at"])
        at = case.row["received_at"] if remedy.state is RemedyState.SOUGHT else offered_at
        rows.append(remedy_row(case.id, position, remedy, remedy.state, at, decided_at))
    return rows


def _undecided(new: ComplaintNew) -> Problem | None:
    """What is wrong with remedies that nobody can have decided on."""
    if any(past.move in (Move.ACCEPT, Move.REJECT) for past in new.history):
        return None
    for n, remedy in enumerate(new.remedies):
        if remedy.state in _DECIDED_BY:
            detail = "In its history the answer is neither accepted nor rejected"
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


@dataclass(slots=True)
class References:
    """What the store knows of what complaints refer to: looked up at once."""

    complaints: dict[int, tuple[UUID, bytes | None]] = field(default_factory=dict)
    customers: dict[int, UUID] = field(default_factory=dict)
    holders: dict[int, dict[UUID, list[str]]] = field(default_factory=lambda: defaultdict(dict))
    tags: dict[int, list[str]] = field(default_factory=dict)
    sales: dict[int, tuple["Owner", bool]] = field(default_factory=dict)
    """Whose the sale is, and whether it has the line."""
    interactions: dict[int, "Owner"] = field(default_factory=dict)

    @classmethod
    async def of(cls, ctx: Context, news: Sequence[ComplaintNew]) -> "References":
        known, wanted = cls(), _reference_keys(ctx, news)
        if not any(wanted):
            return known
        for what, n, id_, text in await store.load_references(ctx, wanted):
            data = json.loads(text)
            match what:
                case "complaint":
                    known.complaints[n] = id_, bytes.fromhex(data["hash"]) if data["hash"] else None
                case "customer":
                    known.customers[n], known.tags[n] = id_, data["tags"]
                case "point":
                    known.holders[n][id_] = data["tags"]
                case "sale":
                    known.sales[n] = _owner(data), data["line"]
                case "interaction":
                    known.interactions[n] = _owner(data)
        return known

    def match(self, n: int, received: ComplaintDraft) -> Problem | None:
        """Set whose the n-th complaint is; or say what it refers to and is not there."""
        new = received.new
        if (new.source is None) != (new.external_id is None):
            missing = "external_id" if new.external_id is None else "source"
            return invalid(f"/{missing}", "missing", "A source and its external id belong together")
        if new.sale_id is not None:
            if n not in self.sales:
                return invalid("/sale_id", "not_found", "There is no such sale")
            if not self.sales[n][1]:
                return invalid("/sale_line_no", "not_found", "The sale has no such line")
        if new.interaction_id is not None and n not in self.interactions:
            return invalid("/interaction_id", "not_found", "There is no such interaction")
        if new.customer_id is not None:
            if n not in self.customers:
                return invalid("/customer_id", "not_found", "There is no such customer")
            received.customer_id, received.tags = self.customers[n], self.tags[n]
        elif len(self.holders.get(n, ())) == 1:
            ((received.customer_id, received.tags),) = self.holders[n].items()
        elif (owner := self._owner(n)) is not None:
            received.customer_id, received.tags = owner
        return None

    def _owner(self, n: int) -> "Owner":
        """The buyer, or whom the contact was with."""
        return (self.sales[n][0] if n in self.sales else None) or self.interactions.get(n)


Owner = tuple[UUID, list[str]] | None


def _owner(data: dict[str, Any]) -> Owner:
    return (UUID(data["customer_id"]), data["tags"]) if data["customer_id"] else None


def _reference_keys(ctx: Context, news: Sequence[ComplaintNew]) -> store.ReferenceKeys:
    wanted = store.ReferenceKeys([], [], [], [], [])
    for n, new in enumerate(news):
        if new.source is not None and new.external_id is not None:
            wanted.complaints.append((n, new.source, new.external_id))
        if new.sale_id is not None:
            wanted.sales.append((n, new.sale_id, new.sale_line_no))
        if new.interaction_id is not None:
            wanted.interactions.append((n, new.interaction_id))
        contact = new.complainant.contact if new.complainant is not None else None
        if new.customer_id is not None:
            wanted.customers.append((n, new.customer_id))
        elif contact is not None:
            try:
                form = normalize(contact.kind, contact.value, ctx.region)
            except NotAContact:  # it is kept all the same, as it was entered
                continue
            wanted.points.append((n, contact.kind.value, form.value))
    return wanted
