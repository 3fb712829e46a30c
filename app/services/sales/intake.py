"""Receipts on their way in: replayed, revised or new; their buyers found, their returns capped."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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
from app.services.sales import buyers
from app.services.sales.buyers import Buyers
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import Returns
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.references import ReferencedRecord
from app.store.sales import intake as store
from app.store.sales import sales


@dataclass(slots=True)
class Intake:
    """`results` in the order of the receipts; `document` is that of the one written, where it was asked for."""

    results: list[RecordResult]
    document: Document | None = None


async def take_in(
    ctx: Context, drafts: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer, *, with_document: bool = False
) -> Intake:
    """Take receipts in, in order. `with_document`: there is one only, and its document is wanted."""
    taken = Intake([])
    results: dict[int, RecordResult] = {}
    for indices in _rounds(drafts):
        taken = await _take_round(ctx, [drafts[n] for n in indices], on_unknown, with_document)
        results.update(zip(indices, taken.results, strict=True))
    return Intake([results[n] for n in range(len(drafts))], taken.document)


def _rounds(drafts: Sequence[ReceiptDraft]) -> Iterator[list[int]]:
    """Indices, such that no round has a receipt number twice: the second is looked at when the first is written."""
    left = list(range(len(drafts)))
    while left:
        seen: set[tuple[str, str]] = set()
        now: list[int] = []
        later: list[int] = []
        for n in left:
            (later if drafts[n].key in seen else now).append(n)
            seen.add(drafts[n].key)
        yield now
        left = later


@dataclass(frozen=True, slots=True)
class _Stored:
    """A receipt that is known by the number of a draft."""

    id: UUID
    revision: int
    content_hash: bytes


@dataclass(slots=True)
class _References:
    """What the receipts of one round refer to."""

    stored: dict[int, _Stored]
    customers: Resolver
    revised: dict[int, UUID] = field(default_factory=dict)
    """The receipts that are known in an older revision."""

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[ReceiptDraft]) -> "_References":
        known = Resolver(ctx.region, [buyers.reference(draft.new.customer) for draft in drafts])
        keys = {"sale": [(n, *draft.key) for n, draft in enumerate(drafts)]} | known.keys()
        found = await store.REFERENCES.load(ctx, keys)
        stored = _stored(found)
        if revised := _revised(drafts, stored):
            # Somebody else may be revising them just now: what they make of them is what counts.
            await store.lock(ctx, revised.values())
            found = await store.REFERENCES.load(ctx, keys)
            stored = _stored(found)
        known.learn(found)
        return cls(stored, known, _revised(drafts, stored))


def _stored(found: Sequence[ReferencedRecord]) -> dict[int, _Stored]:
    read = {each.n: (each.id, json.loads(each.data)) for each in found if each.kind == "sale" and each.data}
    return {n: _Stored(id_, data["revision"], bytes.fromhex(data["hash"])) for n, (id_, data) in read.items()}


def _revised(drafts: Sequence[ReceiptDraft], stored: dict[int, _Stored]) -> dict[int, UUID]:
    return {n: known.id for n, known in stored.items() if drafts[n].new.revision > known.revision}


async def _take_round(
    ctx: Context, drafts: Sequence[ReceiptDraft], on_unknown: OnUnknownCustomer, with_document: bool
) -> Intake:
    known = await _References.load(ctx, drafts)
    stored, revised = known.stored, known.revised
    found = Buyers(ctx, known.customers, on_unknown)
    changing = [draft for n, draft in enumerate(drafts) if n not in stored or n in revised]
    returns = await Returns.of(ctx, changing, list(revised.values()))
    results: list[RecordResult] = []
    new: list[ReceiptDraft] = []
    newer: list[tuple[UUID, ReceiptDraft]] = []
    for n, draft in enumerate(drafts):
        if n in stored and n not in revised:
            results.append(await _again(ctx, draft, stored[n]))
        elif (exceeding := returns.take(draft)) is not None:
            results.append(RecordResult.refused(exceeding))
        else:
            found.assign(n, draft)
            if n in revised:
                newer.append((revised[n], draft))
                results.append(RecordResult(200, revised[n]))
            else:
                new.append(draft)
                results.append(RecordResult(201, draft.id))
    if found.created:
        await customers.write_drafts(ctx, sorted(found.created, key=lambda customer: customer.id))
        await customers.record_created(ctx, found.created)
    document = await _write(ctx, new, with_document)
    for sale_id, draft in newer:
        await _replace(ctx, sale_id, draft)
    return Intake(results, document)


async def _again(ctx: Context, draft: ReceiptDraft, known: _Stored) -> RecordResult:
    """A number that is known, in this revision or a later one."""
    if draft.new.revision < known.revision:
        return RecordResult(200, known.id, stale=True)
    if draft.content_hash != known.content_hash:
        sent = draft.as_sent()
        content = json.loads((await sales.get(ctx, known.id)).json)
        if found := differences({name: content[name] for name in sent}, sent):
            return RecordResult.refused(ReceiptDiffers(errors=as_errors(found), sale_id=str(known.id)), known.id)
    return RecordResult(200, known.id, replayed=True)


async def _write(ctx: Context, drafts: Sequence[ReceiptDraft], with_document: bool) -> Document | None:
    if not drafts:
        return None
    # All transactions write receipts in this order, and customers' totals in theirs: none waits in a circle.
    ordered = sorted(drafts, key=lambda draft: draft.key)
    rows = [draft.row(ctx.now) for draft in ordered]
    lines = [line for draft in ordered for line in draft.line_rows()]
    titles = [draft.title for draft in ordered]
    document = None
    if with_document:
        document, followed = await store.write_one(ctx, rows[0], titles[0], lines)
    else:
        followed = await store.write(ctx, rows, titles, lines)
    # The events are written with the receipts; only those that something follows are wanted here.
    ctx.pending.extend((draft.event, followed[draft.id]) for draft in ordered if draft.id in followed)
    return document


async def _replace(ctx: Context, sale_id: UUID, draft: ReceiptDraft) -> None:
    """Put a newer revision in the place of what is stored."""
    before = await sales.lock(ctx, sale_id)
    draft.id, new = sale_id, draft.new
    if draft.customer_id is None and before["customer_id"] is not None:  # whom somebody named by hand stays named
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
