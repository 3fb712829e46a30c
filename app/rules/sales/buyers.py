"""Whose a return is: its buyer is the buyer of the receipts that it returns, unless its own keys say more."""

from collections.abc import Collection, Iterable
from typing import NamedTuple
from uuid import UUID

from app.rules.customers import Match
from app.rules.kit.links import MOST_CANDIDATES
from app.rules.sales.receipts import MatchedBy


class Buyer(NamedTuple):
    """Who bought, as a receipt has it; `matched_by` is also set where the sales that it returns have several buyers."""

    customer_id: UUID | None
    match: Match
    matched_by: MatchedBy | None
    candidates: tuple[UUID, ...] = ()


def buyer_among(buyers: Iterable[UUID], candidates: Collection[UUID]) -> Buyer | None:
    """The buyer of the returned receipts who is the only one of them among those whom the return itself may mean."""
    both = set(buyers) & set(candidates)
    return Buyer(both.pop(), Match.MATCHED, MatchedBy.SALE) if len(both) == 1 else None


def buyer_of_return(buyers: Iterable[UUID], names_somebody: bool) -> Buyer:
    """`buyers` are those of the returned receipts; `names_somebody`, whether the return itself says who it is."""
    candidates = tuple(sorted(set(buyers))[:MOST_CANDIDATES])
    if len(candidates) == 1:
        return Buyer(candidates[0], Match.MATCHED, MatchedBy.SALE)
    if candidates:
        return Buyer(None, Match.AMBIGUOUS, MatchedBy.SALE, candidates)
    return Buyer(None, Match.UNMATCHED if names_somebody else Match.ANONYMOUS, None)
