"""Which receipts of a batch are decided together, and which when others are written: it is to end as one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from app.core.context import Context
from app.rules.customers import Key
from app.services.customers import Policies
from app.services.sales.buyers import buyer_reference
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import returned_receipts
from app.services.sales.revisions import Revision

Tie = Key | tuple[str, str]
"""What two receipts have in common: a key of their buyers, or the source and number of a receipt."""


def ties(ctx: Context, drafts: Sequence[ReceiptDraft], policies: Policies) -> dict[tuple[str, str], set[Tie]]:
    """By its source and number, what each receipt may have in common with others, if any is there twice."""
    found: dict[tuple[str, str], set[Tie]] = defaultdict(set)
    if len({draft.key for draft in drafts}) < len(drafts):
        for draft in drafts:
            reference = buyer_reference(draft.new.customer, policies, draft.new.source)
            found[draft.key] |= _ties_of(draft, reference.named(ctx))
    return found


def first(
    drafts: Sequence[ReceiptDraft], ties: Mapping[tuple[str, str], Set[Tie]], remaining: Sequence[int]
) -> tuple[list[int], list[int]]:
    """The remaining ones that have each receipt number once, and those that wait until these are written: the second of
    a number, and what is tied to it, for whose that is may be known only then.
    """
    seen: set[tuple[str, str]] = set()
    waited_for: set[Tie] = set()
    now: list[int] = []
    later: list[int] = []
    for n in remaining:
        key = drafts[n].key
        if key in seen or not waited_for.isdisjoint(ties.get(key, ())):
            later.append(n)
            waited_for |= ties[key]
        else:
            now.append(n)
            seen.add(key)
    return now, later


class Waiting:
    """Of one round, in order: what depends on what a revision takes back, or on whether others say it as well."""

    def __init__(self, named: Sequence[Set[Key]], revision_of: Mapping[int, Revision]) -> None:
        """`named` are the keys by which the receipts of the round name their buyers: needed if there are revisions."""
        self._named, self._revision_of = named, revision_of
        self._said: set[Key] = set()
        self._waited_for: set[Tie] = set()

    def waits(self, n: int, draft: ReceiptDraft) -> bool:
        """Whether the n-th receipt is decided only when the earlier ones are written."""
        if not self._revision_of:
            return False
        revision = self._revision_of.get(n)
        is_said = revision is not None and not self._said.isdisjoint(revision.taught_keys)
        ties = _ties_of(draft, self._named[n] if revision is None else self._named[n] | revision.named_before)
        if not is_said and self._waited_for.isdisjoint(ties):
            return False
        self._waited_for |= ties
        return True

    def add(self, n: int, draft: ReceiptDraft) -> None:
        """The n-th receipt is decided."""
        if self._revision_of:
            self._said |= self._named[n]
            if (revision := self._revision_of.get(n)) is not None:
                self._waited_for |= revision.unsaid(draft)


def _ties_of(draft: ReceiptDraft, named: Set[Key]) -> set[Tie]:
    return {*named, *returned_receipts([draft]), draft.key}
