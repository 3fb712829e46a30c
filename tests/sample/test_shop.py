import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from app.sample import SampleShop, make
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.customers.customers import CustomerNew
from app.schemas.interactions.interactions import InteractionNew
from app.schemas.interactions.tasks import TaskNew
from app.schemas.sales.sales import SaleNew

FINGERPRINT = """
import hashlib, json
from dataclasses import asdict
from datetime import UTC, datetime
from app.sample import make
shop = make(datetime(2026, 11, 22, tzinfo=UTC), customers=120, receipts=800, interactions=300)
print(hashlib.sha256(json.dumps(asdict(shop)).encode()).hexdigest())
"""
SALE = "019cf4c2-6a10-7e35-b8f1-20d7c95e4a63"
CARD = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


class TestSize:
    def test_default(self, shop: SampleShop) -> None:
        assert (len(shop.customers), len(shop.sales), len(shop.interactions)) == (1_000, 20_000, 5_000)
        assert len(shop.complaints) == 250

    @pytest.mark.parametrize(
        ("customers", "receipts", "interactions"),
        [
            (0, 0, 0),
            (0, 5, 5),
            (1, 1, 1),
            (1, 40, 7),
            (20, 200, 50),
            (50, 1_500, 11),
            (300, 20, 900),
            (1_500, 100, 100),
        ],
    )
    def test_any(self, until: datetime, customers: int, receipts: int, interactions: int) -> None:
        made = make(until, customers=customers, receipts=receipts, interactions=interactions)
        assert (len(made.customers), len(made.sales), len(made.interactions)) == (customers, receipts, interactions)
        validate(made)


class TestContract:
    def test_default(self, shop: SampleShop, sales: list[SaleNew]) -> None:
        assert len(sales) == len(shop.sales)
        validate(replace(shop, sales=[]))

    def test_json(self, shop: SampleShop) -> None:
        service = [shop.calendar, *shop.policies, *shop.procedures]
        kept = (shop.customers, shop.sales[:2_000], shop.interactions, shop.tasks, shop.relationships, shop.complaints)
        for documents in (*kept, service):
            assert json.loads(json.dumps(documents)) == documents

    def test_customers_are_those_of_the_shop(self, shop: SampleShop) -> None:
        known = {customer["identities"][0]["external_id"] for customer in shop.customers}
        named = {entry["_customer"] for entry in (*shop.interactions, *shop.tasks, *shop.complaints)} - {None}
        named |= {bond[end] for bond in shop.relationships for end in ("_from", "_to")}
        assert named <= known
        assert all(bond["_from"] != bond["_to"] for bond in shop.relationships)

    def test_no_text_looks_like_a_payment_card(self, shop: SampleShop) -> None:
        for documents in (shop.customers, shop.sales, shop.interactions, shop.tasks, shop.complaints):
            assert CARD.search(json.dumps(documents, ensure_ascii=False)) is None


class TestSeed:
    def test_same_bytes_whatever_the_hash_seed(self) -> None:
        def fingerprint(hash_seed: str) -> str:
            environment = os.environ | {"PYTHONHASHSEED": hash_seed}
            run = subprocess.run(
                [sys.executable, "-c", FINGERPRINT], env=environment, capture_output=True, text=True, check=True
            )
            return run.stdout.strip()

        first = fingerprint("0")
        assert len(first) == 64
        assert first == fingerprint("4242")

    def test_same_moment_in_another_time_zone(self, until: datetime) -> None:
        elsewhere = until.astimezone(timezone(timedelta(hours=9)))
        assert make(elsewhere, customers=10, receipts=20, interactions=10) == make(
            until, customers=10, receipts=20, interactions=10
        )

    def test_another_seed_is_another_shop(self, until: datetime) -> None:
        one, other = (make(until, seed=seed, customers=10, receipts=20, interactions=10) for seed in (1, 2))
        assert one.customers != other.customers
        assert one.sales != other.sales
        assert one.complaints != other.complaints

    def test_more_receipts_do_not_rename_customers(self, until: datetime) -> None:
        one, other = (make(until, customers=30, receipts=count, interactions=0) for count in (10, 100))
        assert one.customers == other.customers


class TestTime:
    def test_within_the_year(self, shop: SampleShop, until: datetime) -> None:
        within(shop, until)

    @pytest.mark.parametrize(
        "until",
        [
            datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
            datetime(2025, 12, 25, 3, 0, tzinfo=UTC),
            datetime(2026, 7, 1, 23, 30, tzinfo=UTC),
        ],
    )
    def test_any_end(self, until: datetime) -> None:
        within(make(until, customers=60, receipts=600, interactions=300), until)

    def test_shut_at_christmas_and_at_night(self, shop: SampleShop) -> None:
        moments = [datetime.fromisoformat(sale["occurred_at"]) for sale in shop.sales if sale["source"] != "webshop"]
        assert not [moment for moment in moments if (moment.month, moment.day) in {(12, 25), (12, 26), (1, 1)}]
        assert {moment.hour for moment in moments} == set(range(8, 18))
        assert {moment.hour for moment in moments if moment.weekday() == 6} == set(range(10, 16))

    def test_saturdays_and_december_are_busy(self, shop: SampleShop) -> None:
        moments = [datetime.fromisoformat(sale["occurred_at"]) for sale in shop.sales]
        weekdays = [sum(moment.weekday() == day for moment in moments) for day in range(7)]
        assert weekdays[5] == max(weekdays)
        december = sum(moment.month == 12 for moment in moments)
        assert december > 1.4 * sum(moment.month == 2 for moment in moments)

    def test_needs_a_time_zone(self) -> None:
        with pytest.raises(ValueError, match="time zone"):
            make(datetime(2026, 1, 1))  # noqa: DTZ001


def validate(shop: SampleShop) -> None:
    for customer in shop.customers:
        CustomerNew.model_validate(customer)
    for sale in shop.sales:
        SaleNew.model_validate(sale)
    for interaction in shop.interactions:
        assert "_customer" in interaction
        InteractionNew.model_validate(without_marks(interaction))
    for task in shop.tasks:
        TaskNew.model_validate(without_marks(task))
    for complaint in shop.complaints:
        assert "_customer" in complaint
        ComplaintNew.model_validate(without_marks(complaint) | ({"sale_id": SALE} if "_sale" in complaint else {}))


def without_marks(document: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in document.items() if not key.startswith("_")}


def within(shop: SampleShop, until: datetime) -> None:
    moments = [sale["occurred_at"] for sale in shop.sales]
    moments += [entry["happened_at"] for entry in shop.interactions]
    moments += [
        point["verified_at"]
        for customer in shop.customers
        for point in customer["contact_points"]
        if "verified_at" in point
    ]
    for complaint in shop.complaints:
        moments.append(complaint["received_at"])
        moments += [step["at"] for step in (*complaint["history"], *complaint.get("_actions", ()))]
    read = [datetime.fromisoformat(moment) for moment in moments]
    assert until - timedelta(days=365) <= min(read)
    assert max(read) <= until
