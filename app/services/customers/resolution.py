"""Whose is it? The one place that finds the customer of what comes in."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from app.rules.customers.contact_points import NotAContact, normalize
from app.rules.customers.customers import ContactKind
from app.rules.customers.resolution import Key, Match, candidates, contact_point_key, identity_key
from app.store.kit.references import ReferencedRecord

_MOST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class CustomerReference:
    """What a record says of its customer, as it was entered."""

    customer_id: UUID | None = None
    identity: tuple[str, str] | None = None
    """System and external id."""
    contacts: Sequence[tuple[ContactKind, str]] = ()
    """The most telling one first."""
    name: str | None = None
    """Nobody is found by it."""

    def keys(self, region: str) -> list[Key]:
        """What the customer can be found by, best first. Contacts that are none are passed over."""
        found = [identity_key(*self.identity)] if self.identity is not None else []
        for kind, value in self.contacts:
            try:
                found.append(contact_point_key(kind, normalize(kind, value, region).value))
            except NotAContact:  # the record keeps it all the same, as it was entered
                continue
        return found


NOBODY = CustomerReference()


@dataclass(frozen=True, slots=True)
class Facts:
    """What deciding about a record takes of its customer."""

    tags: Sequence[str] = ()
    unwelcome_channels: Sequence[dict[str, Any]] = ()

    @classmethod
    def of(cls, data: str | None) -> "Facts":
        if data is None:
            return cls()
        read = json.loads(data)
        return cls(read["tags"], read["unwelcome"] or ())


@dataclass(frozen=True, slots=True)
class Resolution:
    match: Match
    customer_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    """The customers who may be meant, where there are several: the first 20 by id."""


@dataclass
class Resolver:
    """The customers of the records of one batch. What it has to know, one lookup finds (see `keys` and `learn`)."""

    region: str
    references: Sequence[CustomerReference]
    facts: dict[UUID, Facts] = field(default_factory=dict)
    """Of all customers that were found, where the lookup asks for them."""
    _ids: set[UUID] = field(default_factory=set)
    _holders: dict[Key, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    @cached_property
    def _keys(self) -> list[list[Key]]:
        return [reference.keys(self.region) for reference in self.references]

    def keys(self) -> dict[str, list[tuple[Any, ...]]]:
        """For a `Lookup` with the references of `store.customers.resolution`."""
        found: dict[str, list[tuple[Any, ...]]] = {"identity": [], "contact_point": [], "customer": []}
        for n, reference in enumerate(self.references):
            if reference.customer_id is not None:
                found["customer"].append((n, reference.customer_id))
            for position, (kind, first, second) in enumerate(self._keys[n]):
                found[kind].append((n, position, first, second))
        return found

    def learn(self, found: Iterable[ReferencedRecord]) -> None:
        """Take in what the lookup found; other kinds of references are passed over."""
        for each in found:
            match each.kind:
                case "identity" | "contact_point":
                    self._holders[self._keys[each.n][each.position]].add(each.id)
                case "customer":
                    self._ids.add(each.id)
                case _:
                    continue
            if each.id not in self.facts:
                self.facts[each.id] = Facts.of(each.data)

    def exists(self, customer_id: UUID) -> bool:
        """Whether a customer who was named by their id is there."""
        return customer_id in self._ids

    def resolve(self, n: int) -> Resolution:
        """Whose the n-th record is. Who is named by an id that is there is believed; then the keys decide."""
        reference, keys = self.references[n], self._keys[n]
        if reference.customer_id is not None and reference.customer_id in self._ids:
            return Resolution(Match.MATCHED, reference.customer_id)
        left = candidates(self._holders.get(key, ()) for key in keys)
        if len(left) == 1:
            return Resolution(Match.MATCHED, next(iter(left)))
        if left:
            return Resolution(Match.AMBIGUOUS, candidates=tuple(sorted(left))[:_MOST_CANDIDATES])
        return Resolution(Match.ANONYMOUS if reference == NOBODY else Match.UNMATCHED)

    def usable_contacts(self, n: int) -> list[tuple[ContactKind, str]]:
        """The contacts of the n-th record that are such, as they were entered."""
        kinds = {key[1] for key in self._keys[n] if key[0] == "contact_point"}
        return [(kind, value) for kind, value in self.references[n].contacts if kind.value in kinds]

    def can_be_found(self, n: int) -> bool:
        """Whether the n-th record says anything that its customer could be found by, now or later."""
        return bool(self._keys[n])

    def made(self, n: int, customer_id: UUID) -> None:
        """The customer of the n-th record was created on the way: later records with the same keys are theirs."""
        for key in self._keys[n]:
            self._holders[key].add(customer_id)
