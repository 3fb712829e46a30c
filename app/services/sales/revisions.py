"""Newer revisions of receipts, which replace those that are stored."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Match, ReasonResult
from app.rules.kit.event_types import SALE_REVISED
from app.rules.sales.receipts import MatchedBy
from app.schemas.sales.sales import BuyerNew
from app.services.customers import Policies
from app.services.sales.buyers import buyer_reference
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import returned_receipts
from app.services.sales.settlement import Touched, record_change_of_buyer, sent_buyer
from app.store.kit import events
from app.store.kit.events import Event
from app.store.sales import intake as store
from app.store.sales import settlement

Stored = Mapping[str, Any]
"""The row of the receipt that is replaced."""


def keeps_decision(ctx: Context, policies: Policies, before: Stored, draft: ReceiptDraft) -> bool:
    """Whether somebody has claimed or released the receipt, and the revision says nothing new of who bought.

    Then that is who it stays with, and nobody is created or learns anything.
    """
    if not _is_decided(before) or _says_else(ctx, policies, before, draft):
        return False
    _keep_buyer(draft, before)
    return True


async def replace(
    ctx: Context, newer: Sequence[ReceiptDraft], before_by_id: Mapping[UUID, Stored], touched: Touched
) -> None:
    """Replace stored receipts, which are locked."""
    if newer:
        touched.returned |= await settlement.returned_by(ctx, [draft.id for draft in newer])
    for draft in newer:
        before = before_by_id[draft.id]
        if before["customer_id"] is not None and before["matched_by"] != MatchedBy.SALE and not _names_buyer(draft):
            _keep_buyer(draft, before)
        if draft.new.business_date is None and draft.occurred_at == before["occurred_at"]:
            draft.business_date = before["business_date"]
        await store.replace(ctx, draft.row(ctx.now), draft.line_rows())
        await _record(ctx, before, draft)
        touched.sales.add(draft.id)
        touched.returned |= returned_receipts([draft])
        touched.add_account(before["customer_id"], before["currency"])
        touched.add_account(draft.customer_id, draft.currency)
        if draft.customer_id != before["customer_id"]:
            touched.moved.add(draft.id)


def _is_decided(before: Stored) -> bool:
    if before["customer_id"] is not None:
        return bool(before["matched_by"] == MatchedBy.CLAIM)
    return any(reason["result"] == ReasonResult.RELEASED for reason in json.loads(before["match_reasons"]))


def _says_else(ctx: Context, policies: Policies, before: Stored, draft: ReceiptDraft) -> bool:
    """Names and spellings of the same keys say nothing new."""
    was, now = sent_buyer(before), draft.new.customer or BuyerNew()
    read = (buyer_reference(buyer, policies, draft.new.source).keys(ctx).usable for buyer in (was, now))
    keys_before, keys_now = ({entered.key for entered in keys} for keys in read)
    return (was.id, keys_before) != (now.id, keys_now)


def _keep_buyer(draft: ReceiptDraft, before: Stored) -> None:
    draft.customer_id, draft.match = before["customer_id"], Match(before["match"])
    draft.matched_by = before["matched_by"] and MatchedBy(before["matched_by"])
    draft.candidates, draft.match_reasons = tuple(before["candidates"]), json.loads(before["match_reasons"])


def _names_buyer(draft: ReceiptDraft) -> bool:
    """Whether a key of its own found who bought; what it returns does not say more than what was known before."""
    return draft.customer_id is not None and draft.matched_by is not MatchedBy.SALE


async def _record(ctx: Context, before: Stored, draft: ReceiptDraft) -> None:
    new = draft.new
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
        await record_change_of_buyer(ctx, before, draft.customer_id, via="revision")
    elif draft.customer_id is not None:  # the revision tells of them
        await events.repoint(ctx, "sale", [draft.id], draft.customer_id)
