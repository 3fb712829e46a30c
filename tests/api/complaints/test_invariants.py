"""Thousands of complaints with random histories under random policies: what has to be true of each, worked out again.

The clocks are counted the slow way: a calendar is a row of minutes, open or not, by what the clock on the wall shows.
"""

import json
import random
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import accumulate, pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import holidays
import httpx
import pytest

from app.core.context import Context
from app.core.sessions import Sessions
from app.rules.service_levels.policies import PauseReason
from app.schemas.complaints.intake import ComplaintNew
from app.schemas.complaints.moves import ComplaintHold, MoveDetails
from app.services.complaints import case_store, complaints, moves
from tests import make
from tests.make.complaints import MOVES_TO, REQUIRED
from tests.support.application import TestClock, Worker
from tests.support.scale import scaled
from tests.support.times import START
from tests.support.transitions import TRANSITIONS

COUNT, CHUNK = scaled(2_000, 10_000), 500
FIRST, LAST = datetime(2025, 3, 1, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ZONES = ("Europe/London", "America/New_York", "Asia/Kolkata", "Pacific/Auckland", "Australia/Lord_Howe", "UTC")
METRICS = ("acknowledge", "update", "respond", "resolve", "deadlock")


class ReferenceCalendar:
    """The open minutes of two years, summed up, as the definition of a calendar has them."""

    def __init__(self, definition: dict[str, Any]) -> None:
        self.definition = definition
        self.zone = ZoneInfo(definition["time_zone"])
        self.exceptions = {e["on"]: e["hours"] for e in definition["exceptions"]}
        free = definition["holidays"]
        self.free = holidays.country_holidays(free["country"], subdiv=free["subdivision"]) if free else {}
        self.days: dict[date, bytes] = {}
        # Nobody changes the clocks but at a quarter of an hour.
        count = (LAST - FIRST) // QUARTER
        opened = b"".join(self.quarter(FIRST + n * QUARTER) for n in range(count))
        self.sums = array("i", accumulate(opened, initial=0))

    def quarter(self, moment: datetime) -> bytes:
        wall = moment.astimezone(self.zone)
        minute = wall.hour * 60 + wall.minute
        return self.day(wall.date())[minute : minute + 15]

    def day(self, day: date) -> bytes:
        """One byte a minute: is it open?"""
        if (known := self.days.get(day)) is None:
            if (hours := self.exceptions.get(day.isoformat())) is None:
                named = [h for h in self.definition["hours"] if h["day"] == DAYS[day.weekday()]]
                hours = [] if day in self.free else named
            minutes = bytearray(1_440)
            for window in hours:
                start, end = (int(window[n][:2]) * 60 + int(window[n][3:]) for n in ("opens", "closes"))
                minutes[start:end] = b"\1" * (end - start)
            known = self.days[day] = bytes(minutes)
        return known

    def until(self, moment: datetime) -> int:
        whole, rest = divmod(moment - FIRST, MINUTE)
        assert not rest
        return self.sums[whole]

    def after(self, start: datetime, minutes: int) -> datetime | None:
        if minutes <= 0:
            return start
        found = bisect_left(self.sums, self.until(start) + minutes)
        return FIRST + found * MINUTE if found < len(self.sums) else None


class Clock:
    """A row of complaint_clocks with its intervals."""

    def __init__(self, row: Any, intervals: list[Any], calendar: ReferenceCalendar) -> None:
        self.row, self.intervals, self.calendar = row, intervals, calendar

    @property
    def ended_at(self) -> datetime | None:
        return self.row["met_at"] or self.row["cancelled_at"]

    def ran(self, now: datetime) -> int:
        return sum(
            self.calendar.until(i["ends_at"] or now) - self.calendar.until(i["starts_at"])
            for i in self.intervals
            if i["kind"] == "running"
        )

    def reaches(self, minutes: int) -> datetime | None:
        """When it has run for so long, or would have, had it not been ended."""
        left = max(minutes, 0)
        for interval in self.intervals:
            if interval["kind"] == "running":
                if interval is self.intervals[-1]:
                    return self.calendar.after(interval["starts_at"], left)
                run = self.calendar.until(interval["ends_at"]) - self.calendar.until(interval["starts_at"])
                if run >= left:
                    return self.calendar.after(interval["starts_at"], left)
                left -= run
        return None


def random_calendars(dice: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(12):
        hours = []
        for day in DAYS[: dice.choice([5, 6, 7])]:
            opens = dice.randrange(0, 12 * 60)
            closes = dice.randrange(opens + 60, 24 * 60 + 1)
            parts = [(opens, closes)] if dice.random() < 0.6 else [(opens, opens + 25), (opens + 40, closes)]
            hours += [
                {"day": day, "opens": f"{a // 60:02}:{a % 60:02}", "closes": f"{b // 60:02}:{b % 60:02}"}
                for a, b in parts
            ]
        exceptions = [
            {"on": str(FIRST.date() + timedelta(days=dice.randrange(700))), "hours": dice.choice([[], [window]])}
            for window in [{"opens": "00:00", "closes": "24:00"}, {"opens": "06:10", "closes": "07:05"}] * 5
        ]
        free = dice.choice([None, {"country": "GB", "subdivision": "SCT"}, {"country": "US"}, {"country": "DE"}])
        alone = list({e["on"]: e for e in exceptions}.values())
        zone = ZONES[n % len(ZONES)]
        yield make.calendar(code=f"k{n}", time_zone=zone, hours=hours, exceptions=alone, holidays=free)


def random_policies(dice: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(12):
        targets = {metric: dice.randrange(10, 6_000) for metric in METRICS if dice.random() < 0.85} or {"respond": 60}
        steps = {
            (metric, dice.choice([-target, -target // 2, -1, 0, 1, 600, 3_000]))
            for metric, target in targets.items()
            for _ in range(dice.randrange(3))
        }
        yield make.policy(
            calendar=f"k{n}",
            position=n,
            applies_to={"categories": [f"c{n}"]},
            targets={f"{metric}_minutes": minutes for metric, minutes in targets.items()},
            pauses=dice.sample([str(s) for s in PauseReason], dice.randrange(6)),
            escalations=[
                {"metric": metric, "at_minutes": at, "raise_priority": dice.random() < 0.3}
                for metric, at in sorted(steps)
            ],
        )


def random_complaint(dice: random.Random) -> ComplaintNew:
    """A legal way that ends before now."""
    received = START - timedelta(minutes=dice.randrange(dice.choice([3_000, 30_000, 500_000])))
    state, at, history = "received", received, []
    patience, pace = dice.choice([0, 1, 3, 6, 8, 10, 25]), dice.choice([60, 1_000, 6_000])
    for _ in range(patience):
        at += timedelta(minutes=int(dice.expovariate(1 / pace)) if dice.random() < 0.9 else 0)
        if at > START:
            at = START
            break
        move = dice.choice([m for m in TRANSITIONS[state] if m != "withdraw" or dice.random() < 0.15] or ["withdraw"])
        history.append({"move": move, "at": at.isoformat(), "customer_notified": dice.random() < 0.3})
        state = TRANSITIONS[state][move]
    if "withdraw" in TRANSITIONS[state] and dice.random() < 0.85:  # most of them are over
        at += timedelta(minutes=dice.randrange(5_000))
        history += [{"move": "withdraw", "at": at.isoformat()}] if at <= START else []
    category = f"c{dice.randrange(13)}"  # one of them has no policy
    return ComplaintNew.model_validate(
        {
            "channel": "phone",
            "description": "x",
            "category": category,
            "received_at": received.isoformat(),
            "history": history,
        }
    )


class World:
    def __init__(self, definitions: list[dict[str, Any]], made: list[dict[str, Any]]) -> None:
        self.calendars = {d["id"]: ReferenceCalendar(d) for d in definitions}
        self.steps = {policy["id"]: defaultdict[str, list[int]](list) for policy in made}
        for policy in made:
            for step in policy["escalations"]:
                self.steps[policy["id"]][step["metric"]].append(step["at_minutes"])

    async def clocks(self, db: Any) -> dict[UUID, Clock]:
        intervals = defaultdict(list)
        for row in await db.fetch("SELECT * FROM clock_intervals ORDER BY clock_id, position"):
            intervals[row["clock_id"]].append(row)
        rows = await db.fetch("SELECT * FROM complaint_clocks ORDER BY id")
        return {row["id"]: Clock(row, intervals[row["id"]], self.calendars[str(row["calendar_id"])]) for row in rows}


async def build(client: httpx.AsyncClient, dice: random.Random) -> World:
    async def made(path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    definitions = [await made("/v1/calendars", body) for body in random_calendars(dice)]
    return World(definitions, [await made("/v1/service-policies", body) for body in random_policies(dice)])


async def make_more_moves(sessions: Sessions, db: Any, dice: random.Random) -> None:
    """Some of those that are open make another move, or wait for somebody."""
    rows = await db.fetch("SELECT id, state FROM complaints ORDER BY id")
    for row in dice.sample(rows, 400):
        move = dice.choice([*TRANSITIONS[row["state"]], "hold"])
        if move == "hold" and row["state"] in ("closed", "withdrawn"):
            continue
        if move == "hold":
            await sessions.write(_hold(row["id"], dice.choice(["customer", "supplier", "other"])))
        else:
            await sessions.write(_move(row["id"], move))


def _hold(complaint_id: UUID, whom: str) -> Any:
    return lambda ctx: moves.hold(ctx, complaint_id, ComplaintHold.model_validate({"waiting_for": whom}))


def _move(complaint_id: UUID, move: str) -> Any:
    made = getattr(moves, move)
    schema = made.__annotations__["step"]
    assert issubclass(schema, MoveDetails)
    return lambda ctx: made(ctx, complaint_id, schema.model_validate(REQUIRED.get(move, {})))


async def test_invariants(
    client: httpx.AsyncClient, db: Any, sessions: Sessions, clock: TestClock, work: Worker
) -> None:
    dice = random.Random(20_260_302)
    world = await build(client, dice)
    for _ in range(COUNT // CHUNK):
        new = [random_complaint(dice) for _ in range(CHUNK)]
        outcomes = await sessions.write(partial(complaints.record_many, new_complaints=new))
        assert {outcome.status for outcome in outcomes} == {201}
    clock.tick(2 * 86_400)
    worked = [clock.now]
    await work(COUNT)
    clock.tick(60)
    await make_more_moves(sessions, db, dice)
    clock.tick(20 * 86_400)
    worked.append(clock.now)
    await work(COUNT)
    await moves_follow_the_table(db)
    kept = await world.clocks(db)
    assert len(kept) > 2 * COUNT
    intervals_follow_each_other(kept)
    due_times_agree(kept, clock.now)
    await elapsed_times_agree(sessions, kept, clock.now)
    await each_step_happens_once(db, world, kept, worked)
    await lists_agree(db, kept)


async def moves_follow_the_table(db: Any) -> None:
    way = defaultdict(list)
    for row in await db.fetch("SELECT * FROM complaint_moves ORDER BY complaint_id, position"):
        way[row["complaint_id"]].append(row)
    seen = Counter[tuple[str, str]]()
    for row in await db.fetch("SELECT id, state, state_since, received_at, ended_at, reopened_count FROM complaints"):
        state, since = "received", row["received_at"]
        for n, move in enumerate(way[row["id"]], start=1):
            assert (move["position"], move["from_state"]) == (n, state)
            assert TRANSITIONS[state][move["move"]] == move["to_state"]
            assert (move["received_at"], move["entered_at"]) == (row["received_at"], since)
            assert move["happened_at"] >= since
            seen[state, move["move"]] += 1
            state, since = move["to_state"], move["happened_at"]
        assert (row["state"], row["state_since"]) == (state, since)
        assert row["ended_at"] == (since if state in ("closed", "withdrawn") else None)
        assert row["reopened_count"] == sum(move["move"] == "reopen" for move in way[row["id"]])
    # All of the table has been walked.
    assert set(seen) == {(state, move) for state in MOVES_TO for move in TRANSITIONS[state]}


def intervals_follow_each_other(kept: dict[UUID, Clock]) -> None:
    for clock in kept.values():
        first, last = clock.intervals[0], clock.intervals[-1]
        assert [i["position"] for i in clock.intervals] == list(range(1, len(clock.intervals) + 1))
        assert first["starts_at"] == clock.row["started_at"]
        assert last["ends_at"] == clock.ended_at
        for one, other in pairwise(clock.intervals):
            assert one["starts_at"] <= one["ends_at"] == other["starts_at"]
            assert one["kind"] != other["kind"]
        state = "met" if clock.row["met_at"] else "cancelled" if clock.row["cancelled_at"] else last["kind"]
        assert clock.row["state"] == state


def due_times_agree(kept: dict[UUID, Clock], now: datetime) -> None:
    breached = 0
    for clock in kept.values():
        due = clock.reaches(clock.row["target_minutes"])
        assert clock.row["due_at"] == due
        missed = due is not None and due < (clock.ended_at or now)
        assert clock.row["breached_at"] == (due if missed else None)
        breached += missed
    assert len(kept) * 0.1 < breached < len(kept) * 0.9


async def elapsed_times_agree(sessions: Sessions, kept: dict[UUID, Clock], now: datetime) -> None:
    ids = sorted({clock.row["complaint_id"] for clock in kept.values()})
    compared = 0
    for start in range(0, len(ids), CHUNK):

        async def look(ctx: Context, some: list[UUID] = ids[start : start + CHUNK]) -> None:
            nonlocal compared
            for case in await case_store.load_many(ctx, some):
                assert not case.policy_changed
                for clock in case.clocks.all:
                    assert clock.elapsed(now) == kept[case.stored(clock).id].ran(now) * MINUTE
                    compared += 1

        await sessions.write(look)
    assert compared == len(kept)


async def each_step_happens_once(db: Any, world: World, kept: dict[UUID, Clock], worked: list[datetime]) -> None:
    """Made are those whose moment had come when somebody looked, while the clock was not over yet."""
    expected = {}
    for clock_id, clock in kept.items():
        for at in world.steps[str(clock.row["policy_id"])][clock.row["metric"]]:
            moment = clock.reaches(clock.row["target_minutes"] + at)
            looks = [w for w in worked if clock.row["started_at"] <= w < (clock.ended_at or LAST)]
            if moment is not None and (seen := [w for w in looks if w >= moment]):
                expected[clock_id, at] = max(moment, clock.row["started_at"]), seen[0]
    rows = await db.fetch("SELECT * FROM complaint_escalations")
    assert {(row["clock_id"], row["at_minutes"]): (row["planned_at"], row["made_at"]) for row in rows} == expected
    assert len(rows) == len(expected) > COUNT / 10
    told = Counter[tuple[str, str, int]]()
    for row in await db.fetch("SELECT data FROM events WHERE type IN ('complaint.warned', 'complaint.escalated')"):
        data = json.loads(row["data"])
        told["made", data["metric"], data["at_minutes"]] += 1
    assert told == Counter(("made", row["metric"], row["at_minutes"]) for row in rows)
    breaches = await db.fetchval("SELECT count(*) FROM events WHERE type = 'complaint.breached'")
    assert breaches == sum(clock.row["breached_at"] is not None for clock in kept.values())


async def lists_agree(db: Any, kept: dict[UUID, Clock]) -> None:
    """The first due time of what runs, and whether anything was missed; and who has something to come is looked at."""
    due: defaultdict[UUID, list[datetime]] = defaultdict(list)
    breached: defaultdict[UUID, bool] = defaultdict(bool)
    received: defaultdict[UUID, set[datetime]] = defaultdict(set)
    for clock in kept.values():
        complaint_id = clock.row["complaint_id"]
        if clock.ended_at is None and clock.row["due_at"] is not None:
            due[complaint_id].append(clock.row["due_at"])
        received[complaint_id].add(clock.row["received_at"])
        breached[complaint_id] |= clock.row["breached_at"] is not None
    for row in await db.fetch("SELECT id, received_at, due_at, breached FROM complaints"):
        assert received[row["id"]] <= {row["received_at"]}
        assert row["due_at"] == min(due[row["id"]], default=None)
        assert row["breached"] == breached[row["id"]]
    planned = {row["key"] for row in await db.fetch("SELECT key FROM jobs WHERE kind = 'complaint'")}
    coming = {
        str(clock.row["complaint_id"])
        for clock in kept.values()
        if clock.ended_at is None and clock.row["breached_at"] is None and clock.row["due_at"] is not None
    }
    assert coming <= planned


@pytest.mark.parametrize("zone", ZONES)
def test_the_reference_calendar_counts_minutes(zone: str) -> None:
    """Minute by minute over the days on which clocks are changed; the other test goes in quarters of an hour."""
    hours = [{"day": day, "opens": "00:20", "closes": "03:05"} for day in DAYS]
    reference = ReferenceCalendar({"time_zone": zone, "hours": hours, "exceptions": [], "holidays": None})
    for first in (
        datetime(2025, 3, 28, tzinfo=UTC),
        datetime(2025, 4, 4, tzinfo=UTC),
        datetime(2025, 10, 3, tzinfo=UTC),
    ):
        moments = (first + n * MINUTE for n in range(5 * 1_440))
        walls = (moment.astimezone(ZoneInfo(zone)) for moment in moments)
        opened = sum(20 <= wall.hour * 60 + wall.minute < 185 for wall in walls)
        assert reference.until(first + timedelta(days=5)) - reference.until(first) == opened
