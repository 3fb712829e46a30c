"""Newer revisions of receipts, which replace those that are stored."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Key, Match, ReasonResult
from app.rules.kit.event_types import SALE_REVISED
from app.rules.sales.receipts import MatchedBy
from app.schemas.kit import validation
from app.schemas.sales.sales import BuyerNew
from app.services import customers
from app.services.customers import Excluded, Policies, Reason, Resolution
from app.services.sales.buyers import Buyers, Effect, buyer_reference
from app.services.sales.forgotten_keys import Withdrawn
from app.services.sales.lessons import Taught
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import returned_receipts
from app.services.sales.settlement import Touched, record_change_of_buyer, sent_buyer
from app.store.kit import events
from app.store.kit.events import Event
from app.store.sales import intake as store
from app.store.sales import settlement

Stored = Mapping[str, Any]
"""The row of the receipt that is replaced."""
_MOST_NAMED = 50
"""How many of the buyers that earlier revisions named are remembered."""


class Revision(NamedTuple):
    """A newer revision of a receipt, as far as whose it is depends on what is stored."""

    before: Stored
    last_named: Set[Key]
    """What the stored receipt says of who bought, as `CustomerReference.named` has it."""
    named_so_far: frozenset[Key]
    """What it has ever said of that."""
    named: Set[Key]
    """What the revision says of that."""
    taught: Taught | None

    def find_buyer(
        self,
        buyers: Buyers,
        n: int,
        draft: ReceiptDraft,
        returned_from: Collection[UUID],
        awaited: tuple[str, str] | None,
    ) -> None:
        """Set the buyer of the draft, which is the n-th of `buyers`; `returned_from` and `awaited` are as for these."""
        excluded = self._excluded()
        if excluded is not None and self._keeps_decision(excluded, returned_from):
            _keep_buyer(draft, self.before)
            return
        says_new = not self.named <= self.last_named
        of_others, of_same = self._corrected(excluded) if says_new else (None, None)
        effect = self._effect(says_new=says_new)
        buyers.resolve(n, draft, returned_from, awaited, excluded, of_others, of_same, effect)
        if self._stays(draft, says_new=says_new):
            found = draft.match_reasons
            _keep_buyer(draft, self.before)
            said = _still_said(draft.match_reasons, found)
            draft.match_reasons = customers.still_theirs(self.before["customer_id"], said, found)
        self._keep_releases(draft)

    async def forget(self, ctx: Context, draft: ReceiptDraft) -> None:
        """Let the customer of before forget what the receipt taught, and names otherwise now or says of others."""
        if self.taught is not None:
            await customers.forget(ctx, self.before["customer_id"], self.forgotten(draft))

    @property
    def taught_keys(self) -> frozenset[Key]:
        """What only the stored receipt says of its customer."""
        return frozenset() if self.taught is None else self.taught.learnt | self.taught.created

    def takes_back(self, draft: ReceiptDraft) -> bool:
        """Whether the receipt may no longer say of a key that it is the customer's of before."""
        if self.before["customer_id"] is None:
            return False
        return not self._stays_with(draft) or not self.named_so_far <= self.named

    def forgotten(self, draft: ReceiptDraft) -> frozenset[Key]:
        """Keys that the customer of before forgets, now that the buyer of the draft is found."""
        if self.taught is None:
            return frozenset()
        if self._stays_with(draft):  # the last key that is theirs is none that was mistyped
            return self.taught.replaced(self.named) if draft.is_found else frozenset()
        of_others = self.taught.created & self.named  # with which it names somebody else now
        return self.taught.learnt | self.taught.corrected | of_others

    def withdrawn(self, draft: ReceiptDraft) -> Withdrawn:
        """What the receipt no longer says of the customer of before, if it had any."""
        if self.before["customer_id"] is None:
            return Withdrawn()
        unsaid = self.last_named - self.named if self._stays_with(draft) else self.last_named
        return Withdrawn(self.forgotten(draft), frozenset(unsaid))

    def _stays_with(self, draft: ReceiptDraft) -> bool:
        return bool(draft.customer_id == self.before["customer_id"])

    def _excluded(self) -> Excluded | None:
        """What says nothing of who bought, if somebody has decided that."""
        if _is_decided(self.before):
            return Excluded(self.before["taken_from"], self.named_so_far)
        return Excluded.of(self.before["taken_from"])

    def _keeps_decision(self, excluded: Excluded, returned_from: Collection[UUID]) -> bool:
        """Whether somebody has claimed or released the receipt, and the revision says nothing new of that.
        `returned_from` are the buyers of what it returns: it may be theirs if it is nobody's.

        Then that is who it stays with, and nobody is created or learns anything.
        """
        if not _is_decided(self.before) or not self.named <= excluded.keys:
            return False
        return self.before["customer_id"] is not None or set(returned_from).issubset(excluded.customers)

    def _corrected(self, excluded: Excluded | None) -> tuple[Excluded | None, Excluded | None]:
        """What says nothing of who bought if somebody else is meant without what only the receipt has taught; and if
        the same one is, with other keys of the same kind.
        """
        if self.taught is None:
            return None, None
        known = (excluded or Excluded())._replace(pupil=self.before["customer_id"])
        replaced = self.taught.replaced(self.named)
        return known._replace(taught=self.taught_keys), known._replace(taught=replaced) if replaced else None

    def _effect(self, *, says_new: bool) -> Effect:
        """What the revision may do: one that says nothing new leaves all as it is, and one of whose keys some are new
        creates nobody.
        """
        if self.before["customer_id"] is None or self.before["matched_by"] == MatchedBy.SALE:
            return Effect.CREATE
        if not says_new:
            return Effect.NONE
        return Effect.CREATE if self._is_all_new else Effect.TEACH

    def _stays(self, draft: ReceiptDraft, *, says_new: bool) -> bool:
        """Whether the receipt stays with its customer for the reasons of before."""
        before = self.before
        if before["customer_id"] is None or before["matched_by"] == MatchedBy.SALE:
            return False
        if before["matched_by"] == MatchedBy.CLAIM and draft.customer_id == before["customer_id"]:
            return True
        # What it returns does not say more than what was known before, as long as that is still said.
        finds_buyer = draft.customer_id is not None and (draft.matched_by is not MatchedBy.SALE or self._is_all_new)
        return not (says_new and finds_buyer)

    @property
    def _is_all_new(self) -> bool:
        return bool(self.named) and self.named.isdisjoint(self.last_named)

    def _keep_releases(self, draft: ReceiptDraft) -> None:
        """Say as well from whom the receipt was taken."""
        reasons = json.loads(self.before["match_reasons"])
        taken = [each for each in reasons if each["customer_id"] != str(draft.customer_id)]
        found = customers.with_released(Resolution(draft.match, reasons=draft.match_reasons), taken)
        draft.match, draft.match_reasons = found.match, found.reasons


def revision(ctx: Context, policies: Policies, before: Stored, named: Set[Key], taught: Taught | None) -> Revision:
    """The revision of a stored receipt that says so of who bought."""
    last = buyer_reference(sent_buyer(before), policies, before["source"])
    return Revision(before, last.named(ctx), named_so_far(ctx, policies, before), named, taught)


def named_so_far(ctx: Context, policies: Policies, stored: Stored) -> frozenset[Key]:
    """What a stored receipt has said of who bought in any revision."""
    references = (buyer_reference(buyer, policies, stored["source"]) for buyer in _buyers_so_far(stored))
    return frozenset(key for each in references for key in each.named(ctx))


async def replace(
    ctx: Context, newer: Sequence[ReceiptDraft], before_by_id: Mapping[UUID, Stored], touched: Touched
) -> None:
    """Replace stored receipts, which are locked."""
    if newer:
        touched.returned |= await settlement.returned_by(ctx, [draft.id for draft in newer])
    for draft in newer:
        before = before_by_id[draft.id]
        if draft.new.business_date is None and draft.occurred_at == before["occurred_at"]:
            draft.business_date = before["business_date"]
        await store.replace(ctx, draft.row(ctx.now), draft.line_rows(), _named_before(before, draft))
        await _record(ctx, before, draft)
        touched.sales.add(draft.id)
        touched.returned |= returned_receipts([draft])
        touched.add_account(before["customer_id"], before["currency"])
        touched.add_account(draft.customer_id, draft.currency)
        if draft.customer_id != before["customer_id"]:
            touched.moved.add(draft.id)


def _is_decided(before: Stored) -> bool:
    """Whether somebody has said whose it is, or that it is not whose it was, and nobody else has been found since."""
    if before["customer_id"] is not None:
        return bool(before["matched_by"] == MatchedBy.CLAIM)
    return bool(before["taken_from"])


def _buyers_so_far(stored: Stored) -> list[BuyerNew]:
    """All that the till has said so far of who bought."""
    before = (validation.validate_stored(BuyerNew, buyer) for buyer in json.loads(stored["named_before"]))
    return [*before, sent_buyer(stored)]


def _named_before(before: Stored, draft: ReceiptDraft) -> list[dict[str, Any]]:
    """What the revisions before this one said of who bought; a name is none of it."""
    named: list[dict[str, Any]] = json.loads(before["named_before"])
    last, now = (
        buyer.model_dump(mode="json", exclude_none=True, exclude={"name"})
        for buyer in (sent_buyer(before), draft.new.customer or BuyerNew())
    )
    return [*named, last][-_MOST_NAMED:] if last and last != now and last not in named else named


def _keep_buyer(draft: ReceiptDraft, before: Stored) -> None:
    draft.customer_id, draft.match = before["customer_id"], Match(before["match"])
    draft.matched_by = before["matched_by"] and MatchedBy(before["matched_by"])
    draft.candidates, draft.match_reasons = tuple(before["candidates"]), json.loads(before["match_reasons"])


def _still_said(before: Iterable[Reason], found: Iterable[Reason]) -> list[Reason]:
    """Reasons of before, without keys that the receipt taught and names no longer."""
    named = {(each["kind"], each["value"]) for each in found}
    return [r for r in before if r["result"] != ReasonResult.LEARNT or (r["kind"], r["value"]) in named]


async def _record(ctx: Context, before: Stored, draft: ReceiptDraft) -> None:
    new = draft.new
    await events.retime(ctx, "sale", draft.id, before["occurred_at"], draft.occurred_at)
    data = {
        "source": new.source,
        "receipt_no": new.receipt_no,
        "revision": new.revision,
        "total": str(draft.total),
        "total_before": str(before["total"]),
    }
    title = SALE_REVISED.titled(receipt_no=new.receipt_no, sale=draft.title)
    event = Event(SALE_REVISED, draft.id, draft.customer_id, title, draft.occurred_at, new.channel.value, data)
    await events.record(ctx, event)
    if before["customer_id"] is not None:
        sale = {**before, "occurred_at": draft.occurred_at}
        await record_change_of_buyer(ctx, sale, draft.customer_id, via="revision")
    elif draft.customer_id is not None:  # the revision tells of them
        await events.repoint(ctx, "sale", [draft.id], draft.customer_id)
