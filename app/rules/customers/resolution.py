"""How the customer of a record is identified by the keys that the record has."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from app.rules.customers.customers import ContactKind

Key = tuple[str, str, str]
"""("identity", system, external id), or ("contact_point", kind, normalised value)."""


class Match(StrEnum):
    """Whether the customer of a record was identified. It is `anonymous` if the record says nothing about them."""

    ANONYMOUS = "anonymous"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    """No customer has any of the keys."""
    AMBIGUOUS = "ambiguous"
    """Several customers have them."""


def identity_key(system: str, external_id: str) -> Key:
    return "identity", system, external_id


def contact_point_key(kind: ContactKind, normalized: str) -> Key:
    return "contact_point", kind.value, normalized


def candidates(holders: Iterable[Iterable[UUID]]) -> set[UUID]:
    """The customers who may be meant, given the holders of each key, the most specific key first.

    Each key narrows down the candidates of the keys before it, unless it contradicts all of them. As soon as one
    candidate remains, the other keys are ignored.
    """
    remaining: set[UUID] = set()
    for customer_ids in holders:
        remaining = (remaining & set(customer_ids)) or remaining or set(customer_ids)
        if len(remaining) == 1:
            break
    return remaining
