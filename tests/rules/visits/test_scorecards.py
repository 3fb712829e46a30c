"""What a visit is worth: by hand, and what holds of every visit."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.feedback.feedback import Scale
from app.rules.visits.scorecards import Item, Scored, VisitKind, VisitState, allowed, aspects, item_score, score, title

YES, NO = Decimal(1), Decimal(0)
FIVE = Scale(Decimal(1), Decimal(5))
WAIT = Scale(Decimal(10), Decimal(0))
"""Minutes: little is good."""


def d(text: str) -> Decimal:
    return Decimal(text)


class TestScore:
    def test_is_the_weighted_mean(self) -> None:
        items = [Item("greeting", d("1")), Item("advice", d("2"), FIVE), Item("wait", d("1"), WAIT)]
        found = score(items, {"greeting": YES, "advice": d("4"), "wait": d("4")})
        assert found == Scored(d("77.50"), d("77.50"), ())  # (100 + 2 * 75 + 60) / 4

    def test_is_rounded_once_and_half_to_even(self) -> None:
        thirds = [Item(key) for key in "abc"]
        assert score(thirds, {"a": YES, "b": YES, "c": NO}).score == d("66.67")
        hair = Item("a", scale=Scale(d("0"), d("100")))
        assert score([hair], {"a": d("0.125")}).score == d("0.12")
        assert score([hair], {"a": d("0.135")}).score == d("0.14")

    def test_nothing_applicable_is_none_and_never_nought(self) -> None:
        items = [Item("a", critical=True), Item("b")]
        assert score(items, {"a": None, "b": None}) == Scored(None, None, ())
        assert score(items, {}) == Scored(None, None, ())

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("1", Scored(d("40.00"), d("50.00"), ("a",))),
            ("2.9", Scored(d("40.00"), d("73.75"), ("a",))),
            ("3", Scored(d("75.00"), d("75.00"), ())),
        ],
    )
    def test_a_critical_item_below_its_mark_caps_it(self, value: str, expected: Scored) -> None:
        items = [Item("a", scale=FIVE, critical=True, cap=d("40")), Item("b")]
        assert score(items, {"a": d(value), "b": YES}) == expected

    def test_what_counts_as_failed_is_the_items_own(self) -> None:
        strict = Item("a", scale=FIVE, critical=True, fails_below=d("90"))
        assert score([strict], {"a": d("4")}) == Scored(d("0.00"), d("75.00"), ("a",))
        assert score([replace(strict, fails_below=d("75"))], {"a": d("4")}).capped_by == ()

    def test_the_lowest_cap_applies(self) -> None:
        items = [
            Item("a", critical=True, cap=d("60")),
            Item("b", critical=True, cap=d("20")),
            Item("c", critical=True, cap=d("20")),
            Item("d", d("7")),
        ]
        found = score(items, {"a": NO, "b": NO, "c": NO, "d": YES})
        assert found == Scored(d("20.00"), d("70.00"), ("b", "c"))
        assert score(items, {"a": NO, "b": YES, "c": YES, "d": YES}) == Scored(d("60.00"), d("90.00"), ("a",))

    def test_a_cap_that_takes_nothing_away_is_not_told(self) -> None:
        items = [Item("a", critical=True, cap=d("60")), Item("b")]
        assert score(items, {"a": NO, "b": YES}) == Scored(d("50.00"), d("50.00"), ())

    def test_a_critical_item_that_did_not_apply_has_not_failed(self) -> None:
        items = [Item("a", critical=True), Item("b")]
        assert score(items, {"a": None, "b": YES}) == Scored(d("100.00"), d("100.00"), ())


def test_the_score_of_an_item() -> None:
    assert item_score(Item("a"), NO) == d("0.00")
    assert item_score(Item("a", scale=WAIT), d("3")) == d("70.00")
    assert item_score(Item("a"), None) is None


def test_sections_and_items_without_one_are_summed_up_uncapped() -> None:
    items = [
        Item("greeting", d("3"), section="Welcome", critical=True),
        Item("smile", section="Welcome"),
        Item("till"),
        Item("bag"),
    ]
    values = {"greeting": NO, "smile": YES, "till": YES, "bag": None}
    assert aspects(items, values) == {"Welcome": d("25.00"), "till": d("100.00")}


def test_only_what_is_planned_can_be_completed_or_cancelled() -> None:
    found = {state: allowed(state) for state in VisitState}
    assert found == {"planned": ["cancel", "complete"], "done": [], "cancelled": []}


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ((VisitKind.MYSTERY_SHOPPER, "done", "leeds", d("87.50")), "Mystery visit at leeds done: 87.50 of 100"),
        ((VisitKind.OBSERVATION, "done", None, None), "Observation done"),
        ((VisitKind.MYSTERY_SHOPPER, "changed", "leeds", d("87.50")), "Mystery visit at leeds changed"),
    ],
)
def test_titles(given_: Any, expected: str) -> None:
    assert title(*given_) == expected


_PERCENT = st.decimals(0, 100, places=2)
_WEIGHT = st.decimals("0.000001", 999_999, places=6)
_SCALES = st.sampled_from([None, FIVE, WAIT, Scale(d("-3"), d("3"))])


@st.composite
def visits(draw: Any, critical: bool | None = None) -> tuple[list[Item], dict[str, Decimal | None]]:
    items, values = [], {}
    for n in range(draw(st.integers(1, 8))):
        scale = draw(_SCALES)
        flag = draw(st.booleans()) if critical is None else critical
        items.append(Item(f"i{n}", draw(_WEIGHT), scale, flag, draw(_PERCENT), draw(_PERCENT)))
        values[f"i{n}"] = draw(st.none() | _values(scale))
    return items, values


def _values(scale: Scale | None) -> Any:
    return st.sampled_from([YES, NO]) if scale is None else st.decimals(min(scale), max(scale), places=2)


@given(visits())
def test_it_lies_between_the_bounds(visit: Any) -> None:
    items, values = visit
    found = score(items, values)
    assert (found.score is None) == all(value is None for value in values.values())
    if found.score is not None and found.uncapped is not None:
        scores = [s for i in items if (s := item_score(i, values[i.key])) is not None]
        assert 0 <= found.score <= found.uncapped <= 100
        assert min(scores) <= found.uncapped <= max(scores)


@given(visits(), st.data())
def test_doing_better_at_one_thing_never_makes_it_worse(visit: Any, data: Any) -> None:
    items, values = visit
    item = data.draw(st.sampled_from(items))
    other = data.draw(_values(item.scale))
    if values[item.key] is None:
        values[item.key] = data.draw(_values(item.scale))
    before, after = score(items, values), score(items, {**values, item.key: other})
    assert before.score is not None and after.score is not None
    better = item_score(item, other) >= item_score(item, values[item.key])  # type: ignore[operator]
    assert (after.score >= before.score) if better else (after.score <= before.score)


@given(visits(), st.decimals("0.001", 1000, places=3))
def test_only_the_relations_of_weights_count(visit: Any, factor: Decimal) -> None:
    items, values = visit
    assert score([replace(i, weight=i.weight * factor) for i in items], values) == score(items, values)


@given(visits())
def test_what_did_not_apply_might_as_well_not_be_there(visit: Any) -> None:
    items, values = visit
    applied = [item for item in items if values[item.key] is not None]
    assert score(applied, values) == score(items, values)


@given(visits())
def test_a_cap_never_raises_it(visit: Any) -> None:
    items, values = visit
    found, free = score(items, values), score([replace(item, critical=False) for item in items], values)
    assert found.uncapped == free.score
    if found.score is not None and free.score is not None:
        assert found.score <= free.score
        assert bool(found.capped_by) or found.score == free.score
