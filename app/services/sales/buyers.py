"""Who bought: found by identity, then by contact point; made where unknown; left open where several may be meant."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.ids import new_id
from app.rules.customers import ContactKind, NotAContact, normalize
from app.rules.sales.receipts import Match, OnUnknownCustomer
from app.schemas.customers import ContactPointNew, CustomerNew
from app.schemas.sales.sales import BuyerNew
from app.services.customers import CustomerDraft, draft_customer
from app.services.sales.receipts import ReceiptDraft

Key = tuple[str, str, str]
_MOST_CANDIDATES = 20


def keys(ctx: Context, buyer: BuyerNew | None) -> list[Key]:
    """What a buyer can be found by, best first: ("identity", system, id), ("phone", E.164, ""), ("email", ..., "")."""
    if buyer is None:
        return []
    found: list[Key] = []
    if buyer.identity:
        found.append(("identity", buyer.identity.system, buyer.identity.external_id))
    for kind, value in ((ContactKind.PHONE, buyer.phone), (ContactKind.EMAIL, buyer.email)):
        if value is not None:
            try:
                found.append((kind.value, normalize(kind, value, ctx.region).value, ""))
            except NotAContact:  # the receipt is kept all the same, with what the till wrote
                continue
    return found


class Buyers:
    """The buyers of the receipts of one transaction: those who are known, and those who are made on the way."""

    def __init__(
        self,
        ctx: Context,
        receipts: Sequence[ReceiptDraft],
        holders: Iterable[Record],
        named: Iterable[Record],
        on_unknown: OnUnknownCustomer,
    ):
        """`holders`: of what buyers were told by; `named`: customers that were named by their ids."""
        self._ctx, self._on_unknown = ctx, on_unknown
        self._keys = [keys(ctx, r.new.customer) for r in receipts]
        self._holders: dict[Key, set[UUID]] = defaultdict(set)
        self._ids: set[UUID] = {row["id"] for row in named}
        self.made: list[CustomerDraft] = []
        for row in holders:
            self._holders[self._keys[row["n"]][row["place"]]].add(row["id"])

    def find(self, n: int, receipt: ReceiptDraft) -> None:
        """Set who bought the n-th receipt."""
        buyer, wanted = receipt.new.customer, self._keys[n]
        receipt.customer_id, receipt.match, receipt.candidates = None, Match.ANONYMOUS, ()
        if buyer is None or not (wanted or buyer.model_dump(exclude_none=True)):
            return
        if buyer.id in self._ids:
            receipt.customer_id, receipt.match = buyer.id, Match.MATCHED
            return
        candidates: set[UUID] = set()
        for key in wanted:
            holders = self._holders.get(key, set())
            candidates = (candidates & holders) or candidates or holders
            if len(candidates) == 1:
                receipt.customer_id, receipt.match = next(iter(candidates)), Match.MATCHED
                return
        if candidates:
            receipt.match, receipt.candidates = Match.AMBIGUOUS, tuple(sorted(candidates))[:_MOST_CANDIDATES]
        elif wanted and self._on_unknown == OnUnknownCustomer.CREATE:
            receipt.customer_id, receipt.match = self._make(buyer, wanted, receipt.new.source), Match.MATCHED
        else:
            receipt.match = Match.UNMATCHED

    def _make(self, buyer: BuyerNew, wanted: list[Key], source: str) -> UUID:
        known = {key[0] for key in wanted}
        points = [(kind, value) for kind, value in (("phone", buyer.phone), ("email", buyer.email)) if kind in known]
        new = CustomerNew(
            display_name=buyer.name,
            identities=[buyer.identity] if buyer.identity else [],
            contact_points=[ContactPointNew(kind=ContactKind(k), value=v, primary=True) for k, v in points if v],
            acquisition_source=source,
        )
        made = draft_customer(self._ctx, new_id(), new)
        self.made.append(made)
        for key in wanted:
            self._holders[key].add(made.id)
        return made.id
