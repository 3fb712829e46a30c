"""Incoming receipts: new, replayed or revised; their buyers are resolved and their returns limited."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ReceiptDiffers
from app.rules.customers import Match
from app.rules.kit.differences import as_errors, differences
from app.rules.kit.event_types import SALE_REVISED
from app.rules.sales.receipts import OnUnknownCustomer
from app.services import customers
from app.services.customers import Resolver
from app.services.kit.record_result import RecordResult
from app.services.sales.buyers import Buyers, buyer_reference
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import Returns
from app.store.kit import advisory, events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.references import ReferencedRecord
from app.store.sales import intake as store
from app.store.sales import sales


@dataclass(slots=True)
class Intake:
    """`results` in the order of the receipts; `document` is that of a single new receipt, if requested."""

    results: list[RecordResult]
    document: Document | None = None


async def record_receipts(
    ctx: Context, drafts: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer, *, with_document: bool = False
) -> Intake:
    """Record receipts in order. `with_document` is for a single receipt, whose document is returned."""
    intake = Intake([])
    results: dict[int, RecordResult] = {}
    for indices in _rounds(drafts):
        intake = await _record_round(ctx, [drafts[n] for n in indices], on_unknown, with_document)
        results.update(zip(indices, intake.results, strict=True))
    return Intake([results[n] for n in range(len(drafts))], intake.document)


def _rounds(drafts: Sequence[ReceiptDraft]) -> Iterator[list[int]]:
    """Indices in rounds that have each receipt number once: the second is handled when the first is stored."""
    remaining = list(range(len(drafts)))
    while remaining:
        seen: set[tuple[str, str]] = set()
        now: list[int] = []
        later: list[int] = []
        for n in remaining:
            (later if drafts[n].key in seen else now).append(n)
            seen.add(drafts[n].key)
        yield now
        remaining = later


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored receipt with the number of a draft."""

    id: UUID
    revision: int
    content_hash: bytes


@dataclass(slots=True)
class _References:
    """The records that the receipts of one round refer to."""

    stored: dict[int, _Stored]
    customers: Resolver
    revised: dict[int, UUID] = field(default_factory=dict)
    """The ids of stored receipts of which a draft is a newer revision."""

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[ReceiptDraft]) -> "_References":
        resolver = Resolver(ctx.region, [buyer_reference(draft.new.customer) for draft in drafts])
        keys: dict[str, list[tuple[Any, ...]]] = {
            # Feedback that names one of these receipts, and does not see it yet, is waited for.
            "receipt_lock": list(advisory.buckets(draft.key for draft in drafts)),
            "sale": [(n, *draft.key) for n, draft in enumerate(drafts)],
            **resolver.keys(),
        }
        records = await store.REFERENCES.load(ctx, keys)
        stored = _stored(records)
        if revised := _revised(drafts, stored):
            # Another transaction may be revising them: wait for it and read its result.
            await store.lock(ctx, revised.values())
            records = await store.REFERENCES.load(ctx, keys)
            stored = _stored(records)
        resolver.add(records)
        return cls(stored, resolver, _revised(drafts, stored))


def _stored(records: Sequence[ReferencedRecord]) -> dict[int, _Stored]:
    by_draft = {r.n: (r.id, json.loads(r.data)) for r in records if r.kind == "sale" and r.data}
    return {n: _Stored(id_, data["revision"], bytes.fromhex(data["hash"])) for n, (id_, data) in by_draft.items()}


def _revised(drafts: Sequence[ReceiptDraft], stored: dict[int, _Stored]) -> dict[int, UUID]:
    return {n: sale.id for n, sale in stored.items() if drafts[n].new.revision > sale.revision}


async def _record_round(
    ctx: Context, drafts: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer, with_document: bool
) -> Intake:
    references = await _References.load(ctx, drafts)
    stored, revised = references.stored, references.revised
    buyers = Buyers(ctx, references.customers, on_unknown)
    changing = [draft for n, draft in enumerate(drafts) if n not in stored or n in revised]
    returns = await Returns.load(ctx, changing, list(revised.values()))
    results: list[RecordResult] = []
    new: list[ReceiptDraft] = []
    newer: list[tuple[UUID, ReceiptDraft]] = []
    for n, draft in enumerate(drafts):
        if n in stored and n not in revised:
            results.append(await _compare(ctx, draft, stored[n]))
        elif (problem := returns.add(draft)) is not None:
            results.append(RecordResult.refused(problem))
        else:
            buyers.assign(n, draft)
            if n in revised:
                newer.append((revised[n], draft))
                results.append(RecordResult(200, revised[n]))
            else:
                new.append(draft)
                results.append(RecordResult(201, draft.id))
    if buyers.created:
        await customers.write_drafts(ctx, sorted(buyers.created, key=lambda customer: customer.id))
        await customers.record_created(ctx, buyers.created)
    document = await _write(ctx, new, with_document)
    for sale_id, draft in newer:
        await _replace(ctx, sale_id, draft)
    return Intake(results, document)


async def _compare(ctx: Context, draft: ReceiptDraft, stored: _Stored) -> RecordResult:
    """The result for a receipt whose number is stored in the same or a newer revision."""
    if draft.new.revision < stored.revision:
        return RecordResult(200, stored.id, stale=True)
    if draft.content_hash != stored.content_hash:
        sent = draft.as_sent()
        content = json.loads((await sales.SALES.get(ctx, stored.id)).json)
        if changes := differences({name: content[name] for name in sent}, sent):
            return RecordResult.refused(ReceiptDiffers(errors=as_errors(changes), sale_id=str(stored.id)), stored.id)
    return RecordResult(200, stored.id, replayed=True)


async def _write(ctx: Context, drafts: Sequence[ReceiptDraft], with_document: bool) -> Document | None:
    if not drafts:
        return None
    # Receipts and customers' totals are written in consistent lock order, so no deadlocks.
    ordered = sorted(drafts, key=lambda draft: draft.key)
    rows = [draft.row(ctx.now) for draft in ordered]
    lines = [line for draft in ordered for line in draft.line_rows()]
    titles = [draft.title for draft in ordered]
    document = None
    if with_document:
        document, with_reactions = await store.write_one(ctx, rows[0], titles[0], lines)
    else:
        with_reactions = await store.write(ctx, rows, titles, lines)
    # The events were written with the receipts; only those that have reactions are needed here.
    ctx.pending.extend((draft.event, with_reactions[draft.id]) for draft in ordered if draft.id in with_reactions)
    return document


async def _replace(ctx: Context, sale_id: UUID, draft: ReceiptDraft) -> None:
    """Replace a stored receipt by a newer revision."""
    before = await sales.SALES.lock(ctx, sale_id)
    draft.id, new = sale_id, draft.new
    if draft.customer_id is None and before["customer_id"] is not None:  # a buyer who was claimed by hand stays
        draft.customer_id, draft.match, draft.candidates = before["customer_id"], Match(before["match"]), ()
    await store.replace(ctx, draft.row(ctx.now), draft.line_rows())
    await sales.recompute_totals(ctx, {c for c in (before["customer_id"], draft.customer_id) if c is not None})
    data = {
        "source": new.source,
        "receipt_no": new.receipt_no,
        "revision": new.revision,
        "total": str(draft.total),
        "total_before": str(before["total"]),
    }
    title = SALE_REVISED.titled(receipt_no=new.receipt_no, sale=draft.title)
    event = Event(SALE_REVISED, sale_id, draft.customer_id, title, new.occurred_at, new.channel.value, data)
    await events.record(ctx, event)
