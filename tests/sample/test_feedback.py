from collections import Counter, defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from app.rules.feedback.feedback import Method
from app.sample import SampleShop, feedback_setup, make
from app.schemas.feedback.intake import FeedbackNew
from app.schemas.feedback.rules import FeedbackRuleNew
from app.schemas.feedback.themes import ThemeNew
from app.schemas.surveys.rules import SurveyRuleNew
from app.schemas.surveys.surveys import SurveyNew
from app.schemas.visits.scorecards import ScorecardNew
from app.schemas.visits.visits import VisitNew

Said = dict[str, Any]
SOMETHING = "0199c0de-0000-7000-8000-000000000001"


def sent(said: Said) -> FeedbackNew:
    return FeedbackNew.model_validate({name: value for name, value in said.items() if name[0] != "_"})


@pytest.fixture(scope="module")
def heard(shop: SampleShop) -> list[FeedbackNew]:
    return [sent(said) for said in shop.feedback]


class TestSize:
    @pytest.mark.parametrize(("customers", "receipts", "feedback"), [(0, 0, 0), (0, 0, 40), (1, 1, 40), (40, 300, 400)])
    def test_any(self, until: datetime, customers: int, receipts: int, feedback: int) -> None:
        shop = make(until, customers=customers, receipts=receipts, interactions=0, complaints=0, feedback=feedback)
        assert len(shop.feedback) == feedback
        for said in shop.feedback:
            sent(said)

    def test_it_changes_nothing_else(self, until: datetime) -> None:
        some, none = (make(until, customers=40, receipts=200, interactions=40, feedback=n) for n in (50, 0))
        assert (some.customers, some.sales, some.complaints) == (none.customers, none.sales, none.complaints)


class TestWhatItListensBy:
    def test_contract(self) -> None:
        made: list[Any] = [
            *map(SurveyNew.model_validate, feedback_setup.SURVEYS),
            *map(SurveyRuleNew.model_validate, feedback_setup.SURVEY_RULES),
            *map(FeedbackRuleNew.model_validate, feedback_setup.FEEDBACK_RULES),
            *map(ThemeNew.model_validate, feedback_setup.THEMES),
            *map(ScorecardNew.model_validate, feedback_setup.SCORECARDS),
        ]
        assert [fault for new in made for fault in new.faults()] == []

    def test_rules_ask_what_there_is(self) -> None:
        codes = {survey["code"] for survey in feedback_setup.SURVEYS}
        assert {rule["survey"] for rule in feedback_setup.SURVEY_RULES} <= codes


class TestFeedback:
    def test_every_method_but_those_of_visits(self, heard: list[FeedbackNew]) -> None:
        visits = {Method.MYSTERY_SHOPPER, Method.OBSERVATION, Method.COMPLAINT}
        assert {new.method for new in heard} == set(Method) - visits

    def test_it_lies_in_the_year_and_comes_in_order(self, heard: list[FeedbackNew], until: datetime) -> None:
        moments = [new.collected_at for new in heard if new.collected_at is not None]
        assert moments == sorted(moments)
        assert moments[-1] <= until
        for new in heard:
            if new.loop is not None:
                way = [new.collected_at, new.loop.acknowledged_at, new.loop.acted_at, new.loop.notified_at]
                known = [at for at in way if at is not None]
                assert known == sorted(known)
                assert known[-1] <= until

    def test_one_site_is_thought_of_worse(self, heard: list[FeedbackNew]) -> None:
        marks: defaultdict[str | None, list[Decimal]] = defaultdict(list)
        for new in heard:
            marks[new.site] += [rating.value for rating in new.ratings if rating.metric == "nps"]
        means = {site: sum(values) / len(values) for site, values in marks.items() if site}
        assert min(means, key=lambda site: means[site]) == "Bristol"

    def test_waiting_is_where_it_falls_short(self, heard: list[FeedbackNew]) -> None:
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for new in heard:
            for rating in new.ratings:
                if rating.aspect is not None:
                    sums[rating.aspect] += rating.value if rating.side == "experience" else -rating.value
        assert min(sums, key=lambda aspect: sums[aspect]) == "waiting time"

    def test_receipts_are_answered_once(self, shop: SampleShop) -> None:
        named = [said["receipt"]["receipt_no"] for said in shop.feedback if "receipt" in said]
        assert named
        assert len(named) == len(set(named))


class TestVisits:
    def test_each_site_each_month_both_ways(self, shop: SampleShop, until: datetime) -> None:
        found = Counter((visit["site"], visit["kind"]) for visit in shop.visits)
        assert set(found.values()) == {12}
        for visit in shop.visits:
            new = VisitNew.model_validate(
                {name: v for name, v in visit.items() if name[0] != "_"} | {"scorecard_id": SOMETHING}
            )
            assert new.happened_at is not None and new.happened_at <= until
            assert len(new.results) == len(feedback_setup.SCORECARDS[0]["items"])

    def test_now_and_then_the_floor_is_wet(self, shop: SampleShop) -> None:
        clean = Counter(
            result["yes_no"] for visit in shop.visits for result in visit["results"] if result["item"] == "clean"
        )
        assert clean["yes"] > clean["no"] > 0
