"""Receipts that are a customer's by keys which the customer has forgotten: whose they are is decided anew."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
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

Forgotten = Mapping[UUID, Collection[Key]]
"""The keys that customers forget, by the ids of these."""
_NOT_THEIRS = "The key by which it was the customer's is no longer theirs"


async def lock_resting(ctx: Context, forgotten: Forgotten) -> list[UUID]:
    """Lock the receipts, with all that hang on them, which are customers' by their own keys and name one that these
    forget, or one that it contradicts: an identity of the same system.
    """
    sales = await store.found_by_keys(ctx, {customer_id for customer_id, keys in forgotten.items() if keys})
    policies = await _policies(ctx, sales)
    resting = []
    for sale in sales:
        reference = buyer_reference(sent_buyer(sale), policies, sale["source"])
        if _depends(reference.named(ctx), forgotten[sale["customer_id"]]):
            resting.append(sale["id"])
    if resting:
        await settlement.lock(ctx, sales=resting)
    return resting


async def decide_anew(ctx: Context, forgotten: Forgotten, touched: Touched) -> None:
    """Whose receipts are without keys that customers have forgotten. What only such a receipt has taught of somebody
    whose it is not is forgotten in turn.
    """
    while resting := await lock_resting(ctx, forgotten):
        also_forgotten: dict[UUID, set[Key]] = defaultdict(set)
        for sale_id in sorted(resting):
            sale = await SALES.lock(ctx, sale_id)
            if sale["customer_id"] in forgotten and sale["matched_by"] != MatchedBy.CLAIM:  # nobody was faster
                also_forgotten[sale["customer_id"]] |= await _decide(ctx, sale, touched)
        forgotten = also_forgotten


async def _decide(ctx: Context, sale: Mapping[str, Any], touched: Touched) -> frozenset[Key]:
    """Keys that its customer has forgotten as well."""
    holder, policies = sale["customer_id"], await _policies(ctx, [sale])
    taught = (await lessons.taught(ctx, policies, [sale])).get(sale["id"], Taught())
    reference = buyer_reference(sent_buyer(sale), policies, sale["source"])
    excluded = Excluded(sale["taken_from"], pupil=holder, taught=taught.learnt | taught.created)
    (found,) = await customers.find_customers(ctx, [reference], [excluded])
    may_teach = found.customer_id is not None and found.certain and reference.policy.may_teach
    if found.customer_id == holder:
        if may_teach:
            reasons = await _teach(ctx, sale, reference, holder, json.loads(sale["match_reasons"]))
            await SALES.change(ctx, sale["id"], {"match_reasons": reasons})
        return frozenset()
    if found.customer_id is None and _stays(sale, found.candidates):
        return frozenset()
    forgotten = taught.learnt | (taught.created & reference.named(ctx))
    await customers.forget(ctx, holder, forgotten)
    found = customers.with_released(found, json.loads(sale["match_reasons"]))
    if found.customer_id is not None and may_teach:
        found = replace(found, reasons=await _teach(ctx, sale, reference, found.customer_id, found.reasons))
    await _give(ctx, sale, found, touched)
    return forgotten


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


def _depends(named: Collection[Key], forgotten: Collection[Key]) -> bool:
    """Whether a key that is forgotten is named, or an identity of its system, which it contradicts."""
    systems = {key[:2] for key in forgotten if key[0] == "identity"}
    return any(key in forgotten or key[:2] in systems for key in named)


def _stays(sale: Mapping[str, Any], candidates: Collection[UUID]) -> bool:
    """Whether a receipt whose keys find nobody for sure stays with its customer, as one does that is revised."""
    return sale["customer_id"] in candidates or bool(json.loads(sale["named_before"]))


async def _policies(ctx: Context, sales: Sequence[Mapping[str, Any]]) -> Policies:
    """Of the sources of these receipts, and of the systems of their ids."""
    identities = [sent_buyer(sale).identity for sale in sales]
    systems = {identity.system for identity in identities if identity is not None}
    return await customers.load_policies(ctx, [*{sale["source"] for sale in sales}, *systems])
