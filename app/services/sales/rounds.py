"""Which receipts of a batch are decided together, and which when others are written: it is to end as one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Key
from app.services.customers import Policies, Resolver
from app.services.sales.buyers import buyer_reference
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import returned_receipts
from app.services.sales.revisions import Revision, named_so_far
from app.store.customers import REFERENCES
from app.store.sales import settlement
from app.store.sales.settlement import ReceiptKey

Tie = Key | tuple[str, str]
"""What receipts have in common: a key or the id of who may be their buyer, or the source and number of a receipt."""
Groups = Mapping[tuple[str, str], Tie]
"""By the source and number of each receipt, a tie that all receipts of its group share."""


async def groups(ctx: Context, drafts: Sequence[ReceiptDraft], policies: Policies) -> tuple[Groups, set[UUID]]:
    """The groups of receipts, and all customers who may be their buyers.

    Receipts belong together, also through others, if revisions of them name the same key or keys of one customer, or
    return one another. Those that are stored must be locked.
    """
    ties: dict[tuple[str, str], set[Tie]] = defaultdict(set)
    references = [buyer_reference(draft.new.customer, policies, draft.new.source) for draft in drafts]
    for draft, reference in zip(drafts, references, strict=True):
        ties[draft.key] |= {*reference.named(ctx), *returned_receipts([draft])}
    holders = await REFERENCES.load(ctx, Resolver(ctx, references).keys())
    buyers = {holder.id for holder in holders}
    for holder in holders:
        ties[drafts[holder.n].key].add(_id(holder.id))
    sent = {ReceiptKey(*draft.key) for draft in drafts}
    for row in await settlement.linked(ctx, sent | returned_receipts(drafts)):
        found = ties[row["source"], row["receipt_no"]]
        found |= named_so_far(ctx, policies, row)
        if row["customer_id"] is not None:
            found.add(_id(row["customer_id"]))
            buyers.add(row["customer_id"])
        if row["refund_receipt_no"] is not None:
            found.add((row["refund_source"], row["refund_receipt_no"]))
    return _grouped(ties), buyers


def any_comes_late(drafts: Sequence[ReceiptDraft]) -> bool:
    """Whether a receipt comes after one that returns something of it, and that follows its buyer from then on."""
    returned: set[ReceiptKey] = set()
    for draft in drafts:
        if draft.key in returned:
            return True
        returned |= returned_receipts([draft])
    return False


def first(drafts: Sequence[ReceiptDraft], groups: Groups, remaining: Sequence[int]) -> list[int]:
    """The remaining ones but those that wait until these are written: the second of a number, and what comes after it
    in its group, for whose that is may be known only then.
    """
    seen: set[tuple[str, str]] = set()
    waiting: set[Tie] = set()
    now: list[int] = []
    for n in remaining:
        key = drafts[n].key
        if key in seen or groups[key] in waiting:
            waiting.add(groups[key])
        else:
            now.append(n)
            seen.add(key)
    return now


class Waiting:
    """Of one round, in order: what depends on what a receipt takes back, or on whether others say it as well."""

    def __init__(self, groups: Groups | None, named: Sequence[Set[Key]], revision_of: Mapping[int, Revision]) -> None:
        """`named` are the keys by which the receipts of the round name their buyers: needed if there are groups."""
        self._groups, self._named, self._revision_of = groups, named, revision_of
        self._said: set[Key] = set()
        self._waiting: set[Tie] = set()

    def waits(self, n: int, draft: ReceiptDraft) -> bool:
        """Whether the n-th receipt is decided only when the earlier ones are written."""
        if self._groups is None:
            return False
        revision, group = self._revision_of.get(n), self._groups[draft.key]
        is_said = revision is not None and not self._said.isdisjoint(revision.taught_keys)
        if is_said:
            self._waiting.add(group)
        return group in self._waiting

    def add(self, n: int, draft: ReceiptDraft, *, unsettled: bool) -> None:
        """The n-th receipt is decided; `unsettled`, if so much of others is known only when it is written."""
        if self._groups is None:
            return
        self._said |= self._named[n]
        revision = self._revision_of.get(n)
        if unsettled or (revision is not None and revision.takes_back(draft)):
            self._waiting.add(self._groups[draft.key])


def _id(customer_id: UUID) -> Key:
    return "id", str(customer_id), ""


def _grouped(ties: Mapping[tuple[str, str], Set[Tie]]) -> Groups:
    above: dict[Tie, Tie] = {}

    def top(tie: Tie) -> Tie:
        while (up := above.setdefault(tie, tie)) != tie:
            above[tie] = above[up]
            tie = up
        return tie

    for receipt, each in ties.items():
        for tie in each:
            above[top(tie)] = top(receipt)
    return {receipt: top(receipt) for receipt in ties}
