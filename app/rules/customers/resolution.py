"""How a customer is told from what is known of them."""

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
    """Nobody has what was said of them."""
    AMBIGUOUS = "ambiguous"
    """Several have."""


def identity_key(system: str, external_id: str) -> Key:
    return "identity", system, external_id


def contact_point_key(kind: ContactKind, normalized: str) -> Key:
    return "contact_point", kind.value, normalized


def candidates(holders: Iterable[Iterable[UUID]]) -> set[UUID]:
    """Who may be meant, given the holders of each key, the most telling key first.

    Each key narrows down whom the ones before it left, unless it contradicts them; as soon as one is left, the rest are
    not asked.
    """
    left: set[UUID] = set()
    for having in holders:
        left = (left & set(having)) or left or set(having)
        if len(left) == 1:
            break
    return left
