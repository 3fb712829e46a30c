"""What triggers invitations, and which of it is sampled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.surveys import triggers
from app.rules.surveys.triggers import MAX_AGE, Trigger, TriggerEvent, invitation_due, is_sampled, matches

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class TestSampling:
    @given(st.uuids(), st.uuids(), st.integers(1, 100))
    def test_is_the_same_each_time(self, rule: UUID, subject: UUID, percent: int) -> None:
        assert is_sampled(rule, subject, percent) == is_sampled(UUID(str(rule)), UUID(str(subject)), percent)

    @given(st.uuids(), st.uuids(), st.integers(1, 99))
    def test_who_is_among_few_is_among_more(self, rule: UUID, subject: UUID, percent: int) -> None:
        assert is_sampled(rule, subject, percent) <= is_sampled(rule, subject, percent + 1)
        assert is_sampled(rule, subject, 100)

    @pytest.mark.parametrize("percent", [1, 10, 50, 99])
    def test_has_the_share_it_says(self, percent: int) -> None:
        rule, count = UUID(int=7), 20_000
        share = sum(is_sampled(rule, UUID(int=n), percent) for n in range(count)) / count
        deviation = (percent / 100 * (1 - percent / 100) / count) ** 0.5
        assert abs(share - percent / 100) < 4 * deviation

    def test_rules_draw_each_for_themselves(self) -> None:
        both = sum(
            is_sampled(UUID(int=1), UUID(int=n), 50) and is_sampled(UUID(int=2), UUID(int=n), 50) for n in range(4_000)
        )
        assert 0.22 < both / 4_000 < 0.28


def sale(**changes: Any) -> Trigger:
    given = {"site": "Leeds", "staff": "mia", "channel": "online", "total": Decimal("20.00"), "currency": "GBP"}
    return Trigger(TriggerEvent.SALE, uuid4(), NOON, uuid4(), **{**given, **changes})


class TestConditions:
    @pytest.mark.parametrize(
        ("conditions", "expected"),
        [
            ({}, True),
            ({"sites": [], "min_total": None, "currency": None}, True),
            ({"sites": ["York", "Leeds"]}, True),
            ({"sites": ["York"]}, False),
            ({"staff": ["mia"], "sale_channels": ["online"]}, True),
            ({"staff": ["tom"], "sale_channels": ["online"]}, False),
            ({"sale_channels": ["phone"]}, False),
            ({"min_total": "20.00", "currency": "GBP"}, True),
            ({"min_total": "20.01", "currency": "GBP"}, False),
            ({"min_total": "20.00", "currency": "EUR"}, False),
            ({"customer_tags": ["vip"]}, True),
            ({"customer_tags": ["dairy", "b"]}, False),
        ],
    )
    def test_have_all_to_fit(self, conditions: dict[str, Any], expected: bool) -> None:
        assert matches(conditions, sale(), ["vip", "weekend"]) is expected

    def test_what_is_not_known_does_not_fit(self) -> None:
        assert not matches({"sites": ["Leeds"]}, sale(site=None), [])
        assert not matches({"min_total": "0.00", "currency": "GBP"}, sale(total=None), [])

    def test_tags_that_are_not_known_yet_may_fit(self) -> None:
        assert matches({"customer_tags": ["vip"]}, sale())
        assert not matches({"customer_tags": ["vip"], "sites": ["York"]}, sale())

    def test_of_complaints_and_interactions(self) -> None:
        closed = Trigger(TriggerEvent.COMPLAINT_CLOSED, uuid4(), NOON, uuid4(), channel="phone", category="Delivery")
        assert matches({"channels": ["phone"], "complaint_categories": ["Delivery"]}, closed, [])
        assert not matches({"complaint_categories": ["Freshness"]}, closed, [])
        call = Trigger(TriggerEvent.INTERACTION, uuid4(), NOON, uuid4(), channel="phone", kind="call")
        assert matches({"channels": ["phone"], "interaction_kinds": ["call"]}, call, [])
        assert not matches({"channels": ["email"]}, call, [])
        assert not matches({"interaction_kinds": ["meeting"]}, call, [])

    def test_a_trigger_is_found_by_its_key(self) -> None:
        one = sale()
        assert triggers.parse_trigger_key(one.key) == (TriggerEvent.SALE, one.id)


class TestDue:
    @pytest.mark.parametrize(
        ("ago", "delay", "expected"),
        [
            (timedelta(0), timedelta(0), NOON),
            (timedelta(hours=1), timedelta(hours=3), NOON + timedelta(hours=2)),
            (timedelta(days=2), timedelta(hours=3), NOON),
            (MAX_AGE, timedelta(0), NOON),
            (MAX_AGE + timedelta(seconds=1), timedelta(0), None),
            (timedelta(days=30), timedelta(days=30), NOON),
            (timedelta(days=38), timedelta(days=30), None),
            (timedelta(hours=-2), timedelta(hours=1), NOON + timedelta(hours=3)),
        ],
    )
    def test_after_the_delay_but_not_before_now(self, ago: timedelta, delay: timedelta, expected: Any) -> None:
        assert invitation_due(NOON - ago, delay, NOON) == expected
