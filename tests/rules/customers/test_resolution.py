"""Who a customer may be, given who has what is known of them."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers.resolution import candidates

A, B, C = (UUID(int=n) for n in (1, 2, 3))
holders = st.lists(st.sets(st.sampled_from([A, B, C])), max_size=4)


@pytest.mark.parametrize(
    ("having", "expected"),
    [
        ([], set()),
        ([set()], set()),
        ([{A}], {A}),
        ([{A, B}], {A, B}),
        ([{A, B}, {B, C}], {B}),  # the second key narrows down
        ([{A}, {B}], {A}),  # the first key decides
        ([{A, B}, {C}], {A, B}),  # a key that contradicts counts for nothing
        ([set(), {B}], {B}),  # nobody has the first key
        ([{A, B}, set(), {B}], {B}),
        ([{A, B, C}, {A, B}, {A, C}], {A}),
    ],
)
def test_each_key_narrows_down(having: list[set[UUID]], expected: set[UUID]) -> None:
    assert candidates(having) == expected


@given(holders)
def test_only_holders_are_meant_and_somebody_is_where_any_key_is_held(having: list[set[UUID]]) -> None:
    found = candidates(having)
    assert found <= set().union(*having)
    assert bool(found) == any(having)


@given(holders)
def test_those_left_have_the_first_key_that_anybody_has(having: list[set[UUID]]) -> None:
    assert candidates(having) <= next((ids for ids in having if ids), set())
