"""What feedback refers to, and whose it is, looked up for a whole batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import Problem, ValidationFailed, in_the_future, invalid
from app.rules.feedback import loop as loop_rules
from app.rules.feedback.feedback import OBSERVED
from app.rules.kit import moments
from app.schemas.feedback.intake import FeedbackNew
from app.schemas.interactions import Contact
from app.services.customers import (
    NO_CUSTOMER,
    Excluded,
    Policies,
    Resolution,
    Resolver,
    linked,
    references_by_contact,
)
from app.services.feedback.drafts import FeedbackDraft
from app.services.kit import intake
from app.services.kit.intake import Existing, Subjects
from app.store.feedback import feedback as store
from app.store.kit import links
from app.store.kit.link_locks import lock_linked

_RECORDS = ("sale", "complaint", "interaction")
"""The records that feedback can be about. It belongs to the customer of the first that has one."""
_SUBJECTS = (*_RECORDS, "idea")
_NAMING_FIELDS = {*(f"{noun}_id" for noun in _RECORDS), "receipt"}
"""The fields that name one of these records: a sale also by its receipt."""


@dataclass(frozen=True, slots=True)
class References:
    """What the feedback of one batch refers to."""

    existing: Mapping[int, Existing]
    customers: Resolver
    subjects: Subjects
    policies: Policies

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[FeedbackDraft], changed: UUID | None = None) -> "References":
        """What it is about stays as it is until the commit; `changed` is stored feedback, which the only draft is a
        change of: that is locked already.
        """
        references, policies = await references_by_contact(ctx, drafts, _contact)
        customers = Resolver(ctx, references)
        if changed is None:
            await _lock(ctx, drafts)
        found = await store.REFERENCES.load(ctx, _keys(drafts) | customers.keys())
        customers.add(found)
        subjects = [record._replace(kind="sale") if record.kind == "receipt" else record for record in found]
        about = Subjects.of(subjects, *_SUBJECTS)
        if changed is not None:
            about = await about.not_lent_by(ctx, changed)
        return cls(intake.existing(found, "feedback"), customers, about, policies)

    def resolve(self, ctx: Context, n: int, draft: FeedbackDraft) -> Problem | None:
        """Set timestamp, customer and sale of the n-th; or the problem of its references or timestamps."""
        new = draft.new
        if _says_nothing(draft):
            return invalid("/text", "missing", "A rating, a text, a title or an idea is required")
        draft.collected_at = moments.arrived(new.collected_at, ctx.now)
        subjects = self.subjects
        missing = self.customers.missing(n) or subjects.missing(n, new) or subjects.missing_line(n, new)
        early = None if missing else subjects.before_sale(n, "/collected_at", new.collected_at)
        if (problem := intake.incomplete_source_key(new) or missing or early or _mistimed(ctx, draft)) is not None:
            return problem
        if (sale := subjects.by_kind["sale"].get(n)) is not None:
            draft.sale_id = sale["id"]
            draft.site = draft.site or sale["site"]
            draft.till = draft.till or sale["till"]
            draft.staff = draft.staff or sale["operator"]
            draft.sku = draft.sku or sale["sku"]
        draft.resolution, draft.origin_id = self._customer(n, draft)
        draft.customer_id = draft.resolution.customer_id
        return None

    def _customer(self, n: int, draft: FeedbackDraft) -> tuple[Resolution, UUID | None]:
        """The customer of what it is about, with the id of that; or else the only one with the author's contact."""
        new, taken_from = draft.new, draft.taken_from
        found = self.customers.resolve(n, Excluded.of(taken_from))
        if new.customer_id is not None and new.customer_id not in taken_from:
            # Answers to an invitation say so, because the invitation does.
            if draft.invitation_id is not None:
                found = linked(draft.invitation_id, new.customer_id)
            return found, draft.invitation_id
        if new.method in OBSERVED:
            return NO_CUSTOMER, None
        if (subject := self.subjects.first_with_customer(n, taken_from)) is not None:
            return linked(subject["id"], UUID(subject["customer_id"]), found), subject["id"]
        return found, None


async def _lock(ctx: Context, drafts: Sequence[FeedbackDraft]) -> None:
    """What it is about stays as it is until the commit: whose it is, and whether its receipt is there.

    In the order of all transactions: receipts that are not there yet, then records that are.
    """
    ids = await _ids(ctx, [named_by(draft.new) for draft in drafts])
    invitation_ids = [draft.invitation_id for draft in drafts if draft.invitation_id is not None]
    if not ids["interaction"]:
        await links.lock(ctx, **ids, invitation=invitation_ids)
        return
    # A complaint may be made of it, which everything in the conversation is about then.
    await lock_linked(
        ctx,
        conversations_of=ids["interaction"],
        without_followers={"sale": ids["sale"]},
        complaint=ids["complaint"],
        invitation=invitation_ids,
    )


async def lock_for_change(ctx: Context, feedback_id: UUID, new: Mapping[str, Any]) -> None:
    """Lock feedback after what it is about, and what it will be about by these new values of its fields."""
    if (stored := await store.references_of(ctx, feedback_id)) is None:
        return
    ids = await _ids(ctx, [stored, {**stored, **new}])
    await lock_linked(
        ctx,
        conversations_of=ids["interaction"],
        with_leaders=True,
        feedback=[feedback_id],
        sale=ids["sale"],
        complaint=ids["complaint"],
    )


def named_by(new: BaseModel) -> dict[str, Any]:
    """What feedback, or a change of it, names of what it is about."""
    named = {name: getattr(new, name) for name in _NAMING_FIELDS & new.model_fields_set}
    if (receipt := named.get("receipt")) is not None:
        named["receipt"] = (receipt.source, receipt.receipt_no)
    return named


async def _ids(ctx: Context, named: Sequence[Mapping[str, Any]]) -> dict[str, list[UUID]]:
    """The ids, by noun, of the records that are named; receipts that are not there yet are locked."""
    ids = {noun: [id_ for each in named if (id_ := each.get(f"{noun}_id")) is not None] for noun in _RECORDS}
    receipts = [each["receipt"] for each in named if each.get("sale_id") is None and each.get("receipt") is not None]
    if receipts:
        ids["sale"] += await store.lock_receipts(ctx, receipts)
    return ids


def _says_nothing(draft: FeedbackDraft) -> bool:
    """Whether it is feedback of nothing. Answers to a survey and visits may be without ratings and texts."""
    new = draft.new
    made_of_answers = draft.survey_id is not None or draft.visit_id is not None
    return not (made_of_answers or new.ratings or new.text or new.title or new.idea_id)


def _mistimed(ctx: Context, draft: FeedbackDraft) -> Problem | None:
    if draft.new.collected_at is not None and moments.is_ahead(draft.new.collected_at, ctx.now):
        return in_the_future("/collected_at")
    if (loop := draft.new.loop) is None:
        return None
    found = loop_rules.faults(loop.model_dump(), draft.collected_at, ctx.now)
    errors = [{"pointer": f"/loop/{name}", "code": code, "detail": detail} for name, code, detail in found]
    return ValidationFailed(errors=errors) if errors else None


def _contact(new: FeedbackNew) -> Contact | None:
    return new.author.contact if new.author is not None else None


def _keys(drafts: Sequence[FeedbackDraft]) -> dict[str, list[tuple[Any, ...]]]:
    keys: dict[str, list[tuple[Any, ...]]] = {kind: [] for kind in ("feedback", "receipt", *_SUBJECTS)}
    for n, draft in enumerate(drafts):
        new = draft.new
        if draft.key is not None:
            keys["feedback"].append((n, *draft.key))
        for noun in _SUBJECTS:
            if (subject_id := getattr(new, f"{noun}_id")) is not None:
                keys[noun].append((n, subject_id, new.sale_line_no) if noun == "sale" else (n, subject_id))
        if new.receipt is not None and new.sale_id is None:
            keys["receipt"].append((n, new.receipt.source, new.receipt.receipt_no))
    return keys
