"""How the customer of a record is identified by the keys that the record has."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.rules.customers.contact_points import normalize
from app.rules.customers.customers import ContactKind
from app.rules.customers.nobody import Values, identity_of_nobody

Key = tuple[str, str, str]
"""("identity", system, external id), or ("contact_point", kind, normalised value)."""


class Match(StrEnum):
    """Whether the customer of a record was identified. It is `anonymous` if the record says nothing about them."""

    ANONYMOUS = "anonymous"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    """No customer has any of the keys, or no key identifies anybody."""
    AMBIGUOUS = "ambiguous"
    """Several customers have them, they are those of different customers, or they do not suffice to tell whether the
    one who has them is meant.
    """


class ReasonResult(StrEnum):
    """What became of a key of a record, or what else decided."""

    FOUND = "found"
    """A customer has the key."""
    LEARNT = "learnt"
    """Nobody had it; it has become that of the customer whom the other keys found."""
    CREATED = "created"
    """Nobody had it; a customer was created with it."""
    UNKNOWN = "unknown"
    """Nobody has it."""
    OF_NOBODY = "of_nobody"
    """It identifies nobody, or is no number or address."""
    LINKED = "linked"
    """The customer is that of the record that it is linked to."""
    CLAIMED = "claimed"
    """Somebody has said whose it is, whatever its keys led to."""
    RELEASED = "released"
    """The record was taken from the customer whom it was given to, and does not become theirs again by itself."""
    MAY_NOT_CREATE = "may_not_create"
    """Its source may not create customers."""
    MAY_NOT_TEACH = "may_not_teach"
    """Its source may not add keys to customers."""
    AWAITS_SALE = "awaits_sale"
    """The receipt that it returns is not known yet: it creates nobody, and follows when that receipt comes."""


UNDECIDED = (
    "match = 'ambiguous' OR match = 'unmatched' "
    """AND match_reasons @? '$[*]?(@.result == "unknown" || @.result == "released")'"""
)
"""Condition in SQL on a record, for indexes and those who read them: it names somebody, and it is not known who."""


class EnteredKey(NamedTuple):
    """A key that identifies somebody, with what was entered."""

    key: Key
    extension: str
    """Of a phone number."""
    value: str

    @property
    def kind(self) -> str:
        """`identity`, or the kind of contact point."""
        return "identity" if self.key[0] == "identity" else self.key[1]


class Holders(NamedTuple):
    """Who has a key."""

    owners: frozenset[UUID]
    shared_by: frozenset[UUID] = frozenset()
    """Who has it as one that others may have too."""

    @property
    def all(self) -> frozenset[UUID]:
        return self.owners | self.shared_by if self.shared_by else self.owners

    def without(self, customers: Iterable[UUID]) -> "Holders":
        return Holders(self.owners.difference(customers), self.shared_by.difference(customers))


def identity_key(system: str, external_id: str, of_nobody: Values = frozenset()) -> EnteredKey | None:
    """None for an id such as `WALK-IN`."""
    if identity_of_nobody(system, external_id, of_nobody):
        return None
    return EnteredKey(("identity", system, external_id), "", f"{system}:{external_id}")


def contact_point_key(kind: ContactKind, value: str, region: str, of_nobody: Values = frozenset()) -> EnteredKey | None:
    """None for a value that identifies nobody. Raises NotAContact."""
    form = normalize(kind, value, region, of_nobody)
    return EnteredKey(("contact_point", kind.value, form.value), form.extension, value) if form.identifies else None


def candidates(keys: Iterable[Holders]) -> set[UUID]:
    """The customers who may be meant, given who has each key of a record. One: it is theirs. Several: it is ambiguous.

    Keys that nobody has say nothing. Those that have holders must agree: the candidates are the customers who have all
    of them. A shared key narrows them down, but contradicts nothing, since not everybody who shares it is known. Where
    keys contradict each other, everybody who has one is a candidate.
    """
    known = [holders for holders in keys if holders.all]
    binding = [holders.all for holders in known if holders.owners]
    if not binding:
        return _common([holders.shared_by for holders in known])
    agreed = set(frozenset.intersection(*binding))
    if not agreed:
        return set(frozenset.union(*binding))
    for holders in known:
        agreed = (agreed & holders.all) or agreed
    return agreed


def is_shared_alone(keys: Iterable[Holders]) -> bool:
    """Whether all that is known of a record is one shared key, which identifies nobody alone."""
    known = [holders for holders in keys if holders.all]
    return len(known) == 1 and not known[0].owners


def proves_second_id(customer_id: UUID, contact_points: Sequence[Holders]) -> bool:
    """Whether a customer who has an id in a system has another one there, of which nobody knows, given who has each
    contact point beside it. An ordinary second id is that of somebody else: only several contact points, all of them
    the customer's own, say that it is a new card of theirs.
    """
    return len(contact_points) >= _PROVING and all(customer_id in holders.owners for holders in contact_points)


_PROVING = 2


def _common(sets: Sequence[frozenset[UUID]]) -> set[UUID]:
    """Who is in all of the sets, or else in any."""
    if not sets:
        return set()
    return set(frozenset.intersection(*sets)) or set(frozenset.union(*sets))
