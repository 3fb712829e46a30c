"""Creating customers, one or many, and what becomes of those whose keys somebody has already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld, Conflict, Problem
from app.core.ids import new_id
from app.rules.customers.customers import OnMatch
from app.rules.customers.sources import SourcePolicy
from app.rules.kit import event_types
from app.schemas.customers.customers import CustomerNew
from app.services.customers import changes, drafts, filling
from app.services.customers.drafts import CustomerDraft, draft_customer, require_quiet_hours
from app.services.customers.key_holders import KeyHolders
from app.services.customers.resent import find_same, find_same_sharer
from app.services.customers.sharing import with_shared
from app.services.customers.sources import Policies, load_policies, under
from app.services.kit.record_result import RecordResult
from app.store.customers import contact_points as points_store
from app.store.customers import customers as store
from app.store.kit import events
from app.store.kit.events import Event


async def create(
    ctx: Context, customers: Sequence[CustomerNew], on_match: OnMatch | None, source: str | None, *, replay: bool
) -> list[RecordResult]:
    """One result for each, in order. With `replay`, a customer who is stored with the same content answers 200.

    Without `on_match`, the policy of the source decides; without a `source`, that is the system of the first identity.
    """
    results: dict[int, RecordResult] = {}
    valid: dict[int, CustomerDraft] = {}
    missing = await _missing_referrers(ctx, customers)
    sources = [source or _first_system(new) for new in customers]
    policies = await load_policies(ctx, sources)
    for n, new in enumerate(customers):
        try:
            if new.referred_by in missing:
                raise changes.referrer_not_found()
            require_quiet_hours(new)
            valid[n] = draft_customer(under(ctx, policies.of(sources[n])), new_id(), new, created_by_source=sources[n])
        except Problem as problem:
            results[n] = RecordResult.refused(problem)
    holders = await KeyHolders.load(ctx, list(valid.values()))
    deciding = [on_match or policies.of(sources[n]).on_match for n in valid]
    if any(decision is not OnMatch.REFUSE for decision in deciding):
        # They may change: all are locked at once and in order, so no deadlocks.
        await store.lock(ctx, holders.customer_ids)
    creation = _Creation(ctx, holders, policies, on_match, replay)
    for n, draft in valid.items():
        results[n] = await creation.add(customers[n], draft)
    await creation.write()
    policies.note(ctx, [sources[n] for n, result in results.items() if result.problem is None])
    return [results[n] for n in range(len(customers))]


def _first_system(new: CustomerNew) -> str | None:
    return new.identities[0].system if new.identities else None


async def record_created(ctx: Context, created: Sequence[CustomerDraft], created_from: str | None = None) -> None:
    """`created_from` is what kind of record made them up, whose keys are all that is known of them."""
    type_ = event_types.CUSTOMER_CREATED
    recorded = [
        Event(type_, d.id, d.id, type_.titled(name=d.row["display_name"]), ctx.now, data=_data(d, created_from))
        for d in created
    ]
    await events.record_all(ctx, recorded)


def _data(created: CustomerDraft, created_from: str | None) -> dict[str, Any]:
    if created_from is None:
        return {}
    keys = [{"kind": point["kind"], "value": point["value"]} for point in created.contact_points]
    keys += [{"kind": "identity", "value": f"{i['system']}:{i['external_id']}"} for i in created.identities]
    return {"keys": keys, "created_from": created_from}


@dataclass
class _Creation:
    """The customers of one batch. Those who are new are written together."""

    _ctx: Context
    holders: KeyHolders
    policies: Policies
    on_match: OnMatch | None
    replay: bool
    _unwritten: list[CustomerDraft] = field(default_factory=list)
    _earlier: dict[UUID, CustomerNew] = field(default_factory=dict)
    """Those of the same batch who are not stored yet."""

    async def add(self, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        policy = self.policies.of(draft.created_by_source)
        ctx = under(self._ctx, policy)
        conflict = self.holders.conflict(draft)
        try:
            if conflict is not None:
                if self.replay and (same := await find_same(self._ctx, ctx, new, conflict, self._earlier)) is not None:
                    return RecordResult(200, same, replayed=True)
                match self.on_match or policy.on_match:
                    case OnMatch.MATCH:
                        return await self._match(policy, new, draft, conflict)
                    case OnMatch.REFUSE:
                        raise conflict
            elif self.replay and self.holders.has_only_shared(draft):
                await self.write()
                if (same := await find_same_sharer(self._ctx, ctx, new, draft)) is not None:
                    return RecordResult(200, same, replayed=True)
            if not policy.may_create:
                raise Conflict(f"The source {policy.code} may not create customers")
            return self._create(ctx, new, draft) if conflict is None else await self._keep(ctx, new, draft)
        except Problem as problem:
            return RecordResult.refused(problem)

    async def write(self) -> None:
        if self._unwritten:
            await drafts.write_drafts(self._ctx, self._unwritten)
            await record_created(self._ctx, self._unwritten)
        self._unwritten, self._earlier = [], {}

    def _create(self, ctx: Context, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        if positions := self.holders.shared_positions(draft):
            new, draft = _sharing(ctx, new, draft, positions)
        self.holders.hold(draft, draft.id)
        self._earlier[draft.id] = new
        self._unwritten.append(draft)
        return RecordResult(201, draft.id)

    async def _match(
        self, policy: SourcePolicy, new: CustomerNew, draft: CustomerDraft, conflict: AlreadyHeld
    ) -> RecordResult:
        """It is the customer who has its keys, if that is one and nothing else contradicts it; they learn what is new,
        and nothing is overwritten.
        """
        holders = [UUID(holder) for holder in conflict.extensions["customer_ids"]]
        if len(holders) > 1:
            raise conflict
        if holders[0] in self._earlier or self.holders.shared_positions(draft):
            await self.write()

        def check(stored: Mapping[str, Any]) -> None:
            if (problem := self.holders.contradiction(self._ctx, new, draft, holders[0], stored)) is not None:
                raise problem

        await filling.fill(self._ctx, holders[0], new, policy, check)
        if policy.may_teach:
            self.holders.hold(draft, holders[0])
        return RecordResult(200, holders[0], matched=True)

    async def _keep(self, ctx: Context, new: CustomerNew, draft: CustomerDraft) -> RecordResult:
        """They are a customer of their own, and share the contact points of others. Identities are not shared."""
        held = self.holders.held_contact_points(draft)
        keys = [key for n in held if (key := draft.contact_point_keys[n]) is not None]
        shared, draft = _sharing(ctx, new, draft, {draft.sent_positions[n] for n in held})
        if (conflict := self.holders.conflict(draft)) is not None:
            raise conflict
        await self.write()
        for row in await points_store.share(ctx, keys):
            listed = [
                {"pointer": f"/contact_points/{place}/shared", "stored": False, "sent": True} for place in row["places"]
            ]
            await store.CUSTOMERS.change(ctx, row["customer_id"], {})
            type_, data = event_types.CUSTOMER_UPDATED, {"changes": listed}
            await changes.record(ctx, type_, row["customer_id"], row["display_name"], data)
        self.holders.share(keys)
        return self._create(ctx, shared, draft)


def _sharing(
    ctx: Context, new: CustomerNew, draft: CustomerDraft, positions: set[int]
) -> tuple[CustomerNew, CustomerDraft]:
    shared = with_shared(new, positions)
    return shared, draft_customer(ctx, draft.id, shared, created_by_source=draft.created_by_source)


async def _missing_referrers(ctx: Context, customers: Sequence[CustomerNew]) -> set[UUID]:
    referrers = {new.referred_by for new in customers if new.referred_by is not None}
    return referrers - await store.existing_ids(ctx, referrers) if referrers else set()
