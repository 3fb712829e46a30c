"""Who a customer may be, given who has what is known of them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers.resolution import Holders, candidates

A, B, C = (UUID(int=n) for n in (1, 2, 3))


def owned(*ids: UUID) -> Holders:
    return Holders(frozenset(ids))


def shared(*ids: UUID) -> Holders:
    return Holders(frozenset(), frozenset(ids))


people = st.frozensets(st.sampled_from([A, B, C]))
keys = st.lists(st.builds(Holders, people, people), max_size=4)


@pytest.mark.parametrize(
    ("having", "expected"),
    [
        ([], set()),
        ([owned()], set()),
        ([owned(A)], {A}),
        ([owned(A, B)], {A, B}),
        ([owned(A, B), owned(B, C)], {B}),  # the second key narrows down
        ([owned(A), owned(B)], {A, B}),  # they contradict each other, whichever is the more specific
        ([owned(A, B), owned(C)], {A, B, C}),
        ([owned(), owned(B)], {B}),  # nobody has the first key
        ([owned(A, B), owned(), owned(B)], {B}),
        ([owned(A, B, C), owned(A, B), owned(A, C)], {A}),
        ([owned(A), shared(B, C)], {A}),  # a shared number contradicts nothing
        ([shared(B, C), owned(A)], {A}),
        ([owned(A, B), shared(B, C)], {B}),  # but it narrows down
        ([shared(A)], {A}),
        ([shared(A, B)], {A, B}),
        ([shared(A, B), shared(B, C)], {B}),
        ([shared(A), shared(B)], {A, B}),
        ([Holders(frozenset({A}), frozenset({B}))], {A, B}),
    ],
)
def test_keys_must_agree(having: list[Holders], expected: set[UUID]) -> None:
    assert candidates(having) == expected


@given(keys)
def test_only_holders_are_meant_and_somebody_is_where_any_key_is_held(having: list[Holders]) -> None:
    found = candidates(having)
    assert found <= set().union(*(holders.all for holders in having))
    assert bool(found) == any(holders.all for holders in having)


@given(keys)
def test_whoever_alone_is_meant_has_every_key_that_is_not_shared(having: list[Holders]) -> None:
    found = candidates(having)
    if len(found) == 1:
        assert all(found <= holders.all for holders in having if holders.owners)


@given(keys, st.randoms())
def test_the_order_of_owned_keys_does_not_matter(having: list[Holders], random: object) -> None:
    owned_only = [Holders(holders.all) for holders in having]
    turned = owned_only[::-1]
    assert candidates(owned_only) == candidates(turned)
