"""What somebody has decided about a record that says again and again who its customer is."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.rules.customers.resolution import Holders, Key
from app.services.customers.references import CustomerReference


class Excluded(NamedTuple):
    """What does not say whose the record is."""

    customers: Sequence[UUID] = ()
    """Those whom it was taken from, the last one at the end."""
    keys: frozenset[Key] = frozenset()
    """Those that it had when that was decided, as `CustomerReference.named` has them."""
    pupil: UUID | None = None
    taught: frozenset[Key] = frozenset()
    """Keys that nothing but an earlier revision of the record says to be the pupil's."""

    @classmethod
    def of(cls, taken_from: Sequence[UUID]) -> "Excluded | None":
        """Those whom a record was taken from, if any."""
        return cls(taken_from) if taken_from else None

    def has_id_of(self, reference: CustomerReference) -> bool:
        return reference.customer_id in self.customers or not self.keys.isdisjoint(reference.named_by_id)

    def has(self, key: Key, holders: Holders) -> bool:
        """Whether a key is one of them, or of somebody whom the record was taken from."""
        return key in self.keys or not holders.all.isdisjoint(self.customers)

    def left(self, key: Key, holders: Holders) -> Holders:
        """Whom a key may mean."""
        if key in self.keys:
            return Holders(frozenset())
        pupil = () if self.pupil is None or key not in self.taught else (self.pupil,)
        return holders.without((*self.customers, *pupil))

    def taken_from(self, key: Key, holders: Holders) -> Sequence[UUID]:
        """Whom the record with this key was taken from: who has it, or the last one if somebody else has it by now."""
        if found := sorted(holders.all.intersection(self.customers)):
            return found
        return self.customers[-1:] if holders.all and key in self.keys else ()

    def has_taught_id(self, customer_id: UUID, system: str) -> bool:
        """Whether the id of this customer in a system is one of the keys that were taught."""
        return customer_id == self.pupil and any(key[:2] == ("identity", system) for key in self.taught)
