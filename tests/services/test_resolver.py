from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.core.context import Context
from app.rules.customers import Match
from app.rules.customers.customers import ContactKind
from app.services.customers import CustomerReference, Resolver

NO_DATABASE: Any = None
NUMBER = "020 7946 0850"


def resolver(*numbers: str) -> Resolver:
    ctx = Context(NO_DATABASE, uuid4(), "test", frozenset(), datetime.now(UTC), b"", "GB")
    return Resolver(ctx, [CustomerReference(contacts=[(ContactKind.PHONE, number)]) for number in numbers])


class TestExtensionsOfOneNumber:
    """Those who sit behind a switchboard share its number."""

    @pytest.mark.parametrize(
        ("asked", "match", "found"),
        [
            (f"{NUMBER} ext 5", Match.MATCHED, [5]),
            (f"{NUMBER} ext 6", Match.MATCHED, [6]),
            (f"{NUMBER} ext 7", Match.AMBIGUOUS, [5, 6]),
            (NUMBER, Match.AMBIGUOUS, [5, 6]),
        ],
    )
    def test_two_people(self, asked: str, match: Match, found: list[int]) -> None:
        known = resolver(f"{NUMBER} ext 5", f"{NUMBER} ext 6", asked)
        for n, extension in enumerate((5, 6)):
            known.add_known(UUID(int=extension), known.usable_keys(n))
        resolution = known.resolve(2)
        assert resolution.match is match
        assert sorted(filter(None, {resolution.customer_id, *resolution.candidates})) == [UUID(int=n) for n in found]

    def test_another_extension_than_that_of_the_only_one_who_is_known(self) -> None:
        known = resolver(f"{NUMBER} ext 5", f"{NUMBER} x6", NUMBER)
        known.add_known(UUID(int=5), known.usable_keys(0))
        other = known.resolve(1)
        assert (other.match, other.customer_id, other.candidates) == (Match.AMBIGUOUS, None, (UUID(int=5),))
        assert known.resolve(2).customer_id == UUID(int=5)
