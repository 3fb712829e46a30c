"""What is told from the shares of words: where to look first, and whether those who match less well are ranked."""

import pytest

from app.rules.customers.search_terms import terms
from app.store.customers.search import Matches, TermMatch
from app.store.customers.search_plan import Filters, Plan


def plan(required: list[str], frequent: dict[str, float], *scores: dict[str, float]) -> Plan:
    matches = [TermMatch(term, each) for term, each in zip(terms("ada bo", "GB"), scores, strict=False)]
    return Plan(Matches(matches, 1_000_000, frequent, has_sets=True), Filters((), [], required))


@pytest.mark.parametrize(
    ("ada", "bo", "wanted", "newest"),
    [(0.1, 0.1, 21, True), (0.1, 0.1, 60, False), (0.02, 0.01, 1, False), (0.02, 0.02, 1, True)],
)
def test_the_newest_have_as_many_as_words_have_together(ada: float, bo: float, wanted: int, newest: bool) -> None:
    found = plan([], {"ada": ada, "bo": bo}, {"ada": 1.0, "adah": 0.5}, {"bo": 1.0})
    assert found.newest_have_most(wanted) is newest


def test_any_of_several_words_and_those_of_filters_count() -> None:
    shares = {"vip": 0.5, "ada": 0.01, "ida": 0.01}
    assert plan(["vip"], shares, {"ada": 0.5, "ida": 0.5}).newest_have_most(45)
    assert not plan(["vip"], shares, {"ada": 1.0, "ida": 0.5}).newest_have_most(45)


def test_others_are_equal_if_they_have_the_same_score_for_the_only_term() -> None:
    assert plan([], {}, {"ada": 1.0, "adah": 0.5, "ida": 0.5}).others_are_equal
    assert not plan([], {}, {"ada": 1.0, "adah": 0.5, "ida": 0.4}).others_are_equal
    assert not plan([], {}, {"ada": 1.0, "adah": 0.5}, {"bo": 1.0, "bob": 0.5}).others_are_equal
    assert not plan([], {}, {"ada": 1.0}).others_are_equal
