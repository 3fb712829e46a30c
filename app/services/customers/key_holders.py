"""Which customers hold the identities and contact points of drafts, stored or earlier in the same batch."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyHeld
from app.rules.customers.nobody import identity_of_nobody
from app.rules.customers.resolution import Holders, proves_second_id
from app.schemas.customers.customers import CustomerNew
from app.services.customers.drafts import ContactPointKey, CustomerDraft
from app.store.customers import contact_points as points_store
from app.store.customers import customers as store

_Key = tuple[str, ...]


@dataclass
class KeyHolders:
    _holders: dict[_Key, UUID]
    _shared: set[_Key]
    """Contact points that customers share. Somebody who is in `_holders` may have them alone all the same."""
    _beside: set[tuple[UUID, _Key]]
    """Customers who have one that they do not hold, as shared or while they are archived."""

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[CustomerDraft]) -> "KeyHolders":
        contact_points = [key for d in drafts for key in d.contact_point_keys if key is not None]
        identities = [key for d in drafts for key in d.identity_keys if key is not None]
        holders: dict[_Key, UUID] = {}
        shared: set[_Key] = set()
        if contact_points:
            for row in await points_store.holders(ctx, contact_points):
                key = ("contact_point", row["kind"], row["normalized"], row["extension"])
                if row["customer_id"] is None:
                    shared.add(key)
                else:
                    holders[key] = row["customer_id"]
        if identities:
            rows = await store.holders_of_identities(ctx, identities)
            holders |= {("identity", r["system"], r["external_id"]): r["customer_id"] for r in rows}
        loaded = cls(holders, shared, set())
        await loaded._load_beside(ctx, drafts)
        return loaded

    async def _load_beside(self, ctx: Context, drafts: Sequence[CustomerDraft]) -> None:
        """It only matters where a draft names several customers."""
        named, contact_points = set[UUID](), set[ContactPointKey]()
        for draft in drafts:
            holders = {self._holders[key] for _, key in _keys(draft) if key in self._holders} - {draft.id}
            if len(holders) > 1:
                named |= holders
                contact_points.update(key for key in draft.contact_point_keys if key is not None)
        if named and contact_points:
            found = await points_store.had_beside(ctx, named, contact_points)
            self._beside = {(customer_id, ("contact_point", *key)) for customer_id, key in found}

    @property
    def customer_ids(self) -> set[UUID]:
        return set(self._holders.values())

    def conflict(self, draft: CustomerDraft) -> AlreadyHeld | None:
        """The problem if another customer has one of the draft's keys.

        A contact point does not count that somebody else whom it names has too: it is them, who share it.
        """
        named = [
            (pointer, key, self._holders[key])
            for pointer, key in _keys(draft)
            if self._holders.get(key, draft.id) != draft.id
        ]
        others = {holder for *_, holder in named}
        decisive = [each for each in named if not any((other, each[1]) in self._beside for other in others)]
        held = [(pointer, holder) for pointer, _, holder in decisive or named]
        if not held:
            return None
        errors = [
            {
                "pointer": pointer,
                "code": "held",
                "detail": f"Already belongs to customer {holder}",
                "customer_id": str(holder),
            }
            for pointer, holder in held
        ]
        return AlreadyHeld(errors=errors, customer_ids=sorted({str(holder) for _, holder in held}))

    def contradiction(
        self, ctx: Context, new: CustomerNew, draft: CustomerDraft, customer_id: UUID, stored: Mapping[str, Any]
    ) -> AlreadyHeld | None:
        """The problem if the draft is hardly the `stored` customer, the only one who has any of its keys: it has
        another id in the same system, or is of another kind and none of its identities is theirs.
        """
        errors = []
        named = self._named_systems(draft)
        if not named and "kind" in new.model_fields_set and new.kind != stored["kind"]:
            errors.append(("/kind", f"Customer {customer_id} is of the kind {stored['kind']}"))
        errors += self._second_ids(ctx, draft, customer_id, stored, named)
        return _contradicts(errors, customer_id)

    def second_id(
        self, ctx: Context, draft: CustomerDraft, customer_id: UUID, stored: Mapping[str, Any], system: str
    ) -> AlreadyHeld | None:
        """The problem if a draft for the `stored` customer, who was named by their id in a system, has another id in
        one more system that they have an id in.
        """
        named = self._named_systems(draft) | {system}
        return _contradicts(self._second_ids(ctx, draft, customer_id, stored, named), customer_id)

    def _named_systems(self, draft: CustomerDraft) -> set[str]:
        """The systems in which one of the draft's ids is somebody's: the draft itself says that its others there are
        the same one's.
        """
        return {key[0] for key in draft.identity_keys if key is not None and ("identity", *key) in self._holders}

    def _second_ids(
        self, ctx: Context, draft: CustomerDraft, customer_id: UUID, stored: Mapping[str, Any], named: Collection[str]
    ) -> list[tuple[str, str]]:
        held = [self._holders.get(("contact_point", *key)) for key in draft.contact_point_keys if key is not None]
        points = [Holders(frozenset(() if holder is None else (holder,))) for holder in held]
        if proves_second_id(customer_id, points):
            return []
        has = {
            i["system"]: i["external_id"]
            for i in stored["identities"]
            if not identity_of_nobody(i["system"], i["external_id"], ctx.values_of_nobody)
        }
        return [
            (f"/identities/{n}", f"Customer {customer_id} is {has[key[0]]} in {key[0]}")
            for n, key in enumerate(draft.identity_keys)
            if key is not None and key[0] in has and key[0] not in named
        ]

    def hold(self, draft: CustomerDraft, customer_id: UUID) -> None:
        """From now on the keys of the draft are those of a customer: of the draft itself, or of who has learnt them."""
        for _, key in _keys(draft):
            if key not in self._shared:
                self._holders.setdefault(key, customer_id)
        self._shared.update(("contact_point", *key) for key in draft.shared_keys)

    def held_contact_points(self, draft: CustomerDraft) -> list[int]:
        """The positions of the draft's contact points that another customer holds."""
        return [
            n
            for n, key in enumerate(draft.contact_point_keys)
            if key is not None and self._holders.get(("contact_point", *key), draft.id) != draft.id
        ]

    def shared_positions(self, draft: CustomerDraft) -> set[int]:
        """Where in what was sent the contact points stand that others share, and that nobody has alone."""
        return {
            draft.sent_positions[n]
            for n, key in enumerate(draft.contact_point_keys)
            if key is not None
            and ("contact_point", *key) in self._shared
            and ("contact_point", *key) not in self._holders
        }

    def has_only_shared(self, draft: CustomerDraft) -> bool:
        """Whether all keys of the draft are contact points that others share, or may share."""
        own = len(draft.contact_point_keys) - draft.contact_point_keys.count(None)
        shared = len(self.shared_positions(draft))
        return not any(draft.identity_keys) and own == shared and bool(shared or draft.shared_keys)

    def share(self, keys: Sequence[ContactPointKey]) -> None:
        """Nobody holds these alone any more."""
        for key in keys:
            self._holders.pop(("contact_point", *key), None)
            self._shared.add(("contact_point", *key))


async def conflict(ctx: Context, draft: CustomerDraft) -> AlreadyHeld | None:
    return (await KeyHolders.load(ctx, [draft])).conflict(draft)


def _contradicts(errors: Sequence[tuple[str, str]], customer_id: UUID) -> AlreadyHeld | None:
    """The problem at these pointers, each with what is known."""
    listed = [
        {"pointer": pointer, "code": "contradicts", "detail": detail, "customer_id": str(customer_id)}
        for pointer, detail in errors
    ]
    return AlreadyHeld(errors=listed, customer_ids=[str(customer_id)]) if listed else None


def _keys(draft: CustomerDraft) -> list[tuple[str, _Key]]:
    """Pointer and key."""
    keys: list[tuple[str, _Key]] = [
        (f"/identities/{n}", ("identity", *key)) for n, key in enumerate(draft.identity_keys) if key is not None
    ]
    return keys + [
        (f"/contact_points/{draft.sent_positions[n]}", ("contact_point", *key))
        for n, key in enumerate(draft.contact_point_keys)
        if key is not None
    ]
