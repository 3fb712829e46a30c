"""Insights: each section with cases that can be counted by hand, and all of them against Python over random ones."""

import random
import statistics as exact
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.rules.complaints.states import State
from tests import make
from tests.make.complaints import insert_complaint, insert_move
from tests.make.rows import insert
from tests.support import api
from tests.support.api import pointers
from tests.support.application import Keys
from tests.support.shares import NONE_MATURE, share
from tests.support.times import START, days_ago

PATH = "/v1/complaints/insights"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def insights(client: httpx.AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def insert_open(db: Any, **changes: Any) -> Any:
    """A complaint that is still open; received 10 days ago, unless said otherwise."""
    return await insert_complaint(db, **{"received_at": days_ago(10), "state": "received", "ended_at": None, **changes})


async def insert_closed(db: Any, **changes: Any) -> Any:
    """Received 10 days ago and closed 5 days ago, unless said otherwise."""
    return await insert_complaint(db, **{"received_at": days_ago(10), "ended_at": days_ago(5), **changes})


async def insert_moves(db: Any, complaint: Any, *way: tuple[str, str, float]) -> None:
    """The moves of a complaint: which, where it led, and how many hours after the complaint was received."""
    state = "received"
    for position, (move, to, hours) in enumerate(way, start=1):
        await insert_move(db, complaint, position, move, state, to, complaint["received_at"] + hours * HOUR)
        state = to


@pytest.fixture
async def policy(db: Any) -> tuple[UUID, UUID]:
    """What clocks refer to: a policy and its calendar."""
    calendar, policy = uuid4(), uuid4()
    await insert(db, "calendars", id=calendar, code="usual", definition="{}")
    await insert(db, "calendar_versions", calendar_id=calendar, version=1, definition="{}", actor="test")
    await insert(db, "service_policies", id=policy, code="usual", position=1, calendar_id=calendar, definition="{}")
    await insert(db, "service_policy_versions", service_policy_id=policy, version=1, definition="{}", actor="test")
    return policy, calendar


async def insert_clock(
    db: Any, policy: tuple[UUID, UUID], complaint: Any, metric: str, state: str, **more: Any
) -> None:
    values = {"cycle": 1, "started_at": complaint["received_at"], "target_minutes": 60, "due_at": days_ago(-1), **more}
    if state in ("met", "cancelled"):
        values.setdefault(f"{state}_at", days_ago(1))
    await insert(
        db,
        "complaint_clocks",
        complaint_id=complaint["id"],
        received_at=complaint["received_at"],
        metric=metric,
        state=state,
        policy_id=policy[0],
        policy_version=1,
        calendar_id=policy[1],
        calendar_version=1,
        **values,
    )


class TestNothing:
    async def test_is_known_where_nothing_happened(self, client: httpx.AsyncClient) -> None:
        found = await insights(client)
        unknown = share(0, 0)
        assert (found["received_since"], found["received_before"]) == (
            "2025-12-02T09:00:00.000000Z",
            "2026-03-02T09:00:00.000001Z",
        )
        volume = found["volume"]
        assert {"received", "closed", "withdrawn"} == {name for name, count in volume.items() if count == 0}
        assert len(volume["periods"]) == 14
        assert {entry["received"] for entry in volume["periods"]} == {0}
        assert found["backlog"]["open"] == 0
        assert found["time_in_state"] == {"states": [], "reopened": unknown}
        assert found["clocks"] == {"metrics": [], "reopened": unknown}
        never = {"count": 0, "median_hours": None, "p90_hours": None}
        assert found["speed"] == {
            "acknowledge": never,
            "respond": never,
            "close": never,
            "reopened": unknown,
            "accepted": unknown,
        }
        assert found["outcomes"] == {"closed": unknown, "recovered": NONE_MATURE}
        assert found["repeat_complainants"] == {"customers": unknown, "complaints": 0, "unclaimed": 0}
        assert found["causes"] == {"known": unknown, "kinds": []}
        assert found["products"] == found["sites"] == []


class TestAsking:
    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ({"received_since": "2026-03-02T09:00:01Z"}, "/query/received_since"),
            ({"received_since": "2023-02-01T00:00:00Z"}, "/query/received_since"),
            ({"received_before": "2026-03-02"}, "/query/received_before"),
            ({"interval": "year"}, "/query/interval"),
            ({"channel": "pigeon"}, "/query/channel"),
            ({"owner": ""}, "/query/owner"),
        ],
    )
    async def test_what_cannot_be_asked(self, client: httpx.AsyncClient, query: Any, pointer: str) -> None:
        answer = await client.get(PATH, params=query)
        assert (answer.status_code, pointers(answer)) == (422, [pointer])

    async def test_400_days_by_day_are_the_most(self, client: httpx.AsyncClient) -> None:
        found = await insights(client, received_since=days_ago(400).isoformat(), interval="day")
        assert len(found["volume"]["periods"]) == 401
        query = {"received_since": (days_ago(400) - HOUR).isoformat()}
        assert pointers(await client.get(PATH, params=query)) == ["/query/received_since"]

    async def test_unknown_parameters_are_refused(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(PATH, params={"group_by": "site"})).status_code == 400

    async def test_needs_a_key_for_complaints(self, keys: Keys) -> None:
        assert (await (await keys("service:read")).get(PATH)).status_code == 403
        assert (await (await keys("complaints:read")).get(PATH)).status_code == 200

    async def test_a_complaint_of_this_moment_is_in_it(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_open(db, received_at=START)
        assert (await insights(client))["volume"]["received"] == 1

    @pytest.mark.parametrize("name", ["category", "site", "sku", "channel", "owner"])
    async def test_filters_reach_every_section(self, client: httpx.AsyncClient, db: Any, name: str) -> None:
        for value in ("email", "letter", None):
            named = {} if value is None else {name: value}
            await insert_closed(db, **named, cause_kind="people")
            complaint = await insert_open(db, **named)
            await insert_moves(db, complaint, ("acknowledge", "acknowledged", 1))
        found = await insights(client, **{name: "email"})
        assert (found["volume"]["received"], found["volume"]["closed"]) == (2, 1)
        assert found["backlog"]["open"] == 1
        assert [entry["completed"] for entry in found["time_in_state"]["states"]] == [1]
        assert found["causes"]["known"] == share(1, 2)

    async def test_owners_are_the_same_in_any_case(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_open(db, owner="Mia")
        await insert_open(db, owner="tom")
        assert (await insights(client, owner="mia"))["volume"]["received"] == 1


class TestVolume:
    @pytest.mark.parametrize(
        ("interval", "starts", "received"),
        [
            ("day", ["2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02"], [0, 1, 1, 1]),
            ("week", ["2026-01-26", "2026-02-02"], [2, 1]),
            ("month", ["2026-01-01", "2026-02-01"], [1, 2]),
        ],
    )
    async def test_is_counted_by_periods_of_utc(
        self, client: httpx.AsyncClient, db: Any, interval: str, starts: list[str], received: list[int]
    ) -> None:
        for at in (
            "2026-01-30T11:59:59Z",  # too early
            "2026-01-31T23:59:59Z",
            "2026-02-01T01:30:00+01:00",
            "2026-02-02T00:00:00Z",
            "2026-02-03T00:00:00Z",  # too late
        ):
            await insert_open(db, received_at=datetime.fromisoformat(at))
        query = {"received_since": "2026-01-30T12:00:00Z", "received_before": "2026-02-03T00:00:00Z"}
        volume = (await insights(client, **query, interval=interval))["volume"]
        assert [entry["starts_on"] for entry in volume["periods"]] == starts
        assert [entry["received"] for entry in volume["periods"]] == received
        assert volume["received"] == 3

    async def test_stands_beside_what_was_closed_in_the_same_time(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_closed(db, received_at=days_ago(300), ended_at=days_ago(3))
        await insert_closed(db, received_at=days_ago(20), ended_at=days_ago(3), state="withdrawn")
        await insert_open(db, received_at=days_ago(3))
        volume = (await insights(client))["volume"]
        assert (volume["received"], volume["closed"], volume["withdrawn"]) == (2, 1, 1)
        last = volume["periods"][-2]
        assert last == {"starts_on": "2026-02-23", "received": 1, "closed": 1, "withdrawn": 1}


class TestBacklog:
    async def test_is_all_that_is_open_now_by_age(self, client: httpx.AsyncClient, db: Any) -> None:
        for days in (0, 1.99, 2, 7.99, 8, 14.99, 15, 30.99, 31, 400):
            await insert_open(db, received_at=days_ago(days))
        await insert_closed(db)
        await insert_closed(db, state="withdrawn")
        backlog = (await insights(client))["backlog"]
        assert [(age["from_days"], age["to_days"], age["open"]) for age in backlog["ages"]] == [
            (0, 1, 2),
            (2, 7, 2),
            (8, 14, 2),
            (15, 30, 2),
            (31, None, 2),
        ]
        assert backlog["open"] == 10

    async def test_late_ones_are_told_whether_anybody_noticed_or_not(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_open(db, breached=True)
        await insert_open(db, due_at=days_ago(1))
        await insert_open(db, due_at=days_ago(-1), received_at=days_ago(1))
        backlog = (await insights(client))["backlog"]
        assert backlog["breached"] == 2
        assert [age["breached"] for age in backlog["ages"]] == [0, 0, 2, 0, 0]


class TestTimeInState:
    async def test_from_one_move_to_the_next(self, client: httpx.AsyncClient, db: Any) -> None:
        quick = await insert_closed(db, reopened_count=1)
        await insert_moves(
            db,
            quick,
            ("acknowledge", "acknowledged", 2),
            ("withdraw", "withdrawn", 5),
            ("reopen", "reopened", 50),  # being withdrawn is no state to be in a hurry in
            ("investigate", "investigating", 51),
        )
        slow = await insert_open(db, state="acknowledged")
        await insert_moves(db, slow, ("acknowledge", "acknowledged", 4))
        found = (await insights(client))["time_in_state"]
        shape = ("state", "completed", "ongoing", "median_hours", "p90_hours", "mean_hours")
        assert [tuple(entry[name] for name in shape) for entry in found["states"]] == [
            ("received", 2, 0, 3.0, 3.8, 3.0),
            ("acknowledged", 1, 1, 3.0, 3.0, 3.0),
            ("reopened", 1, 0, 1.0, 1.0, 1.0),
        ]
        assert found["reopened"] == share(1, 1)

    async def test_where_nothing_has_moved_the_hours_are_not_known(self, client: httpx.AsyncClient, db: Any) -> None:
        await insert_open(db)
        (state,) = (await insights(client))["time_in_state"]["states"]
        assert state == {
            "state": "received",
            "completed": 0,
            "ongoing": 1,
            "median_hours": None,
            "p90_hours": None,
            "mean_hours": None,
        }


class TestClocks:
    async def test_met_in_time_late_running_and_breached(
        self, client: httpx.AsyncClient, db: Any, policy: tuple[UUID, UUID]
    ) -> None:
        done, waiting = await insert_closed(db), await insert_open(db)
        await insert_clock(db, policy, done, "respond", "met")
        await insert_clock(db, policy, done, "respond", "met", cycle=2, breached_at=days_ago(2))
        await insert_clock(db, policy, done, "respond", "cancelled", cycle=3)
        await insert_clock(db, policy, done, "respond", "cancelled", cycle=4, breached_at=days_ago(2))
        await insert_clock(db, policy, waiting, "respond", "running")
        await insert_clock(db, policy, waiting, "respond", "paused", cycle=2, due_at=None)
        await insert_clock(db, policy, waiting, "respond", "running", cycle=3, breached_at=days_ago(2))
        await insert_clock(db, policy, waiting, "respond", "running", cycle=4, due_at=days_ago(1))  # not noticed yet
        await insert_clock(db, policy, waiting, "acknowledge", "running")
        found = (await insights(client))["clocks"]
        assert found["metrics"] == [
            {
                "metric": "acknowledge",
                "met_in_time": 0,
                "met_late": 0,
                "running": 1,
                "breached": 0,
                "in_time": share(0, 0),
            },
            {
                "metric": "respond",
                "met_in_time": 1,
                "met_late": 1,
                "running": 2,
                "breached": 3,
                "in_time": share(1, 5),
            },
        ]
        assert found["reopened"] == share(0, 1)


class TestSpeed:
    async def test_is_measured_to_the_first_answer_and_to_the_end(self, client: httpx.AsyncClient, db: Any) -> None:
        twice = await insert_closed(
            db, acknowledged_at=days_ago(10) + 2 * HOUR, ended_at=days_ago(10) + 100 * HOUR, reopened_count=1
        )
        await insert_moves(
            db,
            twice,
            ("investigate", "investigating", 1),
            ("respond", "responded", 20),
            ("reject", "rejected", 30),
            ("investigate", "investigating", 40),
            ("respond", "responded", 60),
            ("accept", "accepted", 70),
            ("close", "closed", 100),
        )
        await insert_open(db, acknowledged_at=days_ago(10) + 4 * HOUR)
        await insert_closed(db, state="withdrawn")
        speed = (await insights(client))["speed"]
        assert speed["acknowledge"] == {"count": 2, "median_hours": 3.0, "p90_hours": 3.8}
        assert speed["respond"] == {"count": 1, "median_hours": 20.0, "p90_hours": 20.0}
        assert speed["close"] == {"count": 1, "median_hours": 100.0, "p90_hours": 100.0}
        assert speed["reopened"] == share(1, 2)
        assert speed["accepted"] == share(1, 2)


class TestOutcomes:
    async def test_closed_stands_beside_recovered(self, client: httpx.AsyncClient, db: Any) -> None:
        back, gone = [UUID((await make.create_customer(client))["id"]) for _ in range(2)]
        for customer in (back, gone, None):
            await insert_closed(db, customer_id=customer, received_at=days_ago(50), ended_at=days_ago(40))
        await insert_closed(
            db, customer_id=back, received_at=days_ago(20), ended_at=days_ago(19)
        )  # not long enough ago
        await insert_closed(db, customer_id=back, received_at=days_ago(50), ended_at=days_ago(40), state="withdrawn")
        await make.record_purchase(client, back, days_ago(15))
        outcomes = (await insights(client))["outcomes"]
        assert outcomes["closed"] == share(4, 5)
        first = {"days": 30, "mature": 2, **share(1, 2)}
        del first["total"]
        assert outcomes["recovered"][0] == first
        assert outcomes["recovered"][1:] == NONE_MATURE[1:]


class TestRepeatComplainants:
    async def test_are_those_with_two_or_more(self, client: httpx.AsyncClient, db: Any) -> None:
        once, thrice = [UUID((await make.create_customer(client))["id"]) for _ in range(2)]
        for customer in (once, thrice, thrice, thrice, None, None):
            await insert_open(db, customer_id=customer)
        await insert_open(db, customer_id=once, received_at=days_ago(200))
        found = (await insights(client))["repeat_complainants"]
        assert found == {"customers": share(1, 2), "complaints": 3, "unclaimed": 2}


class TestCauses:
    async def test_are_shares_of_those_that_are_known(self, client: httpx.AsyncClient, db: Any) -> None:
        for cause in ("people", "supplier", "supplier", None):
            await insert_open(db, cause_kind=cause)
        found = (await insights(client))["causes"]
        assert found["known"] == share(3, 4)
        assert found["kinds"] == [
            {"cause_kind": "supplier", **share(2, 3)},
            {"cause_kind": "people", **share(1, 3)},
        ]


class TestPlaces:
    async def test_sites_stand_beside_their_receipts(self, client: httpx.AsyncClient, db: Any) -> None:
        buyer = (await make.create_customer(client))["id"]
        await insert_closed(db, site="Leeds", reopened_count=1)
        await insert_open(db, site="Leeds")
        await insert_open(db, site="York")
        for days in (1, 2, 3, 4, 200):
            await make.record_purchase(client, buyer, days_ago(days), site="Leeds")
        # Neither a receipt that is voided, nor a return, nor what was given back whole is a purchase.
        voided = await make.record_purchase(client, buyer, days_ago(3), site="Leeds")
        await api.post(client, f"/v1/sales/{voided['id']}/void", {"reason": "x"}, 200)
        given_back = await make.record_purchase(client, buyer, days_ago(3), site="Leeds")
        await make.record_return(client, given_back, days_ago(2))
        await make.record_purchase(client, buyer, days_ago(2), "-5.00", site="Leeds")
        assert (await insights(client))["sites"] == [
            {
                "site": "Leeds",
                "name": None,
                "complaints": 2,
                "closed": 1,
                "reopened": 1,
                "receipts": 4,
                "per_thousand_receipts": 500.0,
            },
            {
                "site": "York",
                "name": None,
                "complaints": 1,
                "closed": 0,
                "reopened": 0,
                "receipts": 0,
                "per_thousand_receipts": None,
            },
        ]

    async def test_the_twenty_products_with_most(self, client: httpx.AsyncClient, db: Any) -> None:
        for number in range(22):
            await insert_open(db, sku=f"SKU-{number:02}")
        await insert_closed(db, sku="SKU-21")
        products = (await insights(client))["products"]
        assert len(products) == 20
        assert [entry["sku"] for entry in products[:3]] == ["SKU-21", "SKU-00", "SKU-01"]
        assert products[0] == {"sku": "SKU-21", "name": None, "complaints": 2, "closed": 1, "reopened": 0}


class TestAgainstPython:
    """The same, counted the slow way, over complaints at random."""

    async def test_all_figures_agree(self, client: httpx.AsyncClient, db: Any) -> None:
        dice = random.Random(10_002)
        customers = [UUID((await make.create_customer(client))["id"]) for _ in range(12)]
        states = [state.value for state in State]
        complaints, ways = [], {}
        for _ in range(120):
            received = days_ago(dice.uniform(0, 130))
            state = dice.choice([*states, "closed", "closed", "closed"])
            over = state in ("closed", "withdrawn")
            row = await insert_complaint(
                db,
                received_at=received,
                state=state,
                ended_at=min(received + timedelta(days=dice.uniform(0, 40)), START) if over else None,
                acknowledged_at=dice.choice([None, received + dice.uniform(0, 90) * HOUR]),
                customer_id=dice.choice([*customers, None]),
                reopened_count=dice.choice([0, 0, 2]),
                cause_kind=dice.choice(["people", "supplier", "process", None]),
                breached=dice.random() < 0.2,
            )
            way, hours, here = [], 0.0, "received"
            for _ in range(dice.randrange(6)):
                hours += dice.uniform(0.1, 60)
                move = dice.choice(["respond", "accept", "reject"]) if here == "investigating" else "investigate"
                to = {"respond": "responded", "accept": "accepted", "reject": "rejected"}.get(move, "investigating")
                way.append((move, here, to, hours))
                await insert_move(db, row, len(way), move, here, to, received + hours * HOUR)
                here = to
            complaints.append(row)
            ways[row["id"]] = way
        bought = [(dice.choice(customers), days_ago(dice.uniform(0, 130)).astimezone(UTC)) for _ in range(60)]
        for customer, at in bought:
            await make.record_purchase(client, customer, at)
        for customer in customers:  # what comes back an hour later is no coming back of the customer
            for days in range(5, 100, 10):
                at = days_ago(days)
                await make.record_return(client, await make.record_purchase(client, customer, at), at + HOUR)
        since, before = days_ago(100), days_ago(5)
        found = await insights(
            client, received_since=since.isoformat(), received_before=before.isoformat(), interval="day"
        )
        rows = [row for row in complaints if since <= row["received_at"] < before]
        reopened = share(
            sum(row["reopened_count"] > 0 for row in rows),
            sum(row["reopened_count"] > 0 or row["ended_at"] is not None for row in rows),
        )
        for section in ("time_in_state", "clocks", "speed"):
            assert found[section]["reopened"] == reopened
        _check_volume(found["volume"], complaints, since, before)
        _check_backlog(found["backlog"], complaints)
        _check_states(found["time_in_state"]["states"], rows, ways)
        _check_speed(found["speed"], rows, ways)
        closed_rows = [row for row in rows if row["state"] == "closed"]
        assert found["outcomes"]["closed"] == share(len(closed_rows), len(rows))
        for entry in found["outcomes"]["recovered"]:
            days = entry["days"] * DAY
            ripe = [r for r in closed_rows if r["customer_id"] and r["ended_at"] + days <= START]
            came = [
                r
                for r in ripe
                if any(c == r["customer_id"] and r["ended_at"] < at <= r["ended_at"] + days for c, at in bought)
            ]
            assert {"total": entry["mature"], **entry}.items() >= share(len(came), len(ripe)).items()


def _check_volume(volume: dict[str, Any], complaints: list[Any], since: datetime, before: datetime) -> None:
    for entry in volume["periods"]:
        start = datetime.fromisoformat(f"{entry['starts_on']}T00:00:00+00:00")
        first, last = max(start, since), min(start + DAY, before)
        assert entry["received"] == sum(first <= row["received_at"] < last for row in complaints)
        for state in ("closed", "withdrawn"):
            ended = [row["ended_at"] for row in complaints if row["state"] == state]
            assert entry[state] == sum(first <= at < last for at in ended)
    for name in ("received", "closed", "withdrawn"):
        assert volume[name] == sum(entry[name] for entry in volume["periods"]) > 0


def _check_backlog(backlog: dict[str, Any], complaints: list[Any]) -> None:
    open_ones = [row for row in complaints if row["state"] not in ("closed", "withdrawn")]
    for age in backlog["ages"]:
        aged = [
            row
            for row in open_ones
            if age["from_days"] <= (START - row["received_at"]).days <= (age["to_days"] or 1_000)
        ]
        assert (age["open"], age["breached"]) == (len(aged), sum(row["breached"] for row in aged))
    assert backlog["open"] == len(open_ones) > 0


def _check_states(states: list[dict[str, Any]], rows: list[Any], ways: dict[Any, list[Any]]) -> None:
    hours: dict[str, list[float]] = {}
    for row in rows:
        entered = 0.0
        for _, state, _, left in ways[row["id"]]:
            hours.setdefault(state, []).append(left - entered)
            entered = left
    listed = {entry["state"]: entry for entry in states}
    assert set(hours) <= set(listed)
    for state, entry in listed.items():
        spent = hours.get(state, [])
        assert (entry["completed"], entry["ongoing"]) == (len(spent), sum(row["state"] == state for row in rows))
        if spent:
            expected = (_percentile(spent, 0.5), _percentile(spent, 0.9), exact.mean(spent))
            assert (entry["median_hours"], entry["p90_hours"], entry["mean_hours"]) == pytest.approx(
                expected, abs=0.006
            )


def _check_speed(speed: dict[str, Any], rows: list[Any], ways: dict[Any, list[Any]]) -> None:
    answers = [[hours for move, _, _, hours in ways[row["id"]] if move == "respond"] for row in rows]
    measured = {
        "acknowledge": [_hours(row["acknowledged_at"] - row["received_at"]) for row in rows if row["acknowledged_at"]],
        "respond": [times[0] for times in answers if times],
        "close": [_hours(row["ended_at"] - row["received_at"]) for row in rows if row["state"] == "closed"],
    }
    for name, hours in measured.items():
        expected = (_percentile(hours, 0.5), _percentile(hours, 0.9))
        assert speed[name]["count"] == len(hours) > 0
        assert (speed[name]["median_hours"], speed[name]["p90_hours"]) == pytest.approx(expected, abs=0.006)
    said = [move for row in rows for move, *_ in ways[row["id"]] if move in ("accept", "reject")]
    assert speed["accepted"] == share(said.count("accept"), len(said))


def _hours(span: timedelta) -> float:
    return span.total_seconds() / 3600


def _percentile(values: list[float], part: float) -> float:
    """Between the two nearest, in proportion: what SQL calls percentile_cont."""
    ordered, place = sorted(values), part * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
