"""Receipts are recorded exactly once, in whatever order they arrive, and can be claimed and voided."""

from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.rules.customers import Match
from app.rules.kit.event_types import SALE_CLAIMED, SALE_VOIDED
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.sales.sales import SaleNew, SaleQuery
from app.services import customers
from app.services.kit.record_result import RecordResult
from app.services.sales import intake
from app.services.sales.receipts import ReceiptDraft, draft_receipt
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.sales import sales as store


async def find(ctx: Context, query: SaleQuery) -> Page:
    return await store.SALES.page(ctx, query)


async def get(ctx: Context, sale_id: UUID) -> Document:
    return await store.SALES.get(ctx, sale_id)


async def record(ctx: Context, new: SaleNew, on_unknown: OnUnknownCustomer) -> tuple[Document, RecordResult]:
    """Record one receipt; see `record_many`. Raises its problem."""
    recorded = await intake.record_receipts(ctx, [draft_receipt(new)], on_unknown, with_document=True)
    (result,) = recorded.results
    sale_id = result.recorded_id()
    return recorded.document or await store.SALES.get(ctx, sale_id), result


async def record_many(
    ctx: Context, drafts: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer
) -> list[RecordResult]:
    """Record receipts (see `receipts.draft_receipt`) in order, with a result for each.

    New: 201. The same again: 200, replayed. A newer revision: 200, replaced. An older one: 200, stale, and nothing
    changes. Different content with the same number: 409 ReceiptDiffers. A return of more than is left: 409
    RefundExceedsSale.
    """
    return (await intake.record_receipts(ctx, drafts, on_unknown)).results


async def claim(ctx: Context, sale_id: UUID, customer_id: UUID) -> Document:
    """Set the buyer of a receipt. 409 AlreadyClaimed if it has another one."""
    sale = await store.SALES.lock(ctx, sale_id)
    if await customers.claims(ctx, sale["customer_id"], customer_id):
        values = {"customer_id": customer_id, "match": Match.MATCHED.value, "candidates": []}
        await store.SALES.change(ctx, sale_id, values)
        await store.recompute_totals(ctx, {customer_id})
        title = SALE_CLAIMED.titled(**sale)
        data = {"source": sale["source"], "receipt_no": sale["receipt_no"], "total": str(sale["total"])}
        event = Event(SALE_CLAIMED, sale_id, customer_id, title, sale["occurred_at"], sale["channel"], data)
        await events.record(ctx, event)
    return await store.SALES.get(ctx, sale_id)


async def void(ctx: Context, sale_id: UUID, reason: str) -> Document:
    """Exclude a receipt from all totals. It stays readable, and its number cannot be used again."""
    sale = await store.SALES.lock(ctx, sale_id)
    if sale["voided_at"] is None:
        await store.SALES.change(ctx, sale_id, {"voided_at": ctx.now, "void_reason": reason})
        if sale["customer_id"] is not None:
            await store.recompute_totals(ctx, {sale["customer_id"]})
        title, data = SALE_VOIDED.titled(**sale), {"reason": reason}
        event = Event(SALE_VOIDED, sale_id, sale["customer_id"], title, ctx.now, sale["channel"], data)
        await events.record(ctx, event)
    return await store.SALES.get(ctx, sale_id)
