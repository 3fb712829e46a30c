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
from app.services.customers.drafts import CustomerDraft
from app.store.customers import customers as store

_Key = tuple[str, ...]


@dataclass
class KeyHolders:
    _holders: dict[_Key, UUID]

    @classmethod
    async def load(cls, ctx: Context, drafts: Sequence[CustomerDraft]) -> "KeyHolders":
        contact_points = [key for d in drafts for key in d.contact_point_keys if key is not None]
        identities = [key for d in drafts for key in d.identity_keys if key is not None]
        holders: dict[_Key, UUID] = {}
        if contact_points:
            rows = await store.holders_of_contact_points(ctx, contact_points)
            holders |= {("contact_point", r["kind"], r["normalized"], r["extension"]): r["customer_id"] for r in rows}
        if identities:
            rows = await store.holders_of_identities(ctx, identities)
            holders |= {("identity", r["system"], r["external_id"]): r["customer_id"] for r in rows}
        return cls(holders)

    @property
    def customer_ids(self) -> set[UUID]:
        return set(self._holders.values())

    def conflict(self, draft: CustomerDraft) -> AlreadyHeld | None:
        """The problem if another customer has one of the draft's keys."""
        held = [
            (pointer, self._holders[key])
            for pointer, key in _keys(draft)
            if self._holders.get(key, draft.id) != draft.id
        ]
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
        self._holders |= {key: customer_id for _, key in _keys(draft)}

    def held_contact_points(self, draft: CustomerDraft) -> list[int]:
        """The positions of the draft's contact points that another customer holds."""
        return [
            n
            for n, key in enumerate(draft.contact_point_keys)
            if key is not None and self._holders.get(("contact_point", *key), draft.id) != draft.id
        ]

    def share(self, keys: Sequence[tuple[str, str, str]]) -> None:
        """Nobody holds these alone any more."""
        for key in keys:
            self._holders.pop(("contact_point", *key), None)


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
