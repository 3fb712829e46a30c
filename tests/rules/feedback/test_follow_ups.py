"""Which rules feedback falls under."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.feedback.follow_ups import Facts, matches, may_follow_up

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FACTS = Facts("survey", "nps", "after-sale", "harbour", "email", Decimal("30.00"), "negative", ["queue", "price"], True)
ASKED: dict[str, tuple[Any, Any]] = {
    "methods": (["review", "survey"], ["review"]),
    "metrics": (["nps"], ["csat"]),
    "surveys": (["after-sale"], ["other"]),
    "sites": (["harbour"], ["station"]),
    "channels": (["email"], ["sms"]),
    "score_below": (31, 30),
    "sentiments": (["negative"], ["positive", "neutral"]),
    "themes": (["price", "taste"], ["taste"]),
    "customer_known": ("yes", "no"),
}


@pytest.mark.parametrize("name", ASKED)
def test_each_condition_lets_through_or_not(name: str) -> None:
    right, wrong = ASKED[name]
    assert matches({name: right}, FACTS)
    assert not matches({name: wrong}, FACTS)


@given(st.dictionaries(st.sampled_from(sorted(ASKED)), st.booleans()))
def test_all_of_them_have_to_hold(chosen: dict[str, bool]) -> None:
    when = {name: ASKED[name][0 if right else 1] for name, right in chosen.items()}
    assert matches(when, FACTS) == all(chosen.values())


@pytest.mark.parametrize("empty", [{}, {name: [] if isinstance(a, list) else None for name, (a, _) in ASKED.items()}])
def test_what_is_not_asked_for_does_not_matter(empty: dict[str, Any]) -> None:
    assert matches(empty, FACTS) and matches(empty, Facts("review"))


@pytest.mark.parametrize("name", [name for name in ASKED if name not in ("methods", "customer_known")])
def test_what_is_not_known_falls_under_nothing_that_asks_for_it(name: str) -> None:
    assert not matches({name: ASKED[name][0]}, Facts("survey"))


def test_nobody_known_can_be_asked_for() -> None:
    assert matches({"customer_known": "no"}, Facts("survey"))
    assert not matches({"customer_known": "yes"}, Facts("survey"))


@pytest.mark.parametrize(
    ("method", "ago", "acted_at", "expected"),
    [
        ("survey", timedelta(), None, True),
        ("survey", timedelta(days=30), None, True),
        ("survey", timedelta(days=30, seconds=1), None, False),
        ("competitor", timedelta(), None, False),
        ("review", timedelta(days=1), NOW, False),
    ],
)
def test_only_what_is_young_ours_and_open(
    method: str, ago: timedelta, acted_at: datetime | None, expected: bool
) -> None:
    assert may_follow_up(method, NOW - ago, acted_at, NOW) is expected
