"""Creating customers, one or many, and what becomes of those whose keys somebody has already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, Problem
from app.core.ids import new_id
from app.rules.customers.customers import OnMatch
from app.rules.kit import event_types
from app.schemas.customers.customers import CustomerNew
from app.services.customers import changes, drafts, filling
from app.services.customers.drafts import CustomerDraft, draft_customer
from app.services.customers.key_holders import KeyHolders
from app.services.kit.record_result import RecordResult
from app.services.kit.resent import differing
from app.store.customers import customers as store
from app.store.kit import events
from app.store.kit.events import Event


async def create(
    ctx: Context, customers: Sequence[CustomerNew], on_match: OnMatch, *, replay: bool
) -> list[RecordResult]:
    """One result for each, in order. With `replay`, a customer who is stored with the same content answers 200."""
    results: dict[int, RecordResult] = {}
    valid: dict[int, CustomerDraft] = {}
    missing = await _missing_referrers(ctx, customers)
    for n, new in enumerate(customers):
        try:
            if new.referred_by in missing:
                raise changes.referrer_not_found()
            valid[n] = draft_customer(ctx, new_id(), new)
        except Problem as problem:
            results[n] = RecordResult.refused(problem)
    creation = _Creation(ctx, await KeyHolders.load(ctx, list(valid.values())), on_match, replay)
    for n, draft in valid.items():
        results[n] = await creation.add(customers[n], draft)
    await creation.write()
    return [results[n] for n in range(len(customers))]


async def record_created(ctx: Context, created: Sequence[CustomerDraft]) -> None:
    type_ = event_types.CUSTOMER_CREATED
    recorded = [Event(type_, d.id, d.id, type_.titled(name=d.row["display_name"]), ctx.now) for d in created]
    await events.record_all(ctx, recorded)


@dataclass
class _Creation:
    """The customers of one batch. Those who are new are written together."""

    ctx: Context
    holders: KeyHolders
    on_match: OnMatch
    replay: bool
    _unwritten: list[CustomerDraft] = field(default_factory=list)
    _earlier: dict[UUID, CustomerNew] = field(default_factory=dict)
    """Those of the same batch who are not stored yet."""

    async def add(self, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        conflict = self.holders.conflict(draft)
        if conflict is None:
            return self._create(new, draft)
        if self.replay and (same := await _find_same(self.ctx, new, conflict, self._earlier)) is not None:
            return RecordResult(200, same, replayed=True)
        try:
            match self.on_match:
                case OnMatch.MATCH:
                    return await self._match(new, draft, conflict)
                case OnMatch.KEEP:
                    return await self._keep(new, draft)
        except Problem as problem:
            return RecordResult.refused(problem)
        return RecordResult.refused(conflict)

    async def write(self) -> None:
        if self._unwritten:
            await drafts.write_drafts(self.ctx, self._unwritten)
            await record_created(self.ctx, self._unwritten)
        self._unwritten, self._earlier = [], {}

    def _create(self, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        self.holders.hold(draft, draft.id)
        self._earlier[draft.id] = new
        self._unwritten.append(draft)
        return RecordResult(201, draft.id)

    async def _match(self, new: CustomerNew, draft: CustomerDraft, conflict: AlreadyHeld) -> RecordResult:
        """It is the customer who has its keys, if that is one; they learn what is new, and nothing is overwritten."""
        holders = [UUID(holder) for holder in conflict.extensions["customer_ids"]]
        if len(holders) > 1:
            raise conflict
        if holders[0] in self._earlier:
            await self.write()
        await filling.fill(self.ctx, holders[0], new)
        self.holders.hold(draft, holders[0])
        return RecordResult(200, holders[0], matched=True)

    async def _keep(self, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        """They are a customer of their own, and share the contact points of others. Identities are not shared."""
        held = self.holders.held_contact_points(draft)
        keys = [key for n in held if (key := draft.contact_point_keys[n]) is not None]
        sent = {draft.sent_positions[n] for n in held}
        points = [p.model_copy(update={"shared": p.shared or n in sent}) for n, p in enumerate(new.contact_points)]
        shared = new.model_copy(update={"contact_points": points})
        draft = draft_customer(self.ctx, draft.id, shared)
        if (conflict := self.holders.conflict(draft)) is not None:
            raise conflict
        await self.write()
        for row in await store.share_contact_points(self.ctx, keys):
            change = {"pointer": f"/contact_points/{row['position']}/shared", "stored": False, "sent": True}
            await store.CUSTOMERS.change(self.ctx, row["customer_id"], {})
            await changes.record(
                self.ctx,
                event_types.CUSTOMER_UPDATED,
                row["customer_id"],
                row["display_name"],
                {"changes": [change]},
            )
        self.holders.share(keys)
        return self._create(shared, draft)


async def _find_same(
    ctx: Context, new: CustomerNew, problem: AlreadyHeld, earlier: Mapping[UUID, CustomerNew]
) -> UUID | None:
    """The customer who has the conflicting keys, if everything that was sent is already stored for them."""
    holders = [UUID(holder) for holder in problem.extensions["customer_ids"]]
    if len(holders) != 1:
        return None
    first = earlier.get(holders[0])
    content = first.model_dump(mode="json") if first else changes.body(await store.CUSTOMERS.get(ctx, holders[0]))
    stored, sent = changes.comparable(ctx, content), changes.comparable(ctx, new.model_dump(mode="json"))
    only_sent = {name: sent[name] for name in new.model_fields_set}
    if stored["known_since"] is not None and stored["known_since"] <= (sent["known_since"] or stored["known_since"]):
        only_sent.pop("known_since", None)  # nothing new: they are known since then, or earlier
    return None if differing(CustomerNew, stored, only_sent, ctx.region) else holders[0]


async def _missing_referrers(ctx: Context, customers: Sequence[CustomerNew]) -> set[UUID]:
    referrers = {new.referred_by for new in customers if new.referred_by is not None}
    return referrers - await store.existing_ids(ctx, referrers) if referrers else set()
