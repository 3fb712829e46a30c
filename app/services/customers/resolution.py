"""Finds the customers of incoming records, alike in all domains."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, reference_not_found
from app.rules.customers.contact_points import NotAContact, normalize
from app.rules.customers.customers import ContactKind
from app.rules.customers.resolution import Key, Match, candidates, contact_point_key, identity_key
from app.store.customers import resolution as store
from app.store.kit.references import ReferencedRecord

_MOST_CANDIDATES = 20


class Contact(Protocol):
    @property
    def kind(self) -> ContactKind: ...
    @property
    def value(self) -> str: ...


@dataclass(frozen=True, slots=True)
class CustomerReference:
    """What a record says about its customer, as it was entered."""

    customer_id: UUID | None = None
    identity: tuple[str, str] | None = None
    """System and external id."""
    contacts: Sequence[tuple[ContactKind, str]] = ()
    """The most specific one first."""
    name: str | None = None
    """Not used to find a customer."""

    @classmethod
    def by_contact(cls, customer_id: UUID | None, contact: Contact | None) -> "CustomerReference":
        """The customer with this id, or else who can be reached by `contact`."""
        if customer_id is not None or contact is None:
            return cls(customer_id)
        return cls(contacts=[(contact.kind, contact.value)])

    def keys(self, region: str) -> list[Key]:
        """The keys by which the customer can be found, the most specific first. Invalid contacts are skipped."""
        keys = [identity_key(*self.identity)] if self.identity is not None else []
        for kind, value in self.contacts:
            try:
                keys.append(contact_point_key(kind, normalize(kind, value, region).value))
            except NotAContact:  # the record stores it as it was entered
                continue
        return keys


NOBODY = CustomerReference()


@dataclass(frozen=True, slots=True)
class Facts:
    """What services need to know of a customer to decide about a record."""

    tags: Sequence[str] = ()
    unwelcome_channels: Sequence[dict[str, Any]] = ()

    @classmethod
    def from_json(cls, data: str | None) -> "Facts":
        if data is None:
            return cls()
        facts = json.loads(data)
        return cls(facts["tags"], facts["unwelcome"] or ())


@dataclass(frozen=True, slots=True)
class Resolution:
    match: Match
    customer_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    """Where several customers may be meant, the first 20 of them by id."""


@dataclass
class Resolver:
    """Resolves the customers of the records of one batch, from the result of one lookup (see `keys` and `add`)."""

    region: str
    references: Sequence[CustomerReference]
    facts: dict[UUID, Facts] = field(default_factory=dict)
    """Of all customers that the lookup found, if it reads facts."""
    _ids: set[UUID] = field(default_factory=set)
    _holders: dict[Key, set[UUID]] = field(default_factory=lambda: defaultdict(set))

    @cached_property
    def _keys(self) -> list[list[Key]]:
        return [reference.keys(self.region) for reference in self.references]

    def keys(self) -> dict[str, list[tuple[Any, ...]]]:
        """The keys for a `Lookup` with the references of `store.customers.resolution`."""
        by_kind: dict[str, list[tuple[Any, ...]]] = {"identity": [], "contact_point": [], "customer": []}
        for n, reference in enumerate(self.references):
            if reference.customer_id is not None:
                by_kind["customer"].append((n, reference.customer_id))
            for position, (kind, first, second) in enumerate(self._keys[n]):
                by_kind[kind].append((n, position, first, second))
        return by_kind

    def add(self, records: Iterable[ReferencedRecord]) -> None:
        """Add what the lookup found; references of other kinds are ignored."""
        for record in records:
            match record.kind:
                case "identity" | "contact_point":
                    self._holders[self._keys[record.n][record.position]].add(record.id)
                case "customer":
                    self._ids.add(record.id)
                case _:
                    continue
            if record.id not in self.facts:
                self.facts[record.id] = Facts.from_json(record.data)

    def missing(self, n: int) -> Problem | None:
        """The problem of the n-th record if it refers to a customer by an id that nobody has."""
        customer_id = self.references[n].customer_id
        if customer_id is None or customer_id in self._ids:
            return None
        return reference_not_found("/customer_id", "Customer")

    def resolve(self, n: int) -> Resolution:
        """The customer of the n-th record. The id of an existing customer takes precedence over the keys."""
        reference, keys = self.references[n], self._keys[n]
        if reference.customer_id is not None and reference.customer_id in self._ids:
            return Resolution(Match.MATCHED, reference.customer_id)
        remaining = candidates(self._holders.get(key, ()) for key in keys)
        if len(remaining) == 1:
            return Resolution(Match.MATCHED, next(iter(remaining)))
        if remaining:
            return Resolution(Match.AMBIGUOUS, candidates=tuple(sorted(remaining))[:_MOST_CANDIDATES])
        return Resolution(Match.ANONYMOUS if reference == NOBODY else Match.UNMATCHED)

    def found_by(self, n: int, customer_id: UUID) -> str:
        """What found this customer of the n-th record: `id`, `identity`, or the kind of a contact point."""
        if customer_id == self.references[n].customer_id:
            return "id"
        kind, first, _ = next(key for key in self._keys[n] if customer_id in self._holders.get(key, ()))
        return kind if kind == "identity" else first

    def usable_contacts(self, n: int) -> list[tuple[ContactKind, str]]:
        """The valid contacts of the n-th record, as they were entered."""
        kinds = {key[1] for key in self._keys[n] if key[0] == "contact_point"}
        return [(kind, value) for kind, value in self.references[n].contacts if kind.value in kinds]

    def can_be_found(self, n: int) -> bool:
        """Whether the n-th record has any key by which its customer can be found, now or later."""
        return bool(self._keys[n])

    def add_created(self, n: int, customer_id: UUID) -> None:
        """Add a customer who was created for the n-th record: later records with the same keys are theirs."""
        for key in self._keys[n]:
            self._holders[key].add(customer_id)


async def find_customer(ctx: Context, reference: CustomerReference) -> Resolution:
    """The customer of a single reference."""
    resolver = Resolver(ctx.region, [reference])
    resolver.add(await store.REFERENCES.load(ctx, resolver.keys()))
    return resolver.resolve(0)
