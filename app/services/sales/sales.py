"""Receipts are recorded exactly once, in whatever order they arrive, and can be claimed, released and voided."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, SaleReturned
from app.rules.customers import Match
from app.rules.kit.event_types import SALE_VOIDED
from app.rules.kit.links import taken_from
from app.rules.sales.buyers import Buyer
from app.rules.sales.receipts import MatchedBy, OnUnknownCustomer
from app.schemas.sales.queries import SaleQuery
from app.schemas.sales.sales import SaleNew
from app.services import customers
from app.services.customers import Policies, Reason
from app.services.kit.record_result import RecordResult
from app.services.sales import forgotten_keys, intake
from app.services.sales.forgotten_keys import Withdrawn
from app.services.sales.receipts import ReceiptDraft, draft_receipt
from app.services.sales.settlement import (
    Touched,
    record_change_of_buyer,
    release_reasons,
    sent_buyer,
    settle,
    values_of,
)
from app.services.sales.sites import load_time_zones
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.links import Assignment
from app.store.kit.listing import Page
from app.store.sales import sales as store
from app.store.sales import settlement


async def find(ctx: Context, query: SaleQuery) -> Page:
    return await store.SALES.page(ctx, query)


async def get(ctx: Context, sale_id: UUID) -> Document:
    return await store.SALES.get(ctx, sale_id)


async def record(ctx: Context, new: SaleNew, on_unknown: OnUnknownCustomer) -> tuple[Document, RecordResult]:
    """Record one receipt; see `record_many`. Raises its problem."""
    policies, (draft,) = await _under_policies(ctx, [new])
    if isinstance(draft, Problem):
        raise draft
    recorded = await intake.record_receipts(ctx, [draft], policies, on_unknown, with_document=True)
    (result,) = recorded.results
    sale_id = result.recorded_id()
    return recorded.document or await store.SALES.get(ctx, sale_id), result


def draft_early(new: SaleNew) -> ReceiptDraft | SaleNew:
    """The draft as it is without the policy of its source, if it can be made without it."""
    return draft_receipt(new) if new.currency is not None else new


async def record_many(
    ctx: Context, receipts: Sequence[ReceiptDraft | SaleNew], on_unknown: OnUnknownCustomer
) -> list[RecordResult]:
    """Record receipts (see `draft_early`) in order, with a result for each.

    New: 201. The same again: 200, replayed. A newer revision: 200, replaced. An older one: 200, stale, and nothing
    changes. Different content with the same number: 409 ReceiptDiffers. A return of more than is left: 409
    RefundExceedsSale.
    """
    policies, drafts = await _under_policies(ctx, receipts)
    valid = [draft for draft in drafts if not isinstance(draft, Problem)]
    results = iter((await intake.record_receipts(ctx, valid, policies, on_unknown)).results)
    return [RecordResult.refused(draft) if isinstance(draft, Problem) else next(results) for draft in drafts]


async def _under_policies(
    ctx: Context, receipts: Sequence[ReceiptDraft | SaleNew]
) -> tuple[Policies, list[ReceiptDraft | Problem]]:
    """Receipts as their sources mean them. Drafts are made anew where the source or the site says more of them."""
    sent = [receipt.new if isinstance(receipt, ReceiptDraft) else receipt for receipt in receipts]
    systems = [new.customer.identity.system for new in sent if new.customer and new.customer.identity]
    policies = await customers.load_policies(ctx, [*(new.source for new in sent), *systems])
    zones = await load_time_zones(ctx, [new.site for new in sent if new.business_date is None])
    drafts: list[ReceiptDraft | Problem] = []
    for receipt, new in zip(receipts, sent, strict=True):
        policy, zone = policies.of(new.source), zones.get(new.site or "") or None
        if isinstance(receipt, ReceiptDraft) and not policy.shapes_receipts and zone is None:
            receipt.policy = policy
            drafts.append(receipt)
            continue
        try:
            drafts.append(draft_receipt(new, policy, zone))
        except Problem as problem:
            drafts.append(problem)
    return policies, drafts


async def claim(ctx: Context, sale_id: UUID, customer_id: UUID, moved_from: UUID | None = None) -> Document:
    """Set the buyer of a receipt. 409 AlreadyClaimed if it has another one than `moved_from`."""
    await settlement.lock(ctx, sales=[sale_id])
    sale = await store.SALES.lock(ctx, sale_id)
    follows = sale["matched_by"] == MatchedBy.SALE
    if await customers.claims(ctx, sale["customer_id"], customer_id, moved_from, follows=follows):
        moved = Assignment(sale_id, sale["customer_id"], customer_id).released_from
        claimed = customers.reassigned(customer_id, None, None, json.loads(sale["match_reasons"]), moved)
        withdrawn = Withdrawn() if moved is None else await forgotten_keys.withdrawn(ctx, sale)
        await _give(ctx, sale, Buyer(customer_id, Match.MATCHED, MatchedBy.CLAIM), claimed.reasons)
        await _forget(ctx, sale, withdrawn)
    return await store.SALES.get(ctx, sale_id)


async def release(ctx: Context, sale_id: UUID, reason: str) -> Document:
    """Take a receipt from its customer, so that it belongs to nobody known again."""
    await settlement.lock(ctx, sales=[sale_id])
    sale = await store.SALES.lock(ctx, sale_id)
    if (holder := sale["customer_id"]) is not None:
        said = await release_reasons(ctx, sale["source"], sent_buyer(sale), holder)
        before = json.loads(sale["match_reasons"])
        left = customers.with_released(customers.after_release(before, said, holder), before)
        withdrawn = await forgotten_keys.withdrawn(ctx, sale)
        await _give(ctx, sale, Buyer(None, left.match, None, left.candidates), left.reasons, reason=reason)
        await _forget(ctx, sale, withdrawn)
    return await store.SALES.get(ctx, sale_id)


async def void(ctx: Context, sale_id: UUID, reason: str) -> Document:
    """Exclude a receipt from all totals. It stays readable, and its number cannot be used again.

    409 SaleReturned if receipts that count return something of it.
    """
    await settlement.lock(ctx, sales=[sale_id])
    sale = await store.SALES.lock(ctx, sale_id)
    if sale["voided_at"] is None:
        if returns := await settlement.returns_of(ctx, sale_id):
            numbers = ", ".join(row["receipt_no"] for row in returns)
            raise SaleReturned(f"Void the returns first: {numbers}", sale_ids=[str(row["id"]) for row in returns])
        await store.SALES.change(ctx, sale_id, {"voided_at": ctx.now, "void_reason": reason})
        title, data = SALE_VOIDED.titled(**sale), {"reason": reason}
        event = Event(SALE_VOIDED, sale_id, sale["customer_id"], title, ctx.now, sale["channel"], data)
        await events.record(ctx, event)
        touched = Touched(returned=await settlement.returned_by(ctx, [sale_id]))
        touched.add_account(sale["customer_id"], sale["currency"])
        await settle(ctx, touched)
    return await store.SALES.get(ctx, sale_id)


async def _forget(ctx: Context, sale: Mapping[str, Any], withdrawn: Withdrawn) -> None:
    """Let the customer of before forget what the receipt taught; what rests on what it said is decided anew."""
    touched = Touched()
    await customers.forget(ctx, sale["customer_id"], withdrawn.forgotten)
    await forgotten_keys.decide_anew(ctx, {sale["customer_id"]: withdrawn}, touched)
    await settle(ctx, touched)


async def _give(
    ctx: Context,
    sale: Mapping[str, Any],
    buyer: Buyer,
    match_reasons: Sequence[Reason],
    *,
    reason: str | None = None,
) -> None:
    """Give a receipt to another buyer, or to nobody; its returns follow."""
    taken = taken_from(sale["taken_from"], sale["customer_id"], buyer.customer_id)
    await store.SALES.change(ctx, sale["id"], values_of(buyer, match_reasons) | {"taken_from": taken})
    await record_change_of_buyer(ctx, sale, buyer.customer_id, reason=reason)
    touched = Touched(moved={sale["id"]})
    if buyer.customer_id is None:  # what it returns may have a buyer, whose it is then
        touched.moved |= set(await settlement.ids(ctx, await settlement.returned_by(ctx, [sale["id"]])))
    touched.add_account(sale["customer_id"], sale["currency"])
    touched.add_account(buyer.customer_id, sale["currency"])
    await settle(ctx, touched)
