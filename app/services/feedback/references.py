"""What feedback refers to, and whose it is: looked up for many at once."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, ValidationFailed, invalid
from app.rules.customers import NotAContact, normalize
from app.rules.feedback import loop as feedback_loop
from app.rules.feedback.feedback import OBSERVED
from app.services.feedback.drafts import FeedbackDraft
from app.store.feedback import feedback as store


@dataclass(slots=True)
class References:
    """What the store knows of what feedback refers to, by the place of the feedback."""

    feedback: dict[int, tuple[UUID, bytes | None]] = field(default_factory=dict)
    customers: set[int] = field(default_factory=set)
    holders: dict[int, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    found: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    """Sales, interactions, complaints and ideas."""

    @classmethod
    async def of(cls, ctx: Context, heard: Sequence[FeedbackDraft]) -> "References":
        known, wanted = cls(), _reference_keys(ctx, heard)
        if not any(wanted):
            return known
        for what, n, id_, text in await store.load_references(ctx, wanted):
            data = json.loads(text) if text is not None else {}
            match what:
                case "feedback":
                    known.feedback[n] = id_, bytes.fromhex(data["hash"]) if data["hash"] else None
                case "customer":
                    known.customers.add(n)
                case "point":
                    known.holders[n].add(id_)
                case _:
                    known.found[what][n] = {"id": id_, **data}
        return known

    def match(self, ctx: Context, n: int, one: FeedbackDraft) -> Problem | None:
        """Set when the n-th was collected, whose it is and what it is about; or say what is wrong with it."""
        new = one.new
        one.collected_at = new.collected_at or ctx.now
        problem = _keyed(one) or self._missing(n, one) or _timed(ctx, one)
        if problem is not None:
            return problem
        if (sale := self.found["sale"].get(n)) is not None:
            one.sale_id = sale["id"]
            one.site = one.site or sale["site"]
            one.till = one.till or sale["till"]
            one.staff = one.staff or sale["operator"]
            one.sku = one.sku or sale["sku"]
        one.customer_id = new.customer_id or (None if new.method in OBSERVED else self._owner(n))
        return None

    def _missing(self, n: int, one: FeedbackDraft) -> Problem | None:
        new = one.new
        if new.customer_id is not None and n not in self.customers:
            return invalid("/customer_id", "not_found", "There is no such customer")
        for what in ("sale", "interaction", "complaint", "idea"):
            if getattr(new, f"{what}_id") is not None and n not in self.found[what]:
                return invalid(f"/{what}_id", "not_found", f"There is no such {what}")
        if new.sale_line_no is not None and not self.found["sale"][n]["line"]:
            return invalid("/sale_line_no", "not_found", "The sale has no such line")
        return None

    def _owner(self, n: int) -> UUID | None:
        """The buyer, whose complaint it was, whom the contact was with, or who alone has the author's address."""
        for what in ("sale", "complaint", "interaction"):
            if (found := self.found[what].get(n)) is not None and found["customer_id"] is not None:
                return UUID(found["customer_id"])
        holders = self.holders.get(n, set())
        return next(iter(holders)) if len(holders) == 1 else None


def _keyed(one: FeedbackDraft) -> Problem | None:
    new = one.new
    if (new.source is None) == (new.external_id is None):
        return None
    missing = "external_id" if new.external_id is None else "source"
    return invalid(f"/{missing}", "missing", "A source and its external id belong together")


def _timed(ctx: Context, one: FeedbackDraft) -> Problem | None:
    if one.collected_at > ctx.now:
        return invalid("/collected_at", "future", "Lies in the future")
    if (loop := one.new.loop) is None:
        return None
    found = feedback_loop.faults(loop.model_dump(), one.collected_at, ctx.now)
    errors = [{"pointer": f"/loop/{name}", "code": code, "detail": detail} for name, code, detail in found]
    return ValidationFailed(errors=errors) if errors else None


def _reference_keys(ctx: Context, heard: Sequence[FeedbackDraft]) -> store.ReferenceKeys:
    wanted = store.ReferenceKeys([], [], [], [], [], [], [], [])
    for n, one in enumerate(heard):
        new = one.new
        if one.key is not None:
            wanted.feedback.append((n, *one.key))
        if new.customer_id is not None:
            wanted.customers.append((n, new.customer_id))
        elif new.author is not None and (contact := new.author.contact) is not None:
            try:
                form = normalize(contact.kind, contact.value, ctx.region)
                wanted.points.append((n, contact.kind.value, form.value))
            except NotAContact:  # it is kept all the same, as it was entered
                pass
        if new.sale_id is not None:
            wanted.sales.append((n, new.sale_id, new.sale_line_no))
        elif new.receipt is not None:
            wanted.receipts.append((n, new.receipt.source, new.receipt.receipt_no))
        for ids, id_ in (
            (wanted.interactions, new.interaction_id),
            (wanted.complaints, new.complaint_id),
            (wanted.ideas, new.idea_id),
        ):
            if id_ is not None:
                ids.append((n, id_))
    return wanted
