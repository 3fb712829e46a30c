"""Finds the customers of incoming records, alike in all domains."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from app.core.context import Context
from app.core.errors import Problem, invalid, reference_not_found
from app.rules.customers.resolution import (
    EnteredKey,
    Holders,
    Key,
    Match,
    ReasonResult,
    candidates,
    is_shared_alone,
    proves_second_id,
)
from app.rules.kit.links import MOST_CANDIDATES
from app.services.customers.exclusions import Excluded
from app.services.customers.references import CustomerReference, ReadKeys
from app.store.customers import resolution as store
from app.store.kit.references import ReferencedRecord

Reason = Mapping[str, str | None]
"""A MatchReason: `kind`, `value` (as it was sent), `customer_id` and `result`."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What services need to know of a customer to decide about a record."""

    tags: Sequence[str] = ()
    unwelcome_channels: Sequence[dict[str, Any]] = ()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Facts":
        return cls(data["tags"], data["unwelcome"] or ()) if "tags" in data else _NO_FACTS


_NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Resolution:
    match: Match
    customer_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    """Where several customers may be meant, the first 20 of them by id."""
    reasons: Sequence[Reason] = ()
    """What each key led to, those that found somebody first; of one that is matched, the key that decided."""
    certain: bool = False
    """Whether a key of the record is the customer's own, and not only shared by them."""

    def is_others(self, customer_id: UUID) -> bool:
        """Whether it is known who may be meant, and that this customer is not."""
        return 0 < len(self.candidates) < MOST_CANDIDATES and customer_id not in self.candidates

    def columns(self) -> dict[str, Any]:
        """Of the row of a record, beside that of its customer."""
        return {
            "match": self.match.value,
            "candidates": list(self.candidates),
            "match_reasons": list(self.reasons),
        }


NO_CUSTOMER = Resolution(Match.ANONYMOUS)


class _Holder(NamedTuple):
    """A customer who has a key, and how."""

    customer_id: UUID
    shared: bool = False
    extension: str = ""
    opted_out: Sequence[str] = ()


@dataclass
class Resolver:
    """Resolves the customers of the records of one batch, from the result of one lookup (see `keys` and `add`)."""

    ctx: Context
    references: Sequence[CustomerReference]
    facts: dict[UUID, Facts] = field(default_factory=dict)
    """Of all customers that the lookup found, if it reads facts."""
    _ids: set[UUID] = field(default_factory=set)
    _holders: dict[Key, list[_Holder]] = field(default_factory=lambda: defaultdict(list))
    _has_id: set[tuple[UUID, str]] = field(default_factory=set)
    """Customers who have an id in a system that a record names, with the system."""

    @cached_property
    def _read(self) -> list[ReadKeys]:
        return [reference.keys(self.ctx) for reference in self.references]

    @cached_property
    def _keys(self) -> list[list[EnteredKey]]:
        return [read.usable for read in self._read]

    @cached_property
    def _systems(self) -> list[str]:
        """Those of the ids by which records name their customers; empty where one names none."""
        return [next((key[1] for key, *_ in keys if key[0] == "identity"), "") for keys in self._keys]

    def keys(self) -> dict[str, list[tuple[Any, ...]]]:
        """The keys for a `Lookup` with the references of `store.customers.resolution`."""
        by_kind: dict[str, list[tuple[Any, ...]]] = {"identity": [], "contact_point": [], "customer": []}
        for n, reference in enumerate(self.references):
            if reference.customer_id is not None:
                by_kind["customer"].append((n, reference.customer_id))
            system = self._systems[n]
            for position, ((kind, first, second), *_) in enumerate(self._keys[n]):
                key = (n, position, first, second)
                by_kind[kind].append(key if kind == "identity" else (*key, system))
        return by_kind

    def add(self, records: Iterable[ReferencedRecord]) -> None:
        """Add what the lookup found; references of other kinds are ignored."""
        added: set[tuple[Any, ...]] = set()
        for record in records:
            if record.kind not in ("identity", "contact_point", "customer"):
                continue
            data = json.loads(record.data) if record.data is not None else {}
            if record.kind == "customer":
                self._ids.add(record.id)
            else:
                key = self._keys[record.n][record.position].key
                point = data.get("shared", False), data.get("extension", ""), data.get("opted_out", ())
                holder = _Holder(record.id, *point)
                if record.kind == "identity" or data.get("has_id"):
                    self._has_id.add((record.id, self._systems[record.n]))
                if (same := (key, *holder[:3])) not in added:  # several records of the batch may have the key
                    added.add(same)
                    self._holders[key].append(holder)
            if record.id not in self.facts:
                self.facts[record.id] = Facts.of(data)

    def missing(self, n: int) -> Problem | None:
        """The problem of the n-th record if it refers to a customer by an id that nobody has."""
        customer_id = self.references[n].customer_id
        is_known = customer_id is None or customer_id in self._ids
        return None if is_known else reference_not_found("/customer_id", "Customer")

    def require(self, n: int, pointer: str) -> UUID | Problem:
        """The customer of the n-th record, or the problem at `pointer` where the keys there do not name exactly one."""
        if self.references[n].says_nothing:
            return invalid(pointer, "missing", "`id`, `identity`, `phone` or `email` is required")
        if self.missing(n) is not None:
            return reference_not_found(f"{pointer}/id", "Customer")
        resolution = self.resolve(n)
        if resolution.match is Match.AMBIGUOUS:
            candidates = ", ".join(str(candidate) for candidate in resolution.candidates)
            return invalid(pointer, "ambiguous", f"It cannot be told which customer is meant, of: {candidates}")
        return resolution.customer_id or reference_not_found(pointer, "Customer")

    def resolve(self, n: int, excluded: Excluded | None = None) -> Resolution:
        """The customer of the n-th record. The id of an existing customer takes precedence over the keys."""
        reference, keys = self.references[n], self._keys[n]
        rest = [*(() if excluded is None else self._taken(n, excluded)), *self._without_holder(n, excluded)]
        is_excluded = excluded is not None and excluded.has_id_of(reference)
        held = [self._held(key) for key in keys]
        if excluded is not None:
            held = [excluded.left(key.key, holders) for key, holders in zip(keys, held, strict=True)]
        if reference.customer_id is not None and reference.customer_id in self._ids and not is_excluded:
            named = reason("id", str(reference.customer_id), ReasonResult.FOUND, reference.customer_id)
            reasons = (named, *_decided(keys, held, reference.customer_id), *rest)
            return Resolution(Match.MATCHED, reference.customer_id, reasons=reasons, certain=True)
        remaining = candidates(held)
        if len(remaining) == 1 and not is_shared_alone(held) and not self._contradicts(n, held, excluded, *remaining):
            (customer_id,) = remaining
            certain = any(customer_id in holders.owners for holders in held)
            reasons = (*_decided(keys, held, customer_id), *rest)
            return Resolution(Match.MATCHED, customer_id, (), reasons, certain)
        if remaining:
            first = tuple(sorted(remaining))[:MOST_CANDIDATES]
            reasons = (*_found(keys, held, set(first)), *rest)
            return Resolution(Match.AMBIGUOUS, None, first, reasons)
        match = Match.ANONYMOUS if reference.says_nothing else Match.UNMATCHED
        return Resolution(match, reasons=tuple(rest))

    def usable_keys(self, n: int) -> list[EnteredKey]:
        """The keys by which the customer of the n-th record can be found, now or later."""
        return self._keys[n]

    def unknown_keys(self, n: int, excluded: Excluded | None = None) -> list[EnteredKey]:
        """Those of them that no customer has, nor has learnt from anything but an earlier revision of the record."""
        pupil = {} if excluded is None else dict.fromkeys(excluded.taught, excluded.pupil)
        held = ((entered, self._holders.get(entered.key, ())) for entered in self._keys[n])
        return [entered for entered, by in held if all(h.customer_id == pupil.get(entered.key) for h in by)]

    def names_excluded(self, n: int, excluded: Excluded) -> bool:
        """Whether the n-th record names whom it was taken from, or has a key about which somebody has decided."""
        keys = self._keys[n]
        return excluded.has_id_of(self.references[n]) or any(excluded.has(key.key, self._held(key)) for key in keys)

    def opted_out(self, n: int, customer_id: UUID) -> set[str]:
        """The uses that the customer does not want of the number that the n-th record names."""
        held = (holder for key in self._keys[n] for holder in self._holders.get(key.key, ()))
        return {use for holder in held if holder.customer_id == customer_id for use in holder.opted_out}

    def add_known(self, customer_id: UUID, keys: Iterable[EnteredKey]) -> None:
        """Add keys that a customer was created with or has learnt: later records with the same keys are theirs."""
        for entered in keys:
            self._holders[entered.key].append(_Holder(customer_id, extension=entered.extension))
            if entered.kind == "identity":
                self._has_id.add((customer_id, entered.key[1]))

    def _contradicts(self, n: int, held: Sequence[Holders], excluded: Excluded | None, customer_id: UUID) -> bool:
        """Whether the customer whom the other keys found has another id in the system of the n-th record."""
        is_taught = excluded is not None and excluded.has_taught_id(customer_id, self._systems[n])
        if is_taught or (customer_id, self._systems[n]) not in self._has_id:
            return False
        by_kind = list(zip(self._keys[n], held, strict=True))
        is_held = any(holders.all for key, holders in by_kind if key.kind == "identity")
        points = [holders for key, holders in by_kind if key.kind != "identity"]
        return not is_held and not proves_second_id(customer_id, points)

    def _without_holder(self, n: int, excluded: Excluded | None) -> Iterator[Reason]:
        for key in self.unknown_keys(n, excluded):
            yield reason(key.kind, key.value, ReasonResult.UNKNOWN)
        for kind, value in self._read[n].of_nobody:
            yield reason(kind, value, ReasonResult.OF_NOBODY)

    def _taken(self, n: int, excluded: Excluded) -> Iterator[Reason]:
        """Which keys of the n-th record are those of whom it was taken from."""
        if (named := self.references[n].customer_id) in excluded.customers:
            yield reason("id", str(named), ReasonResult.RELEASED, named)
        for key in self._keys[n]:
            for customer_id in excluded.taken_from(key.key, self._held(key)):
                yield reason(key.kind, key.value, ReasonResult.RELEASED, customer_id)

    def _held(self, entered: EnteredKey) -> Holders:
        held = self._holders.get(entered.key)
        if not held:
            return _NO_HOLDERS
        if entered.extension:
            held = [holder for holder in held if holder.extension == entered.extension] or held
        owners = frozenset(holder.customer_id for holder in held if _is_own(holder, entered.extension))
        return Holders(owners, frozenset(holder.customer_id for holder in held) - owners)


def _is_own(holder: _Holder, extension: str) -> bool:
    """Two extensions of one number are two people's, or one's who has both: the number is shared by them."""
    return not holder.shared and (not extension or holder.extension in ("", extension))


_NO_HOLDERS = Holders(frozenset())


def reason(kind: str, value: str, result: ReasonResult, customer_id: UUID | str | None = None) -> Reason:
    holder = None if customer_id is None else str(customer_id)
    return {"kind": kind, "value": value, "customer_id": holder, "result": result.value}


def _found(keys: Sequence[EnteredKey], held: Sequence[Holders], meant: set[UUID]) -> Iterator[Reason]:
    for key, holders in zip(keys, held, strict=True):
        for customer_id in sorted(holders.all & meant):
            yield reason(key.kind, key.value, ReasonResult.FOUND, customer_id)


def _decided(keys: Sequence[EnteredKey], held: Sequence[Holders], customer_id: UUID) -> list[Reason]:
    """Who has the keys of a record that is the customer's, the key first that says most. At most 20 of others."""
    ranked = sorted(zip(keys, held, strict=True), key=lambda each: _vagueness(each[1], customer_id))
    theirs = [
        reason(key.kind, key.value, ReasonResult.FOUND, customer_id)
        for key, holders in ranked
        if customer_id in holders.all
    ]
    others = [
        reason(key.kind, key.value, ReasonResult.FOUND, other)
        for key, holders in ranked
        for other in sorted(holders.all - {customer_id})
    ]
    return theirs + others[:MOST_CANDIDATES]


def _vagueness(holders: Holders, customer_id: UUID) -> int:
    if holders.all == {customer_id} == holders.owners:
        return 0
    return 1 if customer_id in holders.owners else 2


async def find_customer(ctx: Context, reference: CustomerReference) -> Resolution:
    """The customer of a single reference."""
    (found,) = await find_customers(ctx, [reference])
    return found


async def find_customers(
    ctx: Context, references: Sequence[CustomerReference], excluded: Sequence[Excluded | None] = ()
) -> list[Resolution]:
    """The customers of references, in their order, who are not those `excluded` for each."""
    resolver = Resolver(ctx, references)
    resolver.add(await store.REFERENCES.load(ctx, resolver.keys()))
    return [resolver.resolve(n, excluded[n] if excluded else None) for n in range(len(references))]
