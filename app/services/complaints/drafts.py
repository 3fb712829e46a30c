"""Drafts of complaints: what was sent, what it refers to, and whose complaint it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem
from app.rules.complaints import states as rules
from app.rules.kit import moments
from app.schemas.complaints.intake import ComplaintContent, ComplaintNew
from app.schemas.interactions import Contact
from app.services.complaints import resent
from app.services.customers import (
    NO_CUSTOMER,
    Excluded,
    Policies,
    Resolution,
    Resolver,
    linked,
    references_by_contact,
)
from app.services.kit import intake
from app.services.kit.intake import Draft, Existing, Subjects
from app.store.complaints import complaints as store
from app.store.complaints.complaint_row import ComplaintRow
from app.store.kit import links
from app.store.kit.link_locks import lock_linked

_DERIVED = ("customer_id", "received_at")
_SENT = (*ComplaintContent.model_fields, "complainant", *_DERIVED)


@dataclass(slots=True)
class ComplaintDraft(Draft[ComplaintNew]):
    origin_id: UUID | None = None
    """The record that the customer is taken from; None where the complaint itself says who it is."""
    customer_id: UUID | None = None
    taken_from: Sequence[UUID] = ()
    """Of a change, the customers whom somebody took the complaint from."""
    resolution: Resolution = NO_CUSTOMER
    tags: Sequence[str] = ()
    """Of the customer."""

    def as_sent(self) -> dict[str, Any]:
        return {**intake.as_sent(self.new, _SENT, _DERIVED), **resent.as_sent(self.new)}

    def as_stored(self) -> dict[str, Any]:
        return {**self.as_sent(), "customer_id": self.customer_id and str(self.customer_id)}

    def row(self, ctx: Context, number: int) -> ComplaintRow:
        received_at = moments.arrived(self.new.received_at, ctx.now)
        return ComplaintRow(
            **self.new.model_dump(exclude={"remedies", "history", "customer_id", "received_at"}),
            id=self.id,
            reference=rules.reference(number),
            customer_id=self.customer_id,
            customer_from_id=self.origin_id,
            **self.resolution.columns(),
            received_at=received_at,
            state=rules.State.RECEIVED,
            state_since=received_at,
            content_hash=self.content_hash,
            created_at=ctx.now,
            updated_at=ctx.now,
        )


@dataclass(frozen=True, slots=True)
class References:
    """What the complaints of one batch refer to."""

    existing: Mapping[int, Existing]
    customers: Resolver
    subjects: Subjects
    policies: Policies

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[ComplaintDraft], changed: UUID | None = None) -> "References":
        """What they refer to stays as it is until the commit; `changed` is a stored complaint, which the only draft is
        a change of: that is locked already.
        """
        references, policies = await references_by_contact(ctx, drafts, _contact)
        customers = Resolver(ctx, references)
        numbered = [(n, draft.new) for n, draft in enumerate(drafts)]
        keys: dict[str, list[tuple[Any, ...]]] = {
            "complaint": [(n, *draft.key) for n, draft in enumerate(drafts) if draft.key is not None],
            "sale": [(n, new.sale_id, new.sale_line_no) for n, new in numbered if new.sale_id is not None],
            "interaction": [(n, new.interaction_id) for n, new in numbered if new.interaction_id is not None],
        }
        if changed is None:
            await _lock(ctx, [new for _, new in numbered])
        found = await store.REFERENCES.load(ctx, keys | customers.keys())
        customers.add(found)
        subjects = Subjects.of(found, "sale", "interaction")
        if changed is not None:
            subjects = await subjects.not_lent_by(ctx, changed)
        return cls(intake.existing(found, "complaint"), customers, subjects, policies)

    def resolve(self, n: int, draft: ComplaintDraft) -> Problem | None:
        """Set the customer of the n-th complaint; or the problem of a reference to something that does not exist."""
        new, subjects = draft.new, self.subjects
        missing = self.customers.missing(n) or subjects.missing(n, new) or subjects.missing_line(n, new)
        problem = missing or subjects.before_sale(n, "/received_at", new.received_at)
        if (problem := intake.incomplete_source_key(new) or problem) is not None:
            return problem
        draft.resolution = self.customers.resolve(n, Excluded.of(draft.taken_from))
        draft.customer_id = draft.resolution.customer_id
        if draft.customer_id is not None:
            draft.tags = self.customers.facts[draft.customer_id].tags
        elif (subject := subjects.first_with_customer(n, draft.taken_from)) is not None:
            draft.customer_id, draft.tags = UUID(subject["customer_id"]), subject["tags"]
            draft.origin_id = subject["id"]
            draft.resolution = linked(subject["id"], draft.customer_id, draft.resolution)
        return None


async def _lock(ctx: Context, new_complaints: Sequence[ComplaintNew]) -> None:
    sales = [new.sale_id for new in new_complaints if new.sale_id is not None]
    if interactions := [new.interaction_id for new in new_complaints if new.interaction_id is not None]:
        # The contact, with all of its conversation, is the customer's who complains in it.
        await lock_linked(ctx, conversations_of=interactions, without_followers={"sale": sales})
    else:
        await links.lock(ctx, sale=sales)


def _contact(new: ComplaintNew) -> Contact | None:
    return new.complainant.contact if new.complainant is not None else None
