"""Incoming receipts: new, replayed or revised; their buyers are resolved and their returns limited."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ReceiptDiffers
from app.rules.sales.receipts import OnUnknownCustomer
from app.services import customers
from app.services.customers import Policies, Resolver
from app.services.kit.record_result import RecordResult
from app.services.sales import forgotten_keys, lessons, resent, revisions, rounds
from app.services.sales.buyers import Buyers, buyer_reference
from app.services.sales.forgotten_keys import Withdrawn
from app.services.sales.involved import Involved
from app.services.sales.receipts import ReceiptDraft
from app.services.sales.returns import Returns, returned_receipts
from app.services.sales.revisions import Revision
from app.services.sales.rounds import Groups, Waiting
from app.services.sales.settlement import Touched, settle, settle_receipts
from app.store.kit import advisory
from app.store.kit.documents import Document
from app.store.kit.references import ReferencedRecord
from app.store.sales import intake as store
from app.store.sales import sales, settlement
from app.store.sales.settlement import ReceiptKey


@dataclass(slots=True)
class Intake:
    """`results` in the order of the receipts; `document` is that of a single new receipt, if requested."""

    results: list[RecordResult]
    document: Document | None = None


async def record_receipts(
    ctx: Context,
    drafts: Sequence[ReceiptDraft],
    policies: Policies,
    on_unknown: OnUnknownCustomer,
    *,
    with_document: bool = False,
) -> Intake:
    """Record receipts in order. `with_document` is for a single receipt, whose document is returned if it is new.

    What follows for other receipts and for the totals of customers is done at the end, for all of them.
    """
    results: dict[int, RecordResult] = {}
    await _lock_numbers(ctx, drafts)
    batch = _Batch(ctx, policies, on_unknown, with_document)
    keys = {ReceiptKey(*draft.key) for draft in drafts}
    if len(keys) < len(drafts):
        # All that later revisions would lock when the first have been written.
        batch.involved.add(await settlement.lock(ctx, changing=keys, returned=returned_receipts(drafts)))
        batch.settles = True
        await batch.group(drafts)
    remaining: Sequence[int] = range(len(drafts))
    while remaining:
        now = remaining if batch.groups is None else rounds.first(drafts, batch.groups, remaining)
        recorded = await batch.record([drafts[n] for n in now])
        results.update((n, result) for n, result in zip(now, recorded, strict=True) if result is not None)
        if remaining := [n for n in remaining if n not in results]:
            await settle_receipts(ctx, batch.touched)
    if batch.settles:
        await settle(ctx, batch.touched)
    return Intake([results[n] for n in range(len(drafts))], batch.document)


async def _lock_numbers(ctx: Context, drafts: Sequence[ReceiptDraft]) -> None:
    """Let nobody else write the receipts that these return and that are not known yet, nor returns of these or feedback
    about them: neither would see the other. A statement that begins after this one sees what was written before.
    """
    returned = returned_receipts(drafts)
    unknown = returned and returned - await settlement.stored(ctx, returned)
    await advisory.lock_mixed(ctx, advisory.RECEIPT, unknown, (draft.key for draft in drafts))


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
    returned: set[ReceiptKey]
    """Receipts that some of them return."""
    revised: dict[int, UUID] = field(default_factory=dict)
    """The ids of stored receipts of which a draft is a newer revision."""
    awaited: set[int] = field(default_factory=set)
    """Receipts that are not stored yet although earlier ones return something of them."""
    involved: set[UUID] = field(default_factory=set)
    """Whose the stored receipts are that change, and those that hang on them."""

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[ReceiptDraft], policies: Policies) -> "_References":
        resolver = Resolver(ctx, [buyer_reference(draft.new.customer, policies, draft.new.source) for draft in drafts])
        numbers = [(n, *draft.key) for n, draft in enumerate(drafts)]
        keys: dict[str, list[tuple[Any, ...]]] = {
            "sale": numbers,
            "awaited": numbers,
            **resolver.keys(),
        }
        records = await store.REFERENCES.load(ctx, keys)
        stored = _stored(records)
        revised, awaited, involved = _revised(drafts, stored), _awaited(records, stored), set[UUID]()
        returned = returned_receipts(draft for n, draft in enumerate(drafts) if n not in stored or n in revised)
        if revised or awaited or returned:
            # Another transaction may be writing them: wait for it. All are locked at once and in order, no deadlocks.
            changing = [ReceiptKey(*drafts[n].key) for n in {*revised, *awaited}]
            involved = await settlement.lock(ctx, changing=changing, returned=returned)
        if revised:
            records = await store.REFERENCES.load(ctx, keys)
            stored = _stored(records)
            revised = _revised(drafts, stored)
        resolver.add(records)
        return cls(stored, resolver, returned, revised, awaited, involved)


def _stored(records: Sequence[ReferencedRecord]) -> dict[int, _Stored]:
    by_draft = {r.n: (r.id, json.loads(r.data)) for r in records if r.kind == "sale" and r.data}
    return {n: _Stored(id_, data["revision"], bytes.fromhex(data["hash"])) for n, (id_, data) in by_draft.items()}


def _revised(drafts: Sequence[ReceiptDraft], stored: dict[int, _Stored]) -> dict[int, UUID]:
    return {n: sale.id for n, sale in stored.items() if drafts[n].new.revision > sale.revision}


def _awaited(records: Sequence[ReferencedRecord], stored: Collection[int]) -> set[int]:
    return {r.n for r in records if r.kind == "awaited" and r.n not in stored}


class _Batch:
    """Receipts that are recorded in one transaction, and what that means for others."""

    def __init__(
        self,
        ctx: Context,
        policies: Policies,
        on_unknown: OnUnknownCustomer,
        with_document: bool,
    ) -> None:
        self._ctx, self._policies = ctx, policies
        self._on_unknown, self._with_document = on_unknown, with_document
        self.settles = False
        """Whether others are affected. If not, the statement that writes the receipts writes the totals as well."""
        self.groups: Groups | None = None
        """Of all receipts, if what one of them says may depend on how others are settled."""
        self.involved = Involved()
        self.touched = Touched()
        self.document: Document | None = None

    async def group(self, drafts: Sequence[ReceiptDraft]) -> None:
        """Find the groups of receipts, which are written in rounds, and all who may be their buyers."""
        self.groups, buyers = await rounds.groups(self._ctx, drafts, self._policies)
        self.involved.add(buyers)

    async def record(self, drafts: Sequence[ReceiptDraft]) -> list[RecordResult | None]:
        """Record receipts that all have different numbers. None for those that wait until the others are written."""
        ctx = self._ctx
        references = await _References.load(ctx, drafts, self._policies)
        stored, revised = references.stored, references.revised
        self.settles = self.settles or bool(revised or references.awaited or references.returned)
        buyers = Buyers(ctx, references.customers, self._on_unknown)
        for n, draft in enumerate(drafts):  # said anew if the transaction runs again
            draft.is_revision = n in revised
            draft.id = revised.get(n, draft.id)
        before = {sale_id: await sales.SALES.lock(ctx, sale_id) for sale_id in sorted(revised.values())}
        taught = await lessons.taught(ctx, self._policies, before.values())
        depends = revised or references.awaited or rounds.any_comes_late(drafts)
        if self.groups is None and depends and len(drafts) > 1:
            await self.group(drafts)
        is_needed = revised or self.groups is not None
        named = [each.named(ctx) for each in references.customers.references] if is_needed else []
        revision_of = {
            n: revisions.revision(ctx, self._policies, before[sale_id], named[n], taught.get(sale_id))
            for n, sale_id in revised.items()
        }
        returns = await Returns.load(ctx, [d for n, d in enumerate(drafts) if n not in stored or n in revised])
        results: list[RecordResult | None] = []
        new: list[ReceiptDraft] = []
        newer: list[ReceiptDraft] = []
        corrections: list[tuple[Revision, ReceiptDraft]] = []
        waiting = Waiting(self.groups, named, revision_of)
        all_wait = False
        for n, draft in enumerate(drafts):
            revision = revision_of.get(n)
            all_wait = all_wait or buyers.is_unsure(n)
            if all_wait or waiting.waits(n, draft):
                results.append(None)
            elif n in stored and n not in revised:
                results.append(await _compare(ctx, draft, stored[n]))
            elif (problem := returns.refuse(draft)) is not None:
                results.append(RecordResult.refused(problem))
            else:
                returned_from, awaited = returns.buyers(draft), returns.awaited(draft)
                if revision is not None:
                    revision.find_buyer(buyers, n, draft, returned_from, awaited)
                else:
                    buyers.resolve(n, draft, returned_from, awaited)
                unsettled = returns.add(draft)  # with its buyer, whom returns in the same batch follow
                waiting.add(n, draft, unsettled=unsettled or n in references.awaited)
                if revision is not None:
                    newer.append(draft)
                    corrections.append((revision, draft))
                    results.append(RecordResult(200, draft.id))
                else:
                    new.append(draft)
                    results.append(RecordResult(201, draft.id))
                    if n in references.awaited or draft.key in references.returned:
                        self.touched.sales.add(draft.id)
                        self.touched.moved.add(draft.id)
        withdrawn: dict[UUID, Withdrawn] = defaultdict(Withdrawn)
        for revision, draft in corrections:
            withdrawn[revision.before["customer_id"]] |= revision.withdrawn(draft)
        await forgotten_keys.lock_resting(ctx, withdrawn)  # before customers change, as all transactions do
        if depends or self.groups is not None or buyers.lessons:
            self.involved.add([*references.involved, *(draft.customer_id for draft in (*new, *newer))])
            await self.involved.lock(ctx)
        for revision, draft in sorted(corrections, key=lambda each: str(each[0].before["customer_id"])):  # locks
            await revision.forget(ctx, draft)
        if buyers.created or buyers.lessons:
            created = sorted(buyers.created, key=lambda customer: customer.id)
            await customers.write_drafts(ctx, created, buyers.lessons)
            await customers.record_created(ctx, buyers.created, created_from="sale")
            buyers.tell_what_was_learnt()
        if newer:
            products = [(line.sku, line.name, line.category) for draft in (*new, *newer) for line in draft.lines]
            await store.add_to_catalog(ctx, [draft.new.site for draft in (*new, *newer)], products)
        await self._write(new)
        await revisions.replace(ctx, newer, before, self.touched)
        await forgotten_keys.decide_anew(ctx, withdrawn, self.touched)
        self._policies.note(ctx, _sources([*new, *newer]))
        return results

    async def _write(self, drafts: Sequence[ReceiptDraft]) -> None:
        """Write new receipts."""
        if not drafts:
            return
        # Receipts and customers' totals are written in consistent lock order, so no deadlocks.
        ordered = sorted(drafts, key=lambda draft: draft.key)
        rows = [draft.row(self._ctx.now) for draft in ordered]
        lines = [line for draft in ordered for line in draft.line_rows()]
        titles = [draft.title for draft in ordered]
        if self._with_document and not self.settles:  # what is settled later is not in the document yet
            self.document, with_reactions = await store.write_one(self._ctx, rows[0], titles[0], lines)
        else:
            with_reactions = await store.write(self._ctx, rows, titles, lines, with_totals=not self.settles)
        # The events were written with the receipts; only those that have reactions are needed here.
        self._ctx.pending.extend(
            (draft.event, with_reactions[draft.id]) for draft in ordered if draft.id in with_reactions
        )
        if self.settles:
            self.touched.new.update(draft.id for draft in drafts)
            self.touched.returned.update(returned_receipts(drafts))
            for draft in drafts:
                self.touched.add_account(draft.customer_id, draft.currency)


def _sources(drafts: Iterable[ReceiptDraft]) -> Iterator[str]:
    """Those of receipts, and of the identities that they name."""
    for draft in drafts:
        yield draft.new.source
        if draft.new.customer is not None and draft.new.customer.identity is not None:
            yield draft.new.customer.identity.system


async def _compare(ctx: Context, draft: ReceiptDraft, stored: _Stored) -> RecordResult:
    """The result for a receipt whose number is stored in the same or a newer revision."""
    if draft.new.revision < stored.revision:
        return RecordResult(200, stored.id, stale=True)
    if draft.content_hash != stored.content_hash:
        content = json.loads((await sales.SALES.get(ctx, stored.id)).json)
        if errors := resent.differences(draft, content, draft.policy.country or ctx.region):
            return RecordResult.refused(ReceiptDiffers(errors=errors, sale_id=str(stored.id)), stored.id)
        await sales.SALES.remember_content(ctx, {stored.id: draft.content_hash})
    return RecordResult(200, stored.id, replayed=True)
