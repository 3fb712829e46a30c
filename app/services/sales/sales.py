"""Receipts: taken in exactly once, in whatever order they come, and made true again when they change."""

import json
from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import AlreadyClaimed, ReceiptDiffers, invalid
from app.rules.kit.differences import as_errors, differences
from app.rules.kit.event_types import SALE_CLAIMED, SALE_REVISED, SALE_VOIDED
from app.rules.sales.receipts import Match, OnUnknownCustomer
from app.schemas.sales.sales import SaleNew, SaleQuery
from app.services import customers
from app.services.kit.record_result import RecordResult
from app.services.sales.buyers import Buyers, keys
from app.services.sales.receipts import ReceiptDraft, as_sent, draft_receipt
from app.services.sales.returns import Returns
from app.store import customers as customer_store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.sales import intake
from app.store.sales import sales as store


async def find(ctx: Context, query: SaleQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, sale_id: UUID) -> Document:
    return await store.get(ctx, sale_id)


async def record(ctx: Context, new: SaleNew, on_unknown: OnUnknownCustomer) -> tuple[Document, RecordResult]:
    """Take one receipt in; see `record_many`. Raises what was wrong with it."""
    taking = _Taking(ctx, on_unknown)
    (outcome,) = await taking.take([draft_receipt(new)], documents=True)
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return taking.document or await store.get(ctx, outcome.id), outcome


async def record_many(
    ctx: Context, wanted: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer
) -> list[RecordResult]:
    """Take receipts (see `receipts.draft_receipt`) in, in order; one outcome for each.

    New: 201. The same again: 200, replayed. A higher revision: 200, replaced. An older one: 200, stale, and nothing
    changes. Other content under a known number: 409 ReceiptDiffers. A return of more than is left: 409
    RefundExceedsSale.
    """
    return await _Taking(ctx, on_unknown).take(wanted)


async def claim(ctx: Context, sale_id: UUID, customer_id: UUID) -> Document:
    """Say who bought. 409 AlreadyClaimed if it is somebody else's already."""
    sale = await store.lock(ctx, sale_id)
    if sale["customer_id"] == customer_id:
        return await store.get(ctx, sale_id)
    if sale["customer_id"] is not None:
        raise AlreadyClaimed(f"Customer {sale['customer_id']} bought it", customer_id=str(sale["customer_id"]))
    if not await customer_store.existing(ctx, [customer_id]):
        raise invalid("/customer_id", "not_found", "There is no such customer")
    await store.change(ctx, sale_id, {"customer_id": customer_id, "match": Match.MATCHED.value, "candidates": []})
    await store.retotal(ctx, {customer_id})
    title = SALE_CLAIMED.titled(**sale)
    data = {"source": sale["source"], "receipt_no": sale["receipt_no"], "total": str(sale["total"])}
    event = Event(SALE_CLAIMED, sale_id, customer_id, title, sale["occurred_at"], sale["channel"], data)
    await events.record(ctx, event)
    return await store.get(ctx, sale_id)


async def void(ctx: Context, sale_id: UUID, reason: str) -> Document:
    """Take a receipt out of all sums. It stays to be seen, and its number stays taken."""
    sale = await store.lock(ctx, sale_id)
    if sale["voided_at"] is None:
        await store.change(ctx, sale_id, {"voided_at": ctx.now, "void_reason": reason})
        if sale["customer_id"] is not None:
            await store.retotal(ctx, {sale["customer_id"]})
        title, data = SALE_VOIDED.titled(**sale), {"reason": reason}
        event = Event(SALE_VOIDED, sale_id, sale["customer_id"], title, ctx.now, sale["channel"], data)
        await events.record(ctx, event)
    return await store.get(ctx, sale_id)


class _Taking:
    """One transaction's worth of receipts on their way in."""

    def __init__(self, ctx: Context, on_unknown: OnUnknownCustomer) -> None:
        self._ctx, self._on_unknown = ctx, on_unknown
        self.document: Document | None = None

    async def take(self, wanted: Sequence[ReceiptDraft], *, documents: bool = False) -> list[RecordResult]:
        outcomes: dict[int, RecordResult] = {}
        receipts: dict[int, ReceiptDraft] = {}
        later: list[int] = []  # the same number twice: the second is looked at when the first is written
        numbers: set[tuple[str, str]] = set()
        for n, kept in enumerate(wanted):
            if (number := (kept.new.source, kept.new.receipt_no)) in numbers:
                later.append(n)
            else:
                numbers.add(number)
                receipts[n] = kept
        if receipts:
            taken = await self._take(list(receipts.values()), documents)
            outcomes.update(zip(receipts, taken, strict=True))
        if later:
            outcomes.update(zip(later, await self.take([wanted[n] for n in later]), strict=True))
        return [outcomes[n] for n in range(len(wanted))]

    async def _take(self, receipts: list[ReceiptDraft], documents: bool) -> list[RecordResult]:
        wanted = self._reference_keys(receipts)
        rows = await intake.load_references(self._ctx, wanted)
        if newer := [row["id"] for row in rows if _revises(receipts, row)]:
            # Somebody else may be revising them at this moment: what they make of them is what counts.
            await intake.hold(self._ctx, newer)
            rows = await intake.load_references(self._ctx, wanted)
        known = defaultdict(list)
        for row in rows:
            known[row["what"]].append(row)
        stored = {row["n"]: row for row in known["sale"]}
        holders = known["identity"] + known["point"]
        buyers = Buyers(self._ctx, receipts, holders, known["customer"], self._on_unknown)
        revised = {n: row["id"] for n, row in stored.items() if _revises(receipts, row)}
        changing = [r for n, r in enumerate(receipts) if n not in stored or n in revised]
        returns = await Returns.of(self._ctx, changing, list(revised.values()))
        outcomes: list[RecordResult] = []
        new: list[ReceiptDraft] = []
        replaced: list[tuple[UUID, ReceiptDraft]] = []
        for n, kept in enumerate(receipts):
            row = stored.get(n)
            if row is not None and n not in revised:
                outcomes.append(await self._again(kept, row["id"], row["revision"], row["content_hash"]))
                continue
            if (exceeding := returns.take(kept)) is not None:
                outcomes.append(RecordResult.refused(exceeding))
                continue
            buyers.find(n, kept)
            if row is None:
                new.append(kept)
                outcomes.append(RecordResult(201, kept.id))
            else:
                replaced.append((row["id"], kept))
                outcomes.append(RecordResult(200, row["id"]))
        if buyers.made:
            await customers.write_drafts(self._ctx, sorted(buyers.made, key=lambda made: made.id))
            await customers.record_created(self._ctx, buyers.made)
        await self._write(new, documents)
        for sale_id, kept in replaced:
            await self._replace(sale_id, kept)
        return outcomes

    def _reference_keys(self, receipts: Sequence[ReceiptDraft]) -> intake.ReferenceKeys:
        wanted = intake.ReferenceKeys([], [], [], [])
        for n, kept in enumerate(receipts):
            wanted.receipts.append((n, kept.new.source, kept.new.receipt_no))
            for place, (kind, first, second) in enumerate(keys(self._ctx, kept.new.customer)):
                if kind == "identity":
                    wanted.identities.append((n, place, first, second))
                else:
                    wanted.points.append((n, place, kind, first))
            if kept.new.customer is not None and kept.new.customer.id is not None:
                wanted.customers.append((n, kept.new.customer.id))
        return wanted

    async def _again(self, kept: ReceiptDraft, sale_id: UUID, revision: int, content_hash: bytes) -> RecordResult:
        if kept.new.revision < revision:
            return RecordResult(200, sale_id, stale=True)
        if kept.content_hash != content_hash:
            sent = as_sent(kept)
            stored = json.loads((await store.get(self._ctx, sale_id)).json)
            found = differences({name: stored[name] for name in sent}, sent)
            if found:
                errors = as_errors(found)
                return RecordResult.refused(ReceiptDiffers(errors=errors, sale_id=str(sale_id)), sale_id)
        return RecordResult(200, sale_id, replayed=True)

    async def _write(self, receipts: list[ReceiptDraft], documents: bool) -> None:
        if not receipts:
            return
        # Everybody writes receipts in this order, and customers' totals in theirs: nobody waits in a circle.
        ordered = sorted(receipts, key=lambda r: (r.new.source, r.new.receipt_no))
        rows = [kept.row(self._ctx.now) for kept in ordered]
        lines = [line for kept in ordered for line in kept.line_rows()]
        titles = [kept.title for kept in ordered]
        if documents:
            self.document, followed = await intake.write_one(self._ctx, rows[0], titles[0], lines)
        else:
            followed = await intake.write(self._ctx, rows, titles, lines)
        # The events are written with the receipts; only those that something follows are wanted here.
        self._ctx.pending.extend((kept.event, followed[kept.id]) for kept in ordered if kept.id in followed)

    async def _replace(self, sale_id: UUID, kept: ReceiptDraft) -> None:
        before = await store.lock(self._ctx, sale_id)
        kept.id = sale_id
        if kept.customer_id is None and before["customer_id"] is not None:  # whom somebody named by hand stays named
            kept.customer_id, kept.match, kept.candidates = before["customer_id"], Match(before["match"]), ()
        await intake.replace(self._ctx, kept.row(self._ctx.now), kept.line_rows())
        await store.retotal(self._ctx, {c for c in (before["customer_id"], kept.customer_id) if c is not None})
        data = {
            "source": kept.new.source,
            "receipt_no": kept.new.receipt_no,
            "revision": kept.new.revision,
            "total": str(kept.total),
            "total_before": str(before["total"]),
        }
        title = SALE_REVISED.titled(receipt_no=kept.new.receipt_no, sale=kept.title)
        new = kept.new
        event = Event(SALE_REVISED, sale_id, kept.customer_id, title, new.occurred_at, new.channel.value, data)
        await events.record(self._ctx, event)


def _revises(receipts: Sequence[ReceiptDraft], row: Record) -> bool:
    return row["what"] == "sale" and receipts[row["n"]].new.revision > row["revision"]
