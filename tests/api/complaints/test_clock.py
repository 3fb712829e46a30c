"""The clocks of complaints as they are explained, and as they are measured anew when a policy or a calendar changes."""

import random
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.core.context import Context
from app.services.complaints import case_store
from app.services.complaints.case import Case
from tests import make
from tests.make.complaints import PATH, body, history, record, record_in
from tests.support.application import TestClock, Worker
from tests.support.complaints import batch, clocks, events, get, listed, moved, next_check_at, patched
from tests.support.service_levels import change_calendar, change_policy
from tests.support.times import NOW, ago

HOUR, DAY = 3_600, 86_400


def set_clock(clock: TestClock, moment: str) -> None:
    clock.now = datetime.fromisoformat(moment)


def check_sums(kept: dict[tuple[str, int], dict[str, Any]]) -> None:
    for clock in kept.values():
        assert clock["elapsed_seconds"] == sum(interval["counted_seconds"] for interval in clock["intervals"])
        for interval in clock["intervals"]:
            assert interval["counted_seconds"] == sum(day["counted_seconds"] for day in interval["days"])
        over = clock["state"] in ("met", "cancelled")
        assert clock["remaining_seconds"] == (None if over else clock["target_minutes"] * 60 - clock["elapsed_seconds"])


class TestExplained:
    async def test_what_a_day_counts_and_why(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """From the Thursday before Easter to the Tuesday after it; the clocks were changed on 29 March."""
        eve = {"on": "2026-04-02", "name": "Early closing", "hours": [{"opens": "09:00", "closes": "15:00"}]}
        calendar = await make.create_calendar(
            client, exceptions=[eve], holidays={"country": "GB", "subdivision": "ENG"}
        )
        await make.create_policy(client, calendar=calendar["code"], targets={"respond_minutes": 480})
        set_clock(clock, "2026-04-02T10:30:00+00:00")
        one = await record(client)
        set_clock(clock, "2026-04-07T09:15:30+00:00")
        (kept,) = (await clocks(client, one)).values()
        assert (kept["elapsed_seconds"], kept["remaining_seconds"]) == (17_130, 11_670)
        assert kept["due_at"] == "2026-04-07T12:30:00.000000Z"
        assert kept["calendar"] == {
            "id": calendar["id"],
            "version": 1,
            "code": calendar["code"],
            "time_zone": "Europe/London",
        }
        (interval,) = kept["intervals"]
        assert (interval["kind"], interval["reason"], interval["ends_at"]) == ("running", "received", None)
        assert [tuple(day.values()) for day in interval["days"]] == [
            ("2026-04-02", ["09:00-15:00"], "exception", "Early closing", 12_600),
            ("2026-04-03", [], "holiday", "Good Friday", 0),
            ("2026-04-04", [], "week", None, 0),
            ("2026-04-05", [], "week", None, 0),
            ("2026-04-06", [], "holiday", "Easter Monday", 0),
            ("2026-04-07", ["09:00-17:00"], "week", None, 4_530),
        ]

    async def test_a_pause_while_the_customer_is_waited_for(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 120}, pauses=["waiting_customer"])
        one = await record(client)
        clock.tick(HOUR)
        after = await moved(client, one, "hold", waiting_for="customer")
        assert (after["due_at"], await next_check_at(db, one)) == (None, None)
        clock.tick(DAY)
        (kept,) = (await clocks(client, one)).values()
        assert (kept["state"], kept["due_at"], kept["remaining_seconds"]) == ("paused", None, HOUR)
        after = await moved(client, one, "resume")
        assert after["due_at"] == "2026-03-03T11:00:00.000000Z"
        clock.tick(600)
        (kept,) = (await clocks(client, one)).values()
        assert [(i["kind"], i["reason"], i["counted_seconds"]) for i in kept["intervals"]] == [
            ("running", "received", HOUR),
            ("paused", "waiting_customer", 0),
            ("running", "received", 600),
        ]
        assert kept["intervals"][1]["days"] == []
        assert kept["policy"] == {"id": policy["id"], "version": 1}
        assert (await next_check_at(db, one)).isoformat() == "2026-03-03T11:00:00.000001+00:00"  # type: ignore[union-attr]

    async def test_waiting_does_not_stop_what_the_policy_lets_run(
        self, client: httpx.AsyncClient, clock: TestClock
    ) -> None:
        await make.create_policy(client, targets={"respond_minutes": 120}, pauses=["waiting_customer", "assessed"])
        one = await record(client)
        clock.tick(600)
        assert (await moved(client, one, "hold", waiting_for="supplier"))["due_at"] == "2026-03-02T11:00:00.000000Z"
        await moved(client, one, "acknowledge")
        assert (await moved(client, one, "assess"))["due_at"] is None
        clock.tick(600)
        assert (await moved(client, one, "investigate"))["due_at"] == "2026-03-02T11:10:00.000000Z"

    async def test_sums_to_the_second(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        """At moments as they are in life, which have microseconds."""
        chance = random.Random(5)
        targets = {f"{metric}_minutes": 3_000 for metric in ("acknowledge", "update", "respond", "resolve", "deadlock")}
        await make.create_policy(client, targets=targets, pauses=["waiting_customer", "deadlock"])
        one = await record(client)
        for _ in range(40):
            clock.tick(chance.uniform(0, 4 * HOUR))
            one, kept = await get(client, one), await clocks(client, one)
            check_sums(kept)
            assert {(c["metric"], c["due_at"], c["state"]) for c in one["clocks"]} == {
                (c["metric"], c["due_at"], c["state"]) for c in kept.values()
            }
            verb = chance.choice([*(m for m in one["allowed_moves"] if m != "withdraw"), "messages", "hold"])
            more: dict[str, Any] = {"messages": {"body": "x"}, "hold": {"waiting_for": "customer"}}.get(verb, {})
            if verb != "hold" or one["state"] != "closed":
                await moved(client, one, verb, **more)
        assert len(kept) > 8

    async def test_when_it_is_over(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await make.create_policy(client, targets={"acknowledge_minutes": 60, "resolve_minutes": 600})
        one = await record(client)
        clock.tick(2 * HOUR)
        await moved(client, one, "withdraw")
        clock.tick(DAY)
        kept = await clocks(client, one)
        late = kept["acknowledge", 1]
        assert (late["state"], late["cancelled_at"]) == ("cancelled", "2026-03-02T11:00:00.000000Z")
        assert late["breached_at"] == late["due_at"] == "2026-03-02T10:00:00.000000Z"
        assert (late["elapsed_seconds"], late["remaining_seconds"]) == (2 * HOUR, None)
        assert kept["resolve", 1]["breached_at"] is None

    async def test_its_first_four_hundred_days(self, client: httpx.AsyncClient) -> None:
        await make.create_policy(client, targets={"respond_minutes": 5_000_000})
        one = await record(client, received_at=ago(days=500))
        (kept,) = (await clocks(client, one)).values()
        assert len(kept["intervals"][0]["days"]) == 400
        assert kept["elapsed_seconds"] > sum(day["counted_seconds"] for day in kept["intervals"][0]["days"])

    async def test_without_a_policy_there_is_none(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client)
        answer = (await client.get(f"{PATH}/{one['id']}/clocks")).json()
        assert (answer["clocks"], answer["as_of"], answer["reference"]) == ([], NOW, one["reference"])
        assert await next_check_at(db, one) is None


class TestBreach:
    async def test_is_noted_by_the_worker(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await make.create_policy(client, targets={"acknowledge_minutes": 60, "resolve_minutes": 120})
        one = await record(client)
        clock.tick(HOUR)
        assert await work() == 0  # it is the last moment, but not too late
        clock.tick(0.000001)
        assert await work() == 1
        after = await get(client, one)
        assert (after["breached"], after["due_at"], after["version"]) == (True, "2026-03-02T10:00:00.000000Z", 2)
        assert (await events(db, one))[-1] == ("breached", "time to acknowledge ran out")
        row = await db.fetchrow("SELECT occurred_at, actor FROM events WHERE type = 'complaint.breached'")
        assert (row["occurred_at"].isoformat(), row["actor"]) == ("2026-03-02T10:00:00+00:00", "worker")
        clock.tick(HOUR)
        assert await work() == 1
        assert [what for what, _ in await events(db, one)] == ["received", "breached", "breached"]
        assert await next_check_at(db, one) is None
        assert await work() == 0

    async def test_is_noted_by_what_comes_too_late(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        await make.create_policy(client, targets={"acknowledge_minutes": 60})
        one = await record(client)
        clock.tick(2 * HOUR)
        after = await moved(client, one, "acknowledge")
        assert (after["breached"], after["clocks"][0]["breached_at"]) == (True, "2026-03-02T10:00:00.000000Z")
        assert [what for what, _ in await events(db, one)] == ["received", "acknowledged", "breached"]

    async def test_is_none_when_the_move_was_in_time_and_told_late(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker
    ) -> None:
        await make.create_policy(client, targets={"acknowledge_minutes": 60})
        one = await record(client)
        clock.tick(2 * HOUR)
        after = await moved(client, one, "acknowledge", at="2026-03-02T09:59:00Z")
        assert (after["breached"], await work()) == (False, 0)

    async def test_of_one_that_came_in_long_ago(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker
    ) -> None:
        await make.create_policy(client, targets={"respond_minutes": 60})
        one = await record(client, received_at=ago(days=7))
        assert not one["breached"]
        assert await work() == 1
        assert (await get(client, one))["breached"]


class TestPolicyChanged:
    async def test_open_clocks_are_measured_anew(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        policy = await make.create_policy(
            client, targets={"respond_minutes": 240, "resolve_minutes": 480}, pauses=["waiting_customer"]
        )
        one, over = await record(client), await record(client)
        clock.tick(HOUR)
        over = await moved(client, over, "withdraw")
        was = await clocks(client, over)
        await moved(client, one, "hold", waiting_for="customer")
        clock.tick(HOUR)
        one = await moved(client, one, "resume")
        assert one["due_at"] == "2026-03-02T14:00:00.000000Z"
        await change_policy(client, policy, {"targets": {"respond_minutes": 90, "resolve_minutes": 600}})
        assert (await get(client, one))["due_at"] == "2026-03-02T14:00:00.000000Z"
        assert await work() == 1
        after = await get(client, one)
        # An hour has run, and the pause stays one.
        assert after["due_at"] == "2026-03-02T11:30:00.000000Z"
        kept = await clocks(client, one)
        assert {c["policy"]["version"] for c in kept.values()} == {2}
        assert {c["target_minutes"] for c in kept.values()} == {90, 600}
        for c in kept.values():
            assert [i["kind"] for i in c["intervals"]] == ["running", "paused", "running"]
            assert c["elapsed_seconds"] == HOUR
        assert (await next_check_at(db, one)).isoformat() == "2026-03-02T11:30:00.000001+00:00"  # type: ignore[union-attr]
        # What is over stays as it was.
        assert await get(client, over) == over
        assert await clocks(client, over) == was | {key: c | {"elapsed_seconds": HOUR} for key, c in was.items()}

    async def test_a_breach_that_was_stays(self, client: httpx.AsyncClient, clock: TestClock, work: Worker) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 60})
        one = await record(client)
        clock.tick(2 * HOUR)
        await change_policy(client, policy, {"targets": {"respond_minutes": 480}})
        await work()
        (kept,) = (await clocks(client, one)).values()
        assert (kept["breached_at"], kept["due_at"]) == ("2026-03-02T10:00:00.000000Z", "2026-03-02T17:00:00.000000Z")
        assert (await get(client, one))["breached"]

    async def test_a_new_target_counts_from_the_beginning(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker
    ) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 480}, pauses=["waiting_other"])
        one = await record(client)
        clock.tick(HOUR)
        await moved(client, one, "hold", waiting_for="other")
        clock.tick(HOUR)
        await moved(client, one, "resume")
        await change_policy(client, policy, {"targets": {"acknowledge_minutes": 30, "resolve_minutes": 480}})
        await work()
        kept = await clocks(client, one)
        assert set(kept) == {("respond", 1), ("acknowledge", 1), ("resolve", 1)}
        assert {c["started_at"] for c in kept.values()} == {NOW}
        assert {c["elapsed_seconds"] for c in kept.values()} == {HOUR}
        assert kept["acknowledge", 1]["breached_at"] == "2026-03-02T09:30:00.000000Z"

    async def test_a_target_that_goes_takes_its_clock_along(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker
    ) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 60, "resolve_minutes": 480})
        one = await record(client)
        await change_policy(client, policy, {"targets": {"respond_minutes": None}})
        await work()
        after = await get(client, one)
        assert {c["metric"]: c["state"] for c in after["clocks"]} == {"respond": "cancelled", "resolve": "running"}
        assert after["due_at"] == "2026-03-02T17:00:00.000000Z"

    async def test_one_whose_clocks_are_all_over_is_measured_too(
        self, client: httpx.AsyncClient, db: Any, work: Worker
    ) -> None:
        policy = await make.create_policy(client, targets={"acknowledge_minutes": 60})
        one = await record_in(client, "assessed")
        assert one["due_at"] is None
        await change_policy(client, policy, {"targets": {"resolve_minutes": 60}})
        await work()
        assert (await get(client, one))["due_at"] == "2026-03-02T10:00:00.000000Z"
        assert await next_check_at(db, one) is not None

    async def test_other_situations_stop_the_clocks(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker
    ) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 60})
        one = await record_in(client, "assessed", received_at=NOW, history=[])
        for verb in ("acknowledge", "assess"):
            await moved(client, one, verb)
        clock.tick(600)
        await change_policy(client, policy, {"pauses": ["assessed"]})
        await work()
        (kept,) = (await clocks(client, one)).values()
        assert (kept["state"], kept["elapsed_seconds"], kept["intervals"][-1]["reason"]) == ("paused", 600, "assessed")

    async def test_on_another_calendar(self, client: httpx.AsyncClient, clock: TestClock, work: Worker) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 480})
        other = await make.create_calendar(client, hours=[{"day": "monday", "opens": "09:00", "closes": "10:00"}])
        one = await record(client)
        clock.tick(2 * HOUR)
        await change_policy(client, policy, {"calendar": other["code"]})
        await work()
        (kept,) = (await clocks(client, one)).values()
        assert (kept["calendar"]["id"], kept["elapsed_seconds"]) == (other["id"], HOUR)
        assert kept["due_at"] == "2026-04-20T09:00:00.000000Z"  # in British summer time

    async def test_its_calendar_is_changed(self, client: httpx.AsyncClient, clock: TestClock, work: Worker) -> None:
        calendar = await make.create_calendar(client)
        await make.create_policy(client, calendar=calendar["code"], targets={"respond_minutes": 480})
        await make.create_policy(client, position=1, applies_to={"sites": ["York"]}, targets={"respond_minutes": 60})
        one, elsewhere = await record(client), await record(client, site="York")
        before = await get(client, elsewhere)
        closed = {"on": "2026-03-02", "name": "Snow", "hours": [{"opens": "09:00", "closes": "12:00"}]}
        await change_calendar(client, calendar, {"exceptions": [closed]})
        assert await work() == 2  # first the calendar, then the policy that goes by it
        (kept,) = (await clocks(client, one)).values()
        assert kept["due_at"] == (await get(client, one))["due_at"] == "2026-03-03T14:00:00.000000Z"
        assert (kept["calendar"]["version"], kept["policy"]["version"]) == (2, 1)
        assert kept["intervals"][0]["days"][0]["name"] == "Snow"
        assert await get(client, elsewhere) == before

    async def test_until_then_whoever_touches_it_measures_it(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 480})
        one = await record(client)
        await change_policy(client, policy, {"targets": {"respond_minutes": 60}})
        assert (await patched(client, one, {"owner": "tom"}))["due_at"] == "2026-03-02T10:00:00.000000Z"

    async def test_hundreds_of_them(self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 480})
        await batch(client, *(body(description=f"{n}") for n in range(230)))
        await change_policy(client, policy, {"targets": {"respond_minutes": 60}})
        assert await work() == 3  # a hundred a time
        dues = await db.fetch("SELECT due_at, count(*) FROM complaints GROUP BY 1")
        assert [(row[0].isoformat(), row[1]) for row in dues] == [("2026-03-02T10:00:00+00:00", 230)]
        # Once more, for those that were being recorded meanwhile; and then no more.
        clock.tick(60)
        assert await work() == 3
        assert await db.fetchval("SELECT max(version) FROM complaints") == 2
        clock.tick(60)
        assert await work() == 0

    async def test_changed_again_in_the_middle_it_begins_again(
        self, client: httpx.AsyncClient, db: Any, work: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first hundred are just measured by the second version when the third one comes."""
        policy = await make.create_policy(client, targets={"respond_minutes": 480})
        await batch(client, *(body(description=f"{n}") for n in range(150)))
        await change_policy(client, policy, {"targets": {"respond_minutes": 60}})
        save, saved = case_store.save, list[int]()

        async def overtaken(ctx: Context, cases: Sequence[Case], **more: Any) -> None:
            await save(ctx, cases, **more)
            saved.append(len(cases))
            if len(saved) == 1:
                await change_policy(client, policy, {"targets": {"respond_minutes": 30}})

        monkeypatch.setattr(case_store, "save", overtaken)
        await work()
        assert saved == [100, 100, 50]
        targets = await db.fetch("SELECT target_minutes, policy_version, count(*) FROM complaint_clocks GROUP BY 1, 2")
        assert [tuple(row) for row in targets] == [(30, 3, 150)]

    async def test_whoever_looks_at_it_before_measures_it_too(
        self, client: httpx.AsyncClient, db: Any, work: Worker
    ) -> None:
        policy = await make.create_policy(client, targets={"respond_minutes": 60})
        one = await record(client)
        await change_policy(client, policy, {"targets": {"respond_minutes": 240}})
        await db.execute("DELETE FROM jobs WHERE kind = 'policy'")
        await db.execute("UPDATE jobs SET due_at = $1", TestClock.START)
        assert await work() == 1
        assert (await get(client, one))["due_at"] == "2026-03-02T13:00:00.000000Z"

    async def test_of_no_complaints(self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker) -> None:
        policy = await make.create_policy(client)
        await change_policy(client, policy, {"targets": {"respond_minutes": 60}})
        assert await work() == 1
        clock.tick(60)
        assert await work() == 1
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0

    @pytest.mark.parametrize("state", ["deadlock", "referred", "rejected", "responded"])
    async def test_in_every_dispute(
        self, client: httpx.AsyncClient, clock: TestClock, work: Worker, state: str
    ) -> None:
        targets = {f"{metric}_minutes": 60 for metric in ("acknowledge", "respond", "resolve")}
        policy = await make.create_policy(client, targets=targets)
        one = await record_in(client, state)
        await change_policy(client, policy, {"targets": {"update_minutes": 30, "deadlock_minutes": 30}})
        await work()
        running = {key[0] for key, c in (await clocks(client, one)).items() if c["state"] == "running"}
        expected = {"resolve", "update"} if state != "responded" else {"resolve"}
        assert running == expected | ({"deadlock"} if state == "deadlock" else set())


async def test_a_reopened_complaint_keeps_its_old_clocks(
    client: httpx.AsyncClient, clock: TestClock, work: Worker
) -> None:
    policy = await make.create_policy(client, targets={"respond_minutes": 60, "resolve_minutes": 60})
    one = await record(client, received_at=ago(hours=1), history=history("withdraw"))
    before = await clocks(client, one)
    await change_policy(client, policy, {"targets": {"respond_minutes": 30}})
    await work()
    await moved(client, one, "reopen")
    after = await clocks(client, one)
    assert {key: after[key] for key in before} == before
    assert (after["respond", 2]["target_minutes"], after["respond", 2]["policy"]["version"]) == (30, 2)
    assert await listed(client, sort="due_at") == ["The lamb was off"]
    assert UUID(after["respond", 2]["policy"]["id"])
