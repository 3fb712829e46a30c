"""Drafts of complaints: what was sent, what it refers to, and whose complaint it is."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, reference_not_found
from app.core.ids import new_id
from app.rules.complaints import states as rules
from app.rules.kit.timestamps import format_timestamp
from app.schemas.complaints.intake import ComplaintContent, ComplaintNew
from app.services.customers import CustomerReference, Resolver
from app.services.kit import intake
from app.services.kit.intake import Existing, SourceKey
from app.store.complaints import complaints as store
from app.store.complaints.complaint_row import ComplaintRow

_SENT = {*ComplaintContent.model_fields, "complainant"}


@dataclass(slots=True)
class ComplaintDraft:
    new: ComplaintNew
    id: UUID = field(default_factory=new_id)
    content_hash: bytes | None = field(init=False)
    customer_id: UUID | None = None
    tags: Sequence[str] = ()
    """Of the customer."""

    def __post_init__(self) -> None:
        self.content_hash = intake.sent_hash(self.new)

    @property
    def key(self) -> SourceKey | None:
        return intake.source_key(self.new)

    def as_sent(self) -> dict[str, Any]:
        """As the API would answer, with the fields that the sender decides: to be compared with what is stored."""
        sent = self.new.model_dump(mode="json", include=_SENT)
        if self.new.customer_id is not None:
            sent["customer_id"] = str(self.new.customer_id)
        if self.new.received_at is not None:
            sent["received_at"] = format_timestamp(self.new.received_at)
        return sent

    def as_stored(self) -> dict[str, Any]:
        return {**self.as_sent(), "customer_id": self.customer_id and str(self.customer_id)}

    def row(self, ctx: Context, number: int) -> ComplaintRow:
        received_at = self.new.received_at or ctx.now
        return ComplaintRow(
            **self.new.model_dump(exclude={"remedies", "history", "customer_id", "received_at"}),
            id=self.id,
            reference=rules.reference(number),
            customer_id=self.customer_id,
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
    sales: Mapping[int, dict[str, Any]]
    """`customer_id` and `tags` of the buyer, and whether the sale has the line: by the index of the complaint."""
    interactions: Mapping[int, dict[str, Any]]
    """`customer_id` and `tags`, by the index of the complaint."""

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[ComplaintDraft]) -> "References":
        customers = Resolver(ctx.region, [_customer(draft.new) for draft in drafts])
        numbered = [(n, draft.new) for n, draft in enumerate(drafts)]
        keys: dict[str, list[tuple[Any, ...]]] = {
            "complaint": [(n, *draft.key) for n, draft in enumerate(drafts) if draft.key is not None],
            "sale": [(n, new.sale_id, new.sale_line_no) for n, new in numbered if new.sale_id is not None],
            "interaction": [(n, new.interaction_id) for n, new in numbered if new.interaction_id is not None],
        }
        found = await store.REFERENCES.load(ctx, keys | customers.keys())
        customers.add(found)
        subjects: dict[str, dict[int, dict[str, Any]]] = {"sale": {}, "interaction": {}}
        for reference in found:
            if reference.kind in subjects and reference.data is not None:
                subjects[reference.kind][reference.n] = json.loads(reference.data)
        return cls(intake.existing(found, "complaint"), customers, subjects["sale"], subjects["interaction"])

    def assign(self, n: int, draft: ComplaintDraft) -> Problem | None:
        """Set the customer of the n-th complaint; or the problem of a reference to something that does not exist."""
        problem = intake.incomplete_source_key(draft.new) or self._missing(n, draft.new)
        if problem is not None:
            return problem
        draft.customer_id = self.customers.resolve(n).customer_id
        if draft.customer_id is not None:
            draft.tags = self.customers.facts[draft.customer_id].tags
        elif (owner := self._owner(n)) is not None:
            draft.customer_id, draft.tags = owner
        return None

    def _missing(self, n: int, new: ComplaintNew) -> Problem | None:
        if new.sale_id is not None:
            if n not in self.sales:
                return reference_not_found("/sale_id", "Sale")
            if not self.sales[n]["has_line"]:
                return reference_not_found("/sale_line_no", "Line of the sale")
        if new.interaction_id is not None and n not in self.interactions:
            return reference_not_found("/interaction_id", "Interaction")
        if new.customer_id is not None and not self.customers.exists(new.customer_id):
            return reference_not_found("/customer_id", "Customer")
        return None

    def _owner(self, n: int) -> tuple[UUID, Sequence[str]] | None:
        """The customer of the sale, or else of the interaction, with their tags."""
        for subject in (self.sales.get(n), self.interactions.get(n)):
            if subject is not None and subject["customer_id"] is not None:
                return UUID(subject["customer_id"]), subject["tags"]
        return None


def _customer(new: ComplaintNew) -> CustomerReference:
    contact = new.complainant.contact if new.complainant is not None else None
    if new.customer_id is not None or contact is None:
        return CustomerReference(new.customer_id)
    return CustomerReference(contacts=[(contact.kind, contact.value)])
