"""What follows from receipts for others, once for a whole transaction and at its end.

Receipts refer to each other: a return takes from the sale that it returns, and is its buyer's. Whatever writes receipts
notes in `Touched` what others may depend on, and `settle` makes it true.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Match
from app.rules.sales.buyers import Buyer, buyer_among, buyer_of_return
from app.schemas.kit import validation
from app.schemas.sales.sales import BuyerNew
from app.services import customers
from app.services.customers import Reason
from app.services.kit.links import change_of
from app.services.sales.buyers import buyer_reference, released_reasons
from app.store.kit import events
from app.store.kit.events import Event
from app.store.kit.jobs import Job
from app.store.kit.links import Assignment
from app.store.sales import returned_products, totals
from app.store.sales import settlement as store
from app.store.sales.sales import SALES
from app.store.sales.settlement import ReceiptKey
from app.store.sales.totals import Account

RECHECK_RETURN_JOB = "awaited_sale"
"""The kind of the jobs that look once more at a return; their key is its id."""
_MOST_CHANGES = 5
"""How often a receipt may follow in one transaction: circles of references end here."""


@dataclass(slots=True)
class Touched:
    """What a transaction did to receipts, as far as others depend on it."""

    sales: set[UUID] = field(default_factory=set)
    """Receipts whose lines may have changed: what was returned of them is recomputed."""
    new: set[UUID] = field(default_factory=set)
    """Receipts that this transaction was the first to write: their version stays."""
    returned: set[ReceiptKey] = field(default_factory=set)
    """Receipts of which something is returned, or no longer."""
    moved: set[UUID] = field(default_factory=set)
    """Receipts that may have another buyer than before."""
    accounts: set[Account] = field(default_factory=set)
    """The totals that have to be recomputed."""

    def add_account(self, customer_id: UUID | None, currency: str) -> None:
        if customer_id is not None:
            self.accounts.add(Account(customer_id, currency))


async def settle(ctx: Context, touched: Touched) -> None:
    """Recompute what was returned and as what, let returns follow the buyer of what they return, recompute totals."""
    await settle_receipts(ctx, touched)
    if touched.accounts:
        await totals.recompute(ctx, touched.accounts)


async def settle_receipts(ctx: Context, touched: Touched) -> None:
    """All but the totals, when more receipts are going to be written that depend on it."""
    if touched.sales or touched.returned:
        for row in await store.recompute_returned(ctx, touched.sales, touched.returned, touched.new):
            touched.add_account(row["customer_id"], row["currency"])
        await returned_products.recompute(ctx, touched.sales, touched.returned)
    if touched.moved:
        await _follow(ctx, touched)
    touched.sales, touched.returned, touched.moved = set(), set(), set()


async def recheck_return(ctx: Context, job: Job) -> None:
    """Job: a return that an earlier release, or a migration, left beside its sale without either seeing the other."""
    sale_id = UUID(job.key)
    await store.lock(ctx, sales=[sale_id])
    returned = await store.returned_by(ctx, [sale_id])
    await settle(ctx, Touched(returned=returned, moved=set(await store.ids(ctx, returned))))


async def record_change_of_buyer(
    ctx: Context,
    sale: Mapping[str, Any],
    customer_id: UUID | None,
    *,
    via: str | None = None,
    reason: str | None = None,
) -> None:
    """Record whose a receipt is now; `sale` is its row from before. Its events go along with it.

    It says nothing new if it is theirs `via` a revision, or the sale that it returns, as it was before.
    """
    if sale["customer_id"] == customer_id and via is not None:
        return
    type_, change = change_of("sale", Assignment(sale["id"], sale["customer_id"], customer_id, reason=reason))
    data = {"source": sale["source"], "receipt_no": sale["receipt_no"], "total": str(sale["total"]), **change}
    if via is not None:
        data["via"] = via
    await events.repoint(ctx, "sale", [sale["id"]], customer_id)
    title = type_.titled(**sale)
    await events.record(ctx, Event(type_, sale["id"], customer_id, title, sale["occurred_at"], sale["channel"], data))


async def _follow(ctx: Context, touched: Touched) -> None:
    """Give returns to the buyer of what they return, and returns of these in turn."""
    before: dict[UUID, Mapping[str, Any]] = {}
    buyers: dict[UUID, Buyer] = {}
    changes = Counter[UUID]()
    level: Iterable[UUID] = touched.moved
    while level:
        moved = set()
        for row in await store.followers(ctx, level):
            match_reasons = json.loads(row["match_reasons"])
            buyer = _buyer_of_return(row, customers.by_own_keys(match_reasons).candidates)
            if _is_of(row, buyer) or changes[row["id"]] == _MOST_CHANGES:
                continue
            changes[row["id"]] += 1
            await SALES.change(ctx, row["id"], values_of(buyer, await _reasons(ctx, row, buyer, match_reasons)))
            before.setdefault(row["id"], row)
            buyers[row["id"]] = buyer
            if buyer.customer_id != row["customer_id"]:
                moved.add(row["id"])
        level = moved
    for sale_id, row in before.items():
        customer_id = buyers[sale_id].customer_id
        touched.add_account(row["customer_id"], row["currency"])
        touched.add_account(customer_id, row["currency"])
        await record_change_of_buyer(ctx, row, customer_id, via="sale")


def values_of(buyer: Buyer, match_reasons: Sequence[Reason] = ()) -> dict[str, Any]:
    """The columns of a receipt that say who bought."""
    return {
        "customer_id": buyer.customer_id,
        "match": buyer.match.value,
        "matched_by": buyer.matched_by and buyer.matched_by.value,
        "candidates": list(buyer.candidates),
        "match_reasons": list(match_reasons),
    }


def sent_buyer(sale: Mapping[str, Any]) -> BuyerNew:
    """What the till said about who bought, by the row of a receipt."""
    return validation.validate_stored(BuyerNew, json.loads(sale["customer"] or "{}"))


async def release_reasons(ctx: Context, source: str, buyer: BuyerNew, taken_from: UUID | None) -> list[Reason]:
    """The keys by which somebody can still say whose the receipt is; `taken_from`, if somebody took it itself."""
    policies = await customers.load_policies(ctx, [source, buyer.identity.system if buyer.identity else None])
    keys = buyer_reference(buyer, policies, source).keys(ctx)
    named = [("id", str(buyer.id))] if buyer.id is not None else []
    named += [(key.kind, key.value) for key in keys.usable]
    return released_reasons(named, taken_from)


def _buyer_of_return(sale: Mapping[str, Any], meant: Collection[UUID]) -> Buyer:
    """Whose a return is by the buyers of what it returns; `meant` are those of whom it cannot be told by its keys."""
    buyers, taken_from = set(sale["buyers"]).difference(sale["taken_from"]), sale["taken_from"]
    if candidates := tuple(sorted(set(meant).difference(taken_from))):
        return buyer_among(buyers, candidates) or Buyer(None, Match.AMBIGUOUS, None, candidates)
    return buyer_of_return(buyers, sale["names_somebody"] or bool(taken_from))


async def _reasons(ctx: Context, sale: Mapping[str, Any], buyer: Buyer, before: Sequence[Reason]) -> Sequence[Reason]:
    """Those of a return: what its own keys led to, unless its sale has nobody any more, or only whom the return was
    taken from; and from whom it was taken before.
    """
    own = customers.by_own_keys(before)
    if buyer.match is Match.UNMATCHED:
        last = next(reversed(sale["taken_from"]), None)
        own = replace(own, reasons=await release_reasons(ctx, sale["source"], sent_buyer(sale), last))
    return customers.with_released(own, before).reasons


def _is_of(row: Mapping[str, Any], buyer: Buyer) -> bool:
    present = (row["customer_id"], row["match"], tuple(row["candidates"]))
    return present == (buyer.customer_id, buyer.match.value, buyer.candidates)
