"""Incoming interactions: their customers, and whether these want to be contacted like this."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, in_the_future, invalid, out_of_order, reference_not_found
from app.rules.customers import USE_BY_CHANNEL, ContactKind
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.interactions.planning import InteractionState
from app.rules.kit.timestamps import format_timestamp
from app.schemas.interactions.interactions import InteractionNew
from app.services.customers import (
    NO_CUSTOMER,
    Excluded,
    Policies,
    Resolution,
    Resolver,
    by_own_keys,
    linked,
    references_by_contact,
    with_released,
)
from app.services.interactions import complaint_references, participants, planning, welcome
from app.services.interactions.tasks import TaskDraft
from app.services.kit import intake
from app.services.kit.intake import Draft, Existing
from app.store.interactions import interactions as store
from app.store.kit import advisory
from app.store.kit.link_locks import lock_answered
from app.store.kit.references import ReferencedRecord

_SENT = [name for name in InteractionNew.model_fields if name not in ("next_step", "source", "external_id")]
_DERIVED = ("customer_id", "happened_at", "complaint_id", "answered_at")


@dataclass(slots=True)
class InteractionDraft(Draft[InteractionNew]):
    """An incoming interaction; `References` sets its customer."""

    happened_at: datetime
    origin_id: UUID | None = None
    """The record that its customer is taken from; None where it says itself who its customer is."""
    taken_from: Sequence[UUID] = ()
    """Whom somebody has taken that record from."""
    thread_source: str | None = None
    """The source that named its thread, where it has none itself."""
    customer_id: UUID | None = None
    resolution: Resolution = NO_CUSTOMER
    complaint_ids: Sequence[UUID] = ()
    """The complaints that it is about."""

    @property
    def title(self) -> str:
        return rules.title(self.new.kind, self.new.channel, self.new.direction, self.new.subject)

    @property
    def task(self) -> TaskDraft | None:
        if (step := self.new.next_step) is None:
            return None
        return TaskDraft(
            step.what,
            self.happened_at,
            customer_id=self.customer_id,
            origin_id=self.id if self.customer_id is not None else None,
            interaction_id=self.id,
            owner=step.owner or self.new.staff,
            due_at=step.due_at,
        )

    def row(self) -> dict[str, Any]:
        new = self.new
        return {
            **new.model_dump(mode="json", exclude={"next_step", "complaint_id"}),
            "id": self.id,
            "customer_id": self.customer_id,
            "customer_from_id": self.origin_id if self.customer_id is not None else None,
            **self.resolution.columns(),
            "answered_at": new.answered_at,
            "answered_elsewhere_at": new.answered_at,
            "happened_at": self.happened_at,
            "content_hash": self.content_hash,
            "awaits_answer": rules.awaits_answer(new.kind, new.direction),
        }

    def as_sent(self) -> dict[str, Any]:
        sent = intake.as_sent(self.new, _SENT, _DERIVED)
        return {**sent, "next_step": self._next_step()}

    def as_stored(self) -> dict[str, Any]:
        customer_id = self.customer_id and str(self.customer_id)
        return {**self.as_sent(), "customer_id": customer_id, "happened_at": format_timestamp(self.happened_at)}

    def misanswered(self, now: datetime) -> Problem | None:
        """The problem of a time at which it cannot have been answered."""
        if (at := self.new.answered_at) is None:
            return None
        if not rules.awaits_answer(self.new.kind, self.new.direction):
            return invalid("/answered_at", "not_an_enquiry", "Only an inbound enquiry is answered")
        if at < self.happened_at:
            return out_of_order("/answered_at", "happened_at")
        return in_the_future("/answered_at") if at > now else None

    def _next_step(self) -> dict[str, Any] | None:
        if (task := self.task) is None:
            return None
        due_at = task.due_at and format_timestamp(task.due_at)
        return {"what": task.what, "owner": task.owner, "due_at": due_at}


@dataclass(frozen=True, slots=True)
class References:
    """The records that the interactions of one batch refer to."""

    existing: Mapping[int, Existing]
    customers: Resolver
    participants: Mapping[int, set[int]]
    """The indices of those who are customers, by the index of the interaction."""
    complaints: Mapping[int, Mapping[UUID, Mapping[str, Any]]]
    """What an interaction is about, by its index: whose the complaint is, and which channels they do not want."""
    opted_out: Collection[int]
    """The indices of those whose customers opted out of this use for all of their numbers, and that name none."""
    enquirers: Mapping[int, Mapping[str, Any]]
    """Whose enquiry it answers, by the index of one that is sent to nobody known; as `complaints` are."""
    now: datetime
    policies: Policies

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[InteractionDraft]) -> "References":
        references, policies = await references_by_contact(ctx, drafts, attrgetter("contact"))
        customers = Resolver(ctx, references)
        keys = _keys(drafts) | customers.keys()
        await _lock_threads(ctx, [draft.new for draft in drafts])
        records = await store.REFERENCES.load(ctx, keys)
        complaint_ids = {record.id for record in records if record.kind in _COMPLAINT_REFERENCES}
        if changed := [record.id for record in records if record.kind in ("counterpart", "may_take_customer")]:
            await lock_answered(ctx, changed, complaint_ids)
        elif complaint_ids:
            await store.lock_complaints(ctx, complaint_ids)
        if complaint_ids:
            records = await _reload_complaints(ctx, keys, records)
        customers.add(records)
        participants: dict[int, set[int]] = defaultdict(set)
        complaints: dict[int, dict[UUID, Any]] = defaultdict(dict)
        for record in records:
            if record.kind == "participant":
                participants[record.n].add(record.position)
            elif record.kind in _COMPLAINT_REFERENCES:
                complaints[record.n][record.id] = json.loads(record.data or "{}")
        opted_out = {record.n for record in records if record.kind == "opted_out"}
        existing = intake.existing(records, "interaction")
        with_counterpart = {record.n for record in records if record.kind == "counterpart"}
        sent = {n: drafts[n] for n in sorted(with_counterpart) if _is_sent(drafts[n].new)}
        enquirers = await _find_enquirers(ctx, sent, customers)
        return cls(existing, customers, participants, complaints, opted_out, enquirers, ctx.now, policies)

    def resolve(self, ctx: Context, n: int, draft: InteractionDraft) -> Problem | None:
        """Set the customer of the n-th interaction, or return the problem that prevents its recording."""
        new = draft.new
        found = self.complaints.get(n, {})
        missing = self.customers.missing(n) or participants.missing(new.participants, self.participants.get(n, set()))
        if (problem := intake.incomplete_source_key(new) or missing or draft.misanswered(self.now)) is not None:
            return problem
        if (problem := planning.problem(ctx, new.state, new.kind, new.happened_at)) is not None:
            return problem
        if new.complaint_id is not None and new.complaint_id not in found:
            return reference_not_found("/complaint_id", "Complaint")
        draft.resolution = self.customers.resolve(n, Excluded.of(draft.taken_from))
        if draft.origin_id is not None:
            draft.resolution = _of_origin(draft.origin_id, new.customer_id, draft.resolution)
        draft.customer_id = draft.resolution.customer_id
        found = {id_: c for id_, c in found.items() if complaint_references.is_in_conversation(c, draft.customer_id)}
        draft.complaint_ids = [new.complaint_id] if new.complaint_id is not None else sorted(found)
        if draft.customer_id is None:
            return self._take_customer(n, draft, found)
        unwelcome_channels = self.customers.facts[draft.customer_id].unwelcome_channels
        if USE_BY_CHANNEL.get(new.channel) in self.customers.opted_out(n, draft.customer_id):
            unwelcome_channels = [*unwelcome_channels, {"channel": new.channel, "reason": welcome.OPTED_OUT}]
        elif n in self.opted_out:
            unwelcome_channels = [*unwelcome_channels, {"channel": new.channel, "reason": welcome.OPTED_OUT_OF_ALL}]
        return welcome.check(unwelcome_channels, new.channel, new.direction, new.unwelcome_reason)

    def _take_customer(
        self, n: int, draft: InteractionDraft, found: Mapping[UUID, Mapping[str, Any]]
    ) -> Problem | None:
        """Nothing of the message says whose it is: it belongs to the customer of the complaint that it is about; or
        to that of the enquiry that it answers, which it follows once it is recorded.
        """
        for complaint_id in draft.complaint_ids:
            complaint, new = found[complaint_id], draft.new
            customer_id = complaint_references.customer_of(complaint, draft.resolution, new.contact)
            if customer_id is not None:
                draft.customer_id, draft.origin_id = customer_id, complaint_id
                draft.resolution = linked(complaint_id, customer_id, draft.resolution)
                return welcome.check_customer(complaint, new)
        return welcome.check_customer(self.enquirers[n], draft.new) if n in self.enquirers else None


def _of_origin(origin_id: UUID, customer_id: UUID | None, found: Resolution) -> Resolution:
    """It is whose the record is that it is taken from, or nobody's as that is, whatever its own keys have `found`."""
    if customer_id is None:
        return with_released(by_own_keys(found.reasons), found.reasons)
    # Nobody has named the customer by id but that record.
    return linked(origin_id, customer_id, replace(found, reasons=[r for r in found.reasons if r["kind"] != "id"]))


_COMPLAINT_REFERENCES = ("complaint", "complaint_of_thread")


async def _lock_threads(ctx: Context, interactions: Sequence[InteractionNew]) -> None:
    """Enquiries and what answers them would not see each other, nor would a complaint and the messages about it, nor
    what has no source and that of which it is in the thread: one of both waits for the other, before it reads anything.
    """
    exclusive = [(new.thread,) for new in interactions if new.thread is not None and _is_exclusive(new)]
    shared = [(new.thread,) for new in interactions if new.thread is not None and not _is_exclusive(new)]
    if exclusive or shared:
        await advisory.lock_mixed(ctx, advisory.THREAD, exclusive, shared)


def _is_exclusive(new: InteractionNew) -> bool:
    return new.source is None or new.complaint_id is not None or rules.awaits_answer(new.kind, new.direction)


def _is_sent(new: InteractionNew) -> bool:
    return new.direction is Direction.OUTBOUND and new.state is InteractionState.HELD


async def _find_enquirers(
    ctx: Context, sent: Mapping[int, InteractionDraft], customers: Resolver
) -> dict[int, dict[str, Any]]:
    """For those of whose customers nothing else is known."""
    resolved = {n: customers.resolve(n) for n in sent}
    return await store.enquirers(
        ctx,
        {
            n: {
                "thread": draft.new.thread,
                "source": draft.new.source or draft.thread_source,
                "contact": draft.new.contact and draft.new.contact.model_dump(mode="json"),
                "happened_at": draft.happened_at,
                "candidates": resolved[n].candidates,
            }
            for n, draft in sent.items()
            if resolved[n].customer_id is None
        },
    )


async def _reload_complaints(
    ctx: Context, keys: Mapping[str, list[tuple[Any, ...]]], records: Sequence[ReferencedRecord]
) -> list[ReferencedRecord]:
    others = [record for record in records if record.kind not in _COMPLAINT_REFERENCES]
    return others + await store.REFERENCES.load(ctx, {kind: keys[kind] for kind in _COMPLAINT_REFERENCES})


def _keys(drafts: Sequence[InteractionDraft]) -> dict[str, list[tuple[Any, ...]]]:
    numbered = [(n, draft.new) for n, draft in enumerate(drafts)]
    threads = [(n, new, new.thread) for n, new in numbered if new.thread is not None]
    return {
        "interaction": [(n, *draft.key) for n, draft in enumerate(drafts) if draft.key is not None],
        "opted_out": [
            (n, new.customer_id, use.value)
            for n, new in numbered
            if new.customer_id is not None
            and new.direction is Direction.OUTBOUND
            and not _names_number(new)
            and (use := USE_BY_CHANNEL.get(new.channel)) is not None
        ],
        "participant": [
            (n, position, participant.customer_id)
            for n, new in numbered
            for position, participant in enumerate(new.participants)
            if participant.customer_id is not None
        ],
        "counterpart": [
            (n, thread, rules.is_answer(new.kind, new.direction), drafts[n].happened_at, new.source)
            for n, new, thread in threads
            if new.source is not None or rules.is_answer(new.kind, new.direction) is not None
        ],
        # They may come to be about a complaint with it, and belong to its customer.
        "may_take_customer": [
            (n, *named) for named, n in {(thread, new.complaint_id): n for n, new, thread in threads}.items()
        ],
        "complaint": [(n, new.complaint_id) for n, new in numbered if new.complaint_id is not None],
        "complaint_of_thread": [
            (n, thread, new.source or drafts[n].thread_source) for n, new, thread in threads if new.complaint_id is None
        ],
    }


def _names_number(new: InteractionNew) -> bool:
    return new.contact is not None and new.contact.kind is ContactKind.PHONE
