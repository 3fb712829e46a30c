"""Receipts that are a customer's by keys which the customer has forgotten: whose they are is decided anew."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Key, ReasonResult
from app.rules.sales.buyers import Buyer
from app.rules.sales.receipts import MatchedBy
from app.services import customers
from app.services.customers import CustomerReference, Excluded, Lesson, Policies, Reason, Resolution, Resolver
from app.services.sales import lessons
from app.services.sales.buyers import buyer_reference, known_now
from app.services.sales.lessons import Taught
from app.services.sales.settlement import Touched, record_change_of_buyer, sent_buyer, values_of
from app.store.sales import intake, settlement
from app.store.sales import lessons as store
from app.store.sales.sales import SALES

_NOT_THEIRS = "The key by which it was the customer's is no longer theirs"


class Withdrawn(NamedTuple):
    """What receipts no longer say of a customer."""

    forgotten: frozenset[Key] = frozenset()
    """Keys that are theirs no longer."""
    unsaid: frozenset[Key] = frozenset()
    """Keys that may still be."""

    def __or__(self, other: "Withdrawn") -> "Withdrawn":
        return Withdrawn(self.forgotten | other.forgotten, self.unsaid | other.unsaid)

    def concerns(self, named: Collection[Key]) -> bool:
        """Whether a key that is theirs no longer is named, or an identity of its system, which it contradicted."""
        systems = {key[:2] for key in self.forgotten if key[0] == "identity"}
        return any(key in self.forgotten or key[:2] in systems for key in named)


async def withdrawn(ctx: Context, sale: Mapping[str, Any]) -> Withdrawn:
    """What is withdrawn with a receipt that is taken from its customer; the receipts that may rest on it are locked."""
    policies = await _policies(ctx, [sale])
    taught = (await lessons.taught(ctx, policies, [sale])).get(sale["id"], Taught())
    taken = Withdrawn(
        taught.learnt | taught.corrected, buyer_reference(sent_buyer(sale), policies, sale["source"]).named(ctx)
    )
    await lock_resting(ctx, {sale["customer_id"]: taken})
    return taken


async def lock_resting(ctx: Context, withdrawn: Mapping[UUID, Withdrawn]) -> list[UUID]:
    """Lock the receipts, with all that hang on them, which are these customers' by their own keys and may be somebody
    else's without what is withdrawn: whatever that is, if a revision left them in doubt.
    """
    forgetful = {customer_id for customer_id, keys in withdrawn.items() if keys.forgotten}
    others = {customer_id for customer_id, keys in withdrawn.items() if keys.unsaid} - forgetful
    sales = await store.found_by_keys(ctx, forgetful, in_doubt_of=others)
    policies = await _policies(ctx, sales)
    resting = []
    for sale in sales:
        reference = buyer_reference(sent_buyer(sale), policies, sale["source"])
        if sale["is_in_doubt"] or withdrawn[sale["customer_id"]].concerns(reference.named(ctx)):
            resting.append(sale["id"])
    if resting:
        await settlement.lock(ctx, sales=resting)
    return resting


async def decide_anew(ctx: Context, withdrawn: Mapping[UUID, Withdrawn], touched: Touched) -> None:
    """Whose receipts are without what others no longer say. What only such a receipt has taught of somebody whose it is
    not is forgotten in turn.
    """
    moved: set[UUID] = set()
    while resting := await lock_resting(ctx, withdrawn):
        also: dict[UUID, Withdrawn] = defaultdict(Withdrawn)
        for sale_id in sorted(resting):
            sale = await SALES.lock(ctx, sale_id)
            holder = sale["customer_id"]
            if holder in withdrawn and sale["matched_by"] != MatchedBy.CLAIM:  # nobody was faster
                taken = await _decide(ctx, sale, withdrawn[holder].forgotten, touched)
                also[holder] |= taken if sale_id not in moved else taken._replace(unsaid=frozenset())
                moved |= {sale_id} if taken.unsaid else set()
        withdrawn = also


async def _decide(ctx: Context, sale: Mapping[str, Any], forgotten: frozenset[Key], touched: Touched) -> Withdrawn:
    """What is withdrawn with it, if it is its customer's no longer."""
    holder, policies = sale["customer_id"], await _policies(ctx, [sale])
    taught = (await lessons.taught(ctx, policies, [sale])).get(sale["id"], Taught())
    reference = buyer_reference(sent_buyer(sale), policies, sale["source"])
    excluded = Excluded(sale["taken_from"], pupil=holder, taught=taught.learnt | taught.created)
    (found,) = await customers.find_customers(ctx, [reference], [excluded])
    if found.customer_id is None and _stays(sale, found.candidates):
        # Their other keys may say that it is theirs, though nothing else says that these are.
        (found,) = await customers.find_customers(ctx, [reference], [Excluded.of(sale["taken_from"])])
        if found.customer_id != holder or not forgotten.isdisjoint(reference.named(ctx)):
            return Withdrawn()
    may_teach = found.customer_id is not None and found.certain and reference.policy.may_teach
    if found.customer_id == holder:
        if may_teach:
            reasons = await _teach(ctx, sale, reference, holder, json.loads(sale["match_reasons"]))
            await SALES.change(ctx, sale["id"], {"match_reasons": reasons})
        return Withdrawn()
    no_longer = taught.learnt | taught.corrected | (taught.created & reference.named(ctx))
    await customers.forget(ctx, holder, no_longer)
    found = customers.with_released(found, json.loads(sale["match_reasons"]))
    if found.customer_id is not None and may_teach:
        found = replace(found, reasons=await _teach(ctx, sale, reference, found.customer_id, found.reasons))
    await _give(ctx, sale, found, touched)
    return Withdrawn(no_longer, reference.named(ctx))


async def _teach(
    ctx: Context, sale: Mapping[str, Any], reference: CustomerReference, customer_id: UUID, reasons: Sequence[Reason]
) -> Sequence[Reason]:
    """The reasons, when the customer has learnt what nobody has."""
    resolver = Resolver(ctx, [reference])
    resolver.add(await intake.REFERENCES.load(ctx, resolver.keys()))
    if not (unknown := resolver.unknown_keys(0)):
        return reasons
    lesson = Lesson(customer_id, unknown, "sale", sale["source"], sale["receipt_no"])
    await customers.write_drafts(ctx, [], [lesson])
    return known_now(reasons, customer_id, ReasonResult.LEARNT, {(key.kind, key.value) for key in lesson.learnt})


async def _give(ctx: Context, sale: Mapping[str, Any], found: Resolution, touched: Touched) -> None:
    matched_by = None if found.customer_id is None else MatchedBy(str(found.reasons[0]["kind"]))
    buyer = Buyer(found.customer_id, found.match, matched_by, found.candidates)
    await SALES.change(ctx, sale["id"], values_of(buyer, found.reasons))
    await record_change_of_buyer(ctx, sale, buyer.customer_id, reason=_NOT_THEIRS)
    touched.moved.add(sale["id"])
    if buyer.customer_id is None:  # what it returns may have a buyer, whose it is then
        touched.moved.update(await settlement.ids(ctx, await settlement.returned_by(ctx, [sale["id"]])))
    touched.add_account(sale["customer_id"], sale["currency"])
    touched.add_account(buyer.customer_id, sale["currency"])


def _stays(sale: Mapping[str, Any], candidates: Collection[UUID]) -> bool:
    """Whether a receipt whose keys find nobody for sure stays with its customer, as one does that is revised."""
    return sale["customer_id"] in candidates or bool(json.loads(sale["named_before"]))


async def _policies(ctx: Context, sales: Sequence[Mapping[str, Any]]) -> Policies:
    """Of the sources of these receipts, and of the systems of their ids."""
    identities = [sent_buyer(sale).identity for sale in sales]
    systems = {identity.system for identity in identities if identity is not None}
    return await customers.load_policies(ctx, [*{sale["source"] for sale in sales}, *systems])
