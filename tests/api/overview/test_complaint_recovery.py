"""Did they come back? Complaints are written into their table, receipts come through the API; Python counts again."""

import random
import statistics as exact
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.rules.kit import statistics
from tests import make
from tests.make.complaints import insert_complaint, insert_move, insert_remedy
from tests.make.rows import insert
from tests.support.api import pointers
from tests.support.application import Keys, TestClock
from tests.support.shares import NONE_MATURE, share, share_after
from tests.support.times import START, days_ago

PATH = "/v1/complaints/recovery"
DAY = timedelta(days=1)


async def recovery_of(client: httpx.AsyncClient, complaint: Any) -> dict[str, Any]:
    answer = await client.get(f"/v1/complaints/{complaint['id']}/recovery")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def groups(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def column(within: list[dict[str, Any]], what: str) -> list[Any]:
    return [entry[what] for entry in within]


def matured(shares: list[dict[str, Any]]) -> list[tuple[int, int]]:
    return [(share["count"], share["mature"]) for share in shares]


@pytest.fixture
async def customer(client: httpx.AsyncClient) -> UUID:
    return UUID((await make.create_customer(client))["id"])


class TestOne:
    async def test_of_nothing(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"/v1/complaints/{uuid4()}/recovery")).status_code == 404

    async def test_of_an_open_one_tells_only_what_came_before(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer, state="investigating", ended_at=None)
        await make.record_purchase(client, customer, days_ago(50), "60.00")
        await make.record_purchase(client, customer, days_ago(10))
        found = await recovery_of(client, complaint)
        assert (found["customer_id"], found["state"], found["ended_at"]) == (str(customer), "investigating", None)
        assert [set(entry.values()) - {entry["days"]} for entry in found["windows"]] == [{False, None}] * 3
        assert found["first_purchase_after_at"] is None
        assert found["spend"] == [
            {
                "currency": "GBP",
                "before_per_month": "10.00",
                "after_per_month": None,
                "months_before": "6.00",
                "months_after": "0.00",
            }
        ]

    async def test_of_nobody_who_is_known(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await recovery_of(client, await insert_complaint(db))
        assert found["customer_id"] is None and found["spend"] == []
        assert column(found["windows"], "mature") == [True, False, False]
        assert column(found["windows"], "bought_again") == column(found["windows"], "complained_again") == [None] * 3

    @pytest.mark.parametrize(
        ("after", "bought"),
        [
            (timedelta(0), ["no", "no", "no"]),
            (timedelta(seconds=1), ["yes", "yes", "yes"]),
            (30 * DAY, ["yes", "yes", "yes"]),
            (30 * DAY + timedelta(seconds=1), ["no", "yes", "yes"]),
            (90 * DAY, ["no", "yes", "yes"]),
            (90 * DAY + timedelta(seconds=1), ["no", "no", "yes"]),
            (180 * DAY, ["no", "no", "yes"]),
            (180 * DAY + timedelta(seconds=1), ["no", "no", "no"]),
        ],
    )
    async def test_at_the_edges(
        self, client: httpx.AsyncClient, db: Any, customer: UUID, after: timedelta, bought: list[str]
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer, received_at=days_ago(205), ended_at=days_ago(200))
        await make.record_purchase(client, customer, days_ago(203))  # while it was open
        await make.record_purchase(client, customer, days_ago(200) + after)
        await insert_complaint(
            db, customer_id=customer, received_at=days_ago(200) + after, state="received", ended_at=None
        )
        within = (await recovery_of(client, complaint))["windows"]
        assert (column(within, "bought_again"), column(within, "complained_again")) == (bought, bought)

    async def test_ripens_at_the_very_moment(
        self, client: httpx.AsyncClient, db: Any, customer: UUID, clock: TestClock
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer, ended_at=START - 30 * DAY + timedelta(seconds=1))
        (first, *_) = (await recovery_of(client, complaint))["windows"]
        assert first == {"days": 30, "mature": False, "bought_again": None, "complained_again": None}
        clock.tick(1)
        (first, *_) = (await recovery_of(client, complaint))["windows"]
        assert first == {"days": 30, "mature": True, "bought_again": "no", "complained_again": "no"}

    async def test_a_purchase_counts_before_the_time_is_over(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer, ended_at=days_ago(5))
        await make.record_purchase(client, customer, days_ago(2))
        found = await recovery_of(client, complaint)
        assert column(found["windows"], "bought_again") == ["yes"] * 3
        assert column(found["windows"], "complained_again") == [None] * 3
        assert found["first_purchase_after_at"] == days_ago(2).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    async def test_gifts_returns_and_voided_receipts_are_no_purchases(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer)
        await make.record_purchase(client, customer, days_ago(30), "0.00")
        await make.record_purchase(client, customer, days_ago(29), "-12.00")
        voided = await make.record_purchase(client, customer, days_ago(28))
        await client.post(f"/v1/sales/{voided['id']}/void", json={"reason": "Twice"})
        returned = await make.record_purchase(client, customer, days_ago(27))
        await make.record_return(client, returned, days_ago(27) + timedelta(hours=1))
        found = await recovery_of(client, complaint)
        assert column(found["windows"], "bought_again") == ["no", None, None]
        assert found["first_purchase_after_at"] is None
        assert matured((await groups(client))["all"]["bought_again"])[0] == (0, 1)

    async def test_money_is_net_and_apart_by_currency(self, client: httpx.AsyncClient, db: Any, customer: UUID) -> None:
        complaint = await insert_complaint(db, customer_id=customer, received_at=days_ago(75), ended_at=days_ago(60))
        await make.record_purchase(client, customer, days_ago(75 + 180), "6.00")  # the first moment that counts
        await make.record_purchase(client, customer, days_ago(75 + 180) - timedelta(seconds=1), "600.00")
        await make.record_purchase(client, customer, days_ago(80), "60.00")
        await make.record_purchase(client, customer, days_ago(76), "-6.00")
        await make.record_purchase(client, customer, days_ago(75), "1000.00")  # no longer before, and not yet after
        await make.record_purchase(client, customer, days_ago(60), "1000.00")
        await make.record_purchase(client, customer, days_ago(59), "50.00")
        await make.record_purchase(client, customer, days_ago(1), "-10.00")
        await make.record_purchase(client, customer, days_ago(90), "12.00", currency="EUR")
        voided = await make.record_purchase(client, customer, days_ago(3), "99.00", currency="USD")
        await client.post(f"/v1/sales/{voided['id']}/void", json={"reason": "Twice"})
        shape = ("currency", "before_per_month", "after_per_month", "months_before", "months_after")
        assert [tuple(entry[name] for name in shape) for entry in (await recovery_of(client, complaint))["spend"]] == [
            ("EUR", "2.00", "0.00", "6.00", "2.00"),
            ("GBP", "10.00", "20.00", "6.00", "2.00"),
        ]

    async def test_money_is_counted_for_180_days_at_most(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        complaint = await insert_complaint(db, customer_id=customer, received_at=days_ago(301), ended_at=days_ago(300))
        await make.record_purchase(client, customer, days_ago(120), "6.00")
        await make.record_purchase(client, customer, days_ago(120) + timedelta(seconds=1), "600.00")
        (spend,) = (await recovery_of(client, complaint))["spend"]
        assert (spend["after_per_month"], spend["months_after"]) == ("1.00", "6.00")

    async def test_one_that_was_withdrawn_says_so(self, client: httpx.AsyncClient, db: Any, customer: UUID) -> None:
        found = await recovery_of(client, await insert_complaint(db, customer_id=customer, state="withdrawn"))
        assert found["state"] == "withdrawn" and found["ended_at"] is not None

    async def test_needs_a_key_for_complaints(self, keys: Keys, db: Any) -> None:
        complaint = await insert_complaint(db)
        path = f"/v1/complaints/{complaint['id']}/recovery"
        assert (await (await keys("sales:read")).get(path)).status_code == 403
        assert (await (await keys("complaints:read")).get(path)).status_code == 200


BYS = ("category", "remedy", "cost", "handler", "site", "severity", "feeling", "channel", "month")


class TestGroups:
    @pytest.mark.parametrize("by", BYS)
    async def test_of_no_complaints(self, client: httpx.AsyncClient, by: str) -> None:
        found = await groups(client, group_by=by)
        assert (found["group_by"], found["group_count"], found["items"]) == (by, 0, [])
        assert found["all"] == {
            "key": None,
            "currency": None,
            "complaints": 0,
            "with_customer": 0,
            "bought_again": NONE_MATURE,
            "complained_again": NONE_MATURE,
            "reopened": share(0, 0),
            "spend_change": [],
            "cost": [],
            "later_feedback": {"customers": 0, "mean_score": None, "low": None, "high": None},
        }
        assert (found["ended_since"], found["ended_before"]) == (
            "2025-03-02T09:00:00.000000Z",
            "2026-03-02T09:00:00.000001Z",
        )

    async def test_only_what_was_closed_and_only_whom_we_know(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        await insert_complaint(db, customer_id=customer)
        await insert_complaint(db)  # of nobody who is known
        await insert_complaint(db, customer_id=customer, state="withdrawn")
        await insert_complaint(db, customer_id=customer, state="responded", ended_at=None)
        every = (await groups(client))["all"]
        assert (every["complaints"], every["with_customer"]) == (2, 1)
        assert matured(every["bought_again"]) == [(0, 1), (0, 0), (0, 0)]
        assert every["bought_again"][0]["high"] == 0.7935  # nobody of one proves little
        assert every["bought_again"][1]["share"] is None

    async def test_an_early_purchase_is_not_counted_before_the_others_had_their_time(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        await insert_complaint(db, customer_id=customer, ended_at=days_ago(20))
        await make.record_purchase(client, customer, days_ago(19))
        assert (await groups(client))["all"]["bought_again"] == NONE_MATURE

    async def test_the_time_that_is_asked_for(self, client: httpx.AsyncClient, db: Any) -> None:
        for days in (10, 20, 30):
            await insert_complaint(db, received_at=days_ago(days + 1), ended_at=days_ago(days))
        found = await groups(client, ended_since=days_ago(30).isoformat(), ended_before=days_ago(10).isoformat())
        assert found["all"]["complaints"] == 2  # the first moment is in it, the last is not

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"ended_since": "2026-03-02T09:00:01Z"}, "/query/ended_since"),
            ({"ended_since": "2026-01-02T00:00:00Z", "ended_before": "2026-01-01T00:00:00Z"}, "/query/ended_since"),
            ({"ended_since": "2023-01-01T00:00:00Z"}, "/query/ended_since"),
            ({"ended_before": "yesterday"}, "/query/ended_before"),
            ({"group_by": "weather"}, "/query/group_by"),
            ({"limit": "0"}, "/query/limit"),
            ({"limit": "201"}, "/query/limit"),
            ({"channel": "pigeon"}, "/query/channel"),
        ],
    )
    async def test_what_cannot_be_asked(self, client: httpx.AsyncClient, query: Any, pointer: str) -> None:
        answer = await client.get(PATH, params=query)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_from_the_year_1900(self, client: httpx.AsyncClient) -> None:
        assert (await groups(client, ended_before="1900-01-01T00:00:00Z"))["group_count"] == 0

    async def test_the_largest_come_first_and_how_many_there_are_is_told(
        self, client: httpx.AsyncClient, db: Any
    ) -> None:
        for category, count in (("a", 1), ("b", 3), ("c", 2), (None, 2)):
            for _ in range(count):
                await insert_complaint(db, category=category)
        found = await groups(client, group_by="category", limit=3)
        assert found["group_count"] == 4
        assert [(item["key"], item["complaints"]) for item in found["items"]] == [("b", 3), ("c", 2), (None, 2)]
        assert found["all"]["complaints"] == 8

    async def test_months_stand_in_order(self, client: httpx.AsyncClient, db: Any) -> None:
        for at in ("2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z", "2026-02-05T00:00:00Z"):
            ended = datetime.fromisoformat(at)
            await insert_complaint(db, received_at=ended - DAY, ended_at=ended)
        found = await groups(client, group_by="month")
        assert [(item["key"], item["complaints"]) for item in found["items"]] == [
            ("2025-12", 1),
            ("2026-01", 1),
            ("2026-02", 2),
        ]

    @pytest.mark.parametrize("name", ["category", "site", "sku", "channel", "owner"])
    async def test_filters(self, client: httpx.AsyncClient, db: Any, name: str) -> None:
        await insert_complaint(db, **{name: "email"})
        await insert_complaint(db, **{name: "letter"})
        await insert_complaint(db)
        assert (await groups(client, **{name: "email"}))["all"]["complaints"] == 1
        if name == "owner":
            assert (await groups(client, owner="Email"))["all"]["complaints"] == 1

    async def test_by_remedy_those_that_were_accepted(self, client: httpx.AsyncClient, db: Any, customer: UUID) -> None:
        both = await insert_complaint(db, customer_id=customer)
        await insert_remedy(db, both, "refund", "20.00")
        await insert_remedy(db, both, "refund", "5.50")
        await insert_remedy(db, both, "apology")
        refused = await insert_complaint(db)
        await insert_remedy(db, refused, "voucher", "10.00", state="refused")
        found = await groups(client, group_by="remedy")
        assert {item["key"]: (item["complaints"], item["cost"]) for item in found["items"]} == {
            "apology": (1, []),
            "refund": (1, [{"currency": "GBP", "total": "25.50"}]),
            "none": (1, []),
        }
        assert (found["all"]["complaints"], found["all"]["with_customer"]) == (2, 1)
        assert found["all"]["cost"] == [{"currency": "GBP", "total": "25.50"}]

    async def test_by_cost_in_bands_of_each_currency(self, client: httpx.AsyncClient, db: Any) -> None:
        for costs in (
            [("9.99", "GBP")],
            [("4.00", "GBP"), ("6.00", "GBP")],
            [("49.99", "GBP"), ("10.00", "EUR")],
            [("50", "GBP")],
            [("200", "GBP")],
            [("199.99", "GBP"), (None, "GBP")],
            [(None, "GBP")],
            [("0.00", "GBP")],
            [],
        ):
            complaint = await insert_complaint(db)
            for cost, currency in costs:
                await insert_remedy(db, complaint, "goodwill", cost, currency)
        found = await groups(client, group_by="cost")
        assert {(item["key"], item["currency"]): item["complaints"] for item in found["items"]} == {
            ("<10", "GBP"): 1,
            ("<50", "GBP"): 2,
            ("<50", "EUR"): 1,
            ("<200", "GBP"): 2,
            ("200+", "GBP"): 1,
            ("none", None): 2,
            (None, None): 1,
        }
        assert found["all"]["complaints"] == 9
        totals = {(item["key"], item["currency"]): item["cost"] for item in found["items"]}
        assert totals["<50", "EUR"] == [{"currency": "EUR", "total": "10.00"}]
        assert totals["<50", "GBP"] == [{"currency": "GBP", "total": "59.99"}]

    async def test_what_is_open_again_did_not_last(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_complaint(db)
        await insert_complaint(db, reopened_count=1)
        again = await insert_complaint(db, reopened_count=1, state="reopened", ended_at=None)
        await insert_move(db, again, 1, "close", "accepted", "closed", days_ago(20))
        await insert_move(db, again, 2, "reopen", "closed", "reopened", days_ago(10))
        earlier = await insert_complaint(db, reopened_count=1, state="reopened", ended_at=None)
        await insert_move(db, earlier, 1, "close", "accepted", "closed", days_ago(400))
        await insert_move(db, earlier, 2, "reopen", "closed", "reopened", days_ago(390))
        every = (await groups(client))["all"]
        assert every["complaints"] == 2
        assert (every["reopened"]["count"], every["reopened"]["total"]) == (2, 3)

    async def test_a_customer_who_complains_often_is_one_customer(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        other = UUID((await make.create_customer(client))["id"])
        for days in (70, 60):
            await insert_complaint(db, customer_id=customer, received_at=days_ago(days + 1), ended_at=days_ago(days))
        await insert_complaint(db, customer_id=other, received_at=days_ago(31), ended_at=days_ago(30))
        await make.record_purchase(client, customer, days_ago(100), "60.00")
        await make.record_purchase(client, other, days_ago(100), "120.00")
        (change,) = (await groups(client))["all"]["spend_change"]
        assert change == {
            "currency": "GBP",
            "customers": 2,
            "before_per_month": "15.00",
            "after_per_month": "0.00",
            "change_per_month": "-15.00",
            "low": "-78.53",  # 15 -+ 12.706 x 7.071 / sqrt(2)
            "high": "48.53",
        }

    async def test_of_one_customer_there_is_no_interval(
        self, client: httpx.AsyncClient, db: Any, customer: UUID
    ) -> None:
        await insert_complaint(db, customer_id=customer)
        await make.record_purchase(client, customer, days_ago(60), "6.00")
        (change,) = (await groups(client))["all"]["spend_change"]
        assert (change["change_per_month"], change["low"], change["high"]) == ("-1.00", None, None)


class TestAgainstPython:
    """The same, counted the slow way, over complaints and receipts at random."""

    async def test_all_figures_agree(self, client: httpx.AsyncClient, db: Any) -> None:
        dice = random.Random(1927)
        customers = [UUID((await make.create_customer(client))["id"]) for _ in range(8)]
        sales = []
        for _ in range(120):
            at, buyer = days_ago(dice.uniform(0, 500)), dice.choice(customers)
            total, currency = dice.choice(["12.50", "30.00", "-7.25", "0.00", "81.10"]), dice.choice(["GBP", "EUR"])
            sale = await make.record_purchase(client, buyer, at, total, currency=currency)
            if voided := dice.random() < 0.1:
                await client.post(f"/v1/sales/{sale['id']}/void", json={"reason": "Twice"})
            sales.append((buyer, at.astimezone(UTC), Decimal(total), currency, voided))
        complaints = []
        for _ in range(60):
            received = days_ago(dice.uniform(10, 380))
            ended = min(received + timedelta(days=dice.uniform(0, 30)), START)
            state = dice.choice(["closed", "closed", "closed", "withdrawn", "received"])
            row = await insert_complaint(
                db,
                customer_id=dice.choice([*customers, None]),
                received_at=received,
                ended_at=None if state == "received" else ended,
                state=state,
                category=dice.choice(["freshness", "service", None]),
                site=dice.choice(["Leeds", "York", None]),
                owner=dice.choice(["Amara", "Tom", None]),
                severity=dice.choice(["low", "high", None]),
                feeling=dice.choice(["calm", "angry", None]),
                channel=dice.choice(["phone", "email"]),
                reopened_count=dice.choice([0, 0, 1]) if state == "closed" else 0,
            )
            complaints.append(row)
        heard = []
        for _ in range(150):
            score = dice.choice([None, 0, 20, 50, 75, 100])
            rival = dice.random() < 0.1
            row = await insert(
                db,
                "feedback",
                method="competitor" if rival else "survey",
                competitor="The others" if rival else None,
                customer_id=dice.choice([*customers, None]),
                collected_at=days_ago(dice.uniform(0, 500)),
                **(
                    {}
                    if score is None
                    else {"metric": "score", "value": score, "worst": 0, "best": 100, "score": score}
                ),
            )
            if score is not None and not rival:
                heard.append(row)
        keys = {
            "category": "category",
            "site": "site",
            "handler": "owner",
            "severity": "severity",
            "feeling": "feeling",
            "channel": "channel",
        }
        closed = [c for c in complaints if c["state"] == "closed" and c["ended_at"] >= days_ago(365)]
        for by, column in keys.items():
            found = await groups(client, group_by=by)
            assert found["all"] | {"key": None} == _expected(None, closed, complaints, sales, heard)
            listed = {item["key"]: item for item in found["items"]}
            assert set(listed) == {c[column] for c in closed}
            for key, item in listed.items():
                rows = [c for c in closed if c[column] == key]
                assert item == _expected(key, rows, complaints, sales, heard), (by, key)
        for row in complaints:
            _check_one(await recovery_of(client, row), row, complaints, sales, heard)


def _later(row: Any, complaints: list[Any], sales: list[Any]) -> tuple[list[datetime], list[datetime]]:
    """When the customer of a complaint that is over bought, and when they complained, after its end."""
    if row["customer_id"] is None or row["ended_at"] is None:
        return [], []
    bought = [
        at
        for buyer, at, total, _, voided in sales
        if buyer == row["customer_id"] and at > row["ended_at"] and total > 0 and not voided
    ]
    again = [
        c["received_at"]
        for c in complaints
        if c["customer_id"] == row["customer_id"] and c["received_at"] > row["ended_at"] and c["id"] != row["id"]
    ]
    return bought, again


def _spend(row: Any, sales: list[Any]) -> dict[str, tuple[Decimal, Decimal]]:
    """Per currency, what was spent per month before and after."""
    until = min(START, row["ended_at"] + 180 * DAY)
    months = Decimal((until - row["ended_at"]).total_seconds()) / (30 * 86_400)
    sums: dict[str, tuple[Decimal, Decimal]] = {}
    for buyer, at, total, currency, voided in sales:
        if buyer != row["customer_id"] or voided:
            continue
        before = row["received_at"] - 180 * DAY <= at < row["received_at"]
        after = row["ended_at"] < at <= until
        if before or after:
            b, a = sums.get(currency, (Decimal(0), Decimal(0)))
            sums[currency] = (b + total / 6, a) if before else (b, a + total / months)
    return sums


def _opinions(row: Any, heard: list[Any]) -> list[Any]:
    """What the customer of a complaint that is over said of us within 180 days after its end."""
    if row["customer_id"] is None or row["ended_at"] is None:
        return []
    until = row["ended_at"] + 180 * DAY
    said = [f for f in heard if f["customer_id"] == row["customer_id"] and row["ended_at"] < f["collected_at"] <= until]
    return sorted(said, key=lambda f: f["collected_at"])


def _later_score(known: list[Any], heard: list[Any]) -> dict[str, Any]:
    said: dict[Any, list[Decimal]] = {}
    for row in known:
        if scores := [f["score"] for f in _opinions(row, heard)]:
            said.setdefault(row["customer_id"], []).extend(scores)
    means = [exact.mean(scores) for scores in said.values()]
    if len(means) < 2:
        single = f"{means[0]:.2f}" if means else None
        return {"customers": len(means), "mean_score": single, "low": None, "high": None}
    mean = round(exact.mean(means), 2)
    found = statistics.mean_interval(mean, exact.stdev(means), len(means))
    assert found is not None
    low, high = (f"{min(max(round(bound, 2), Decimal(0)), Decimal(100)):.2f}" for bound in found)
    return {"customers": len(means), "mean_score": f"{mean:.2f}", "low": low, "high": high}


def _expected(key: Any, rows: list[Any], complaints: list[Any], sales: list[Any], heard: list[Any]) -> dict[str, Any]:
    known = [row for row in rows if row["customer_id"] is not None]
    shares: dict[str, list[Any]] = {"bought_again": [], "complained_again": []}
    for days in (30, 90, 180):
        ripe = [row for row in known if row["ended_at"] + days * DAY <= START]
        for place, name in enumerate(shares):
            count = sum(
                any(at <= row["ended_at"] + days * DAY for at in _later(row, complaints, sales)[place]) for row in ripe
            )
            shares[name].append(share_after(days, count, len(ripe)))
    each: dict[str, dict[Any, list[tuple[Decimal, Decimal]]]] = {}
    for row in known:
        if row["ended_at"] + 30 * DAY <= START:
            for currency, amounts in _spend(row, sales).items():
                each.setdefault(currency, {}).setdefault(row["customer_id"], []).append(amounts)
    reopened = sum(row["reopened_count"] > 0 for row in rows)
    return {
        "key": key,
        "currency": None,
        "complaints": len(rows),
        "with_customer": len(known),
        **shares,
        "reopened": share(reopened, len(rows)),
        "spend_change": [_change(currency, by_customer) for currency, by_customer in sorted(each.items())],
        "cost": [],
        "later_feedback": _later_score(known, heard),
    }


def _change(currency: str, by_customer: dict[Any, list[tuple[Decimal, Decimal]]]) -> dict[str, Any]:
    means = [tuple(exact.mean(side) for side in zip(*pairs, strict=True)) for pairs in by_customer.values()]
    before, after = (exact.mean(side) for side in zip(*means, strict=True))
    changes = [a - b for b, a in means]
    mean = round(exact.mean(changes), 2)
    deviation = exact.stdev(changes) if len(changes) > 1 else Decimal(0)
    found = statistics.mean_interval(mean, deviation, len(changes))
    low, high = (None, None) if found is None else (f"{round(bound, 2) + 0}" for bound in found)
    return {
        "currency": currency,
        "customers": len(means),
        "before_per_month": f"{round(before, 2) + 0:.2f}",
        "after_per_month": f"{round(after, 2) + 0:.2f}",
        "change_per_month": f"{mean + 0:.2f}",
        "low": low,
        "high": high,
    }


def _check_one(found: dict[str, Any], row: Any, complaints: list[Any], sales: list[Any], heard: list[Any]) -> None:
    ended = row["ended_at"]
    assert [f["id"] for f in found["later_feedback"]] == [str(f["id"]) for f in _opinions(row, heard)][:20]
    for place, name in enumerate(("bought_again", "complained_again")):
        happened = _later(row, complaints, sales)[place]
        for entry in found["windows"]:
            days = entry["days"] * DAY
            expected = None
            if ended is not None and row["customer_id"] is not None:
                if any(at <= ended + days for at in happened):
                    expected = "yes"
                elif ended + days <= START:
                    expected = "no"
            assert entry[name] == expected
            assert entry["mature"] == (ended is not None and ended + days <= START)
    if ended is not None:
        shown = {s["currency"]: (s["before_per_month"], s["after_per_month"]) for s in found["spend"]}
        spent = {
            currency: (f"{round(b, 2) + 0:.2f}", f"{round(a, 2) + 0:.2f}" if ended < START else None)
            for currency, (b, a) in _spend(row, sales).items()
        }
        assert shown == (spent if row["customer_id"] is not None else {})
