"""What the worker does when time runs out: each step once, whoever does it, whoever dies; and the queue behind it."""

import asyncio
import logging
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import httpx
import pytest

from app.core.context import Context
from app.core.sessions import Sessions
from app.jobs import HANDLERS
from app.services.kit import job_runner
from app.store.kit import jobs as store
from app.store.kit.jobs import Job
from tests import make
from tests.make.complaints import body, record
from tests.support.application import NewSessions, TestClock, Worker
from tests.support.complaints import batch, clocks, events, get, moved, next_check_at, patched
from tests.support.scale import scaled
from tests.support.service_levels import change_policy

HOUR = 3_600
MANY = scaled(2_000, 10_000)
SECOND = timedelta(seconds=1)
WARN = {"metric": "respond", "at_minutes": -60, "notify": ["Amara"]}
MISSED = {"metric": "respond", "at_minutes": 0, "raise_priority": True}
LATER = {
    "metric": "respond",
    "at_minutes": 60,
    "notify": ["Amara", "Tom"],
    "reassign_to": "Tom",
    "raise_priority": True,
}


async def create_policy_with_steps(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """Two hours to respond, and three steps."""
    escalations = [WARN, MISSED, LATER]
    return await make.create_policy(
        client, **{"targets": {"respond_minutes": 120}, "escalations": escalations, **changes}
    )


async def escalation_rows(db: Any) -> list[tuple[Any, ...]]:
    rows = await db.fetch("SELECT * FROM complaint_escalations ORDER BY planned_at, at_minutes, id")
    return [
        (row["at_minutes"], f"{row['planned_at']:%d %H:%M}", row["notified"], row["reassigned_to"], row["priority"])
        for row in rows
    ]


async def escalation_events(db: Any, one: dict[str, Any]) -> list[str]:
    return [what for what, _ in await events(db, one) if what in ("warned", "breached", "escalated")]


async def work_until_idle(sessions: Sessions) -> int:
    """A worker of its own; says how many jobs it took."""
    total = 0
    while taken := await job_runner.run_due(sessions, HANDLERS):
        total += taken
    return total


class TestSteps:
    async def test_are_made_one_by_one(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client, owner="Mia")
        clock.tick(HOUR - 1)
        assert await work() == 0
        clock.tick(1)
        assert await work() == 1
        assert await escalation_rows(db) == [(-60, "02 10:00", ["Amara"], None, None)]
        assert (await events(db, one))[-1] == ("warned", "time to respond is running out")
        after = await get(client, one)
        assert (after["owner"], after["priority"], after["breached"]) == ("Mia", "normal", False)
        clock.tick(HOUR + 1)
        assert await work() == 1
        after = await get(client, one)
        assert (after["owner"], after["priority"], after["breached"]) == ("Mia", "high", True)
        clock.tick(HOUR)
        assert await work() == 1
        after = await get(client, one)
        assert (after["owner"], after["priority"]) == ("Tom", "urgent")
        assert await escalation_rows(db) == [
            (-60, "02 10:00", ["Amara"], None, None),
            (0, "02 11:00", [], None, "high"),
            (60, "02 12:00", ["Amara", "Tom"], "Tom", "urgent"),
        ]
        assert await escalation_events(db, one) == ["warned", "escalated", "breached", "escalated"]
        assert await next_check_at(db, one) is None
        clock.tick(100 * HOUR)
        assert await work() == 0

    async def test_are_made_at_once_when_nobody_worked_for_a_while(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client)
        clock.tick(30 * HOUR)
        assert await work() == 1
        assert [row[:2] for row in await escalation_rows(db)] == [(-60, "02 10:00"), (0, "02 11:00"), (60, "02 12:00")]
        assert (await get(client, one))["priority"] == "urgent"
        assert await work() == 0

    async def test_are_told_and_explained(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client)
        (kept,) = (await clocks(client, one)).values()
        assert [(step["at_minutes"], step["planned_at"], step["executed_at"]) for step in kept["escalations"]] == [
            (-60, "2026-03-02T10:00:00.000000Z", None),
            (0, "2026-03-02T11:00:00.000000Z", None),
            (60, "2026-03-02T12:00:00.000000Z", None),
        ]
        clock.tick(2 * HOUR + 60)
        await work()
        (kept,) = (await clocks(client, one)).values()
        assert [tuple(step.values()) for step in kept["escalations"]] == [
            (-60, "2026-03-02T10:00:00.000000Z", "2026-03-02T11:01:00.000000Z", ["Amara"], None, None),
            (0, "2026-03-02T11:00:00.000000Z", "2026-03-02T11:01:00.000000Z", [], None, "high"),
            (60, "2026-03-02T12:00:00.000000Z", None, ["Amara", "Tom"], "Tom", None),
        ]
        row = await db.fetchrow(
            "SELECT data::jsonb->'notify' AS notify, actor FROM events WHERE type = 'complaint.warned'"
        )
        assert (row["notify"], row["actor"]) == ('["Amara"]', "worker")

    async def test_not_once_it_has_happened(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client)
        for verb in ("acknowledge", "assess", "investigate", "respond"):
            await moved(client, one, verb)
        assert await next_check_at(db, one) is None
        clock.tick(100 * HOUR)
        assert (await work(), await escalation_rows(db)) == (0, [])

    async def test_not_while_it_stands_still(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client, pauses=["waiting_customer"])
        one = await record(client)
        clock.tick(HOUR / 2)
        await moved(client, one, "hold", waiting_for="customer")
        clock.tick(24 * HOUR)
        assert (await work(), await escalation_rows(db)) == (0, [])
        await moved(client, one, "resume")
        clock.tick(HOUR / 2)
        await work()
        assert [row[:2] for row in await escalation_rows(db)] == [(-60, "03 10:00")]

    async def test_what_came_too_early_is_planned_anew(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        """A worker that looks at it too soon makes nothing, and sees to it that somebody looks again."""
        await create_policy_with_steps(client)
        one = await record(client)
        await db.execute("UPDATE jobs SET due_at = now() - interval '100 years'")
        assert (await work(), await escalation_rows(db)) == (1, [])
        assert (await next_check_at(db, one)).isoformat() == "2026-03-02T10:00:00+00:00"  # type: ignore[union-attr]
        assert (await get(client, one))["version"] == 1

    async def test_the_highest_priority_stays(self, client: httpx.AsyncClient, clock: TestClock, work: Worker) -> None:
        await create_policy_with_steps(client)
        one = await record(client, priority="urgent")
        clock.tick(10 * HOUR)
        await work()
        assert (await get(client, one))["priority"] == "urgent"

    async def test_at_the_very_beginning(self, client: httpx.AsyncClient, db: Any, work: Worker) -> None:
        await create_policy_with_steps(client, escalations=[WARN | {"at_minutes": -120}])
        await record(client)
        assert await work() == 1
        assert [row[:2] for row in await escalation_rows(db)] == [(-120, "02 09:00")]

    async def test_of_a_reopened_one_again(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client)
        clock.tick(HOUR)
        await work()
        await moved(client, one, "withdraw")
        await moved(client, one, "reopen")
        clock.tick(HOUR)
        await work()
        assert [row[:2] for row in await escalation_rows(db)] == [(-60, "02 10:00"), (-60, "02 11:00")]
        assert await db.fetchval("SELECT count(DISTINCT clock_id) FROM complaint_escalations") == 2

    async def test_of_several_clocks(self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker) -> None:
        steps = [MISSED, {"metric": "resolve", "at_minutes": 0, "reassign_to": "Mia"}]
        await create_policy_with_steps(
            client, targets={"respond_minutes": 60, "resolve_minutes": 90}, escalations=steps
        )
        one = await record(client)
        clock.tick(2 * HOUR)
        await work()
        assert [row[:2] for row in await escalation_rows(db)] == [(0, "02 10:00"), (0, "02 10:30")]
        after = await get(client, one)
        assert (after["owner"], after["priority"]) == ("Mia", "high")

    async def test_a_new_version_brings_other_steps(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        policy = await create_policy_with_steps(client, escalations=[WARN])
        await record(client)
        clock.tick(HOUR)
        await work()
        await change_policy(client, policy, {"escalations": [WARN, MISSED, WARN | {"at_minutes": -90}]})
        await work()
        # What is missed of the new ones is made; what was made is not made again.
        assert [row[:2] for row in await escalation_rows(db)] == [(-90, "02 09:30"), (-60, "02 10:00")]
        clock.tick(HOUR)
        await work()
        assert [row[:2] for row in await escalation_rows(db)] == [(-90, "02 09:30"), (-60, "02 10:00"), (0, "02 11:00")]

    async def test_of_a_clock_that_a_new_version_brought(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        """The look at the complaint falls due before the change of the policy was worked off."""
        policy = await create_policy_with_steps(client)
        one = await record(client)
        clock.tick(HOUR)
        step = {"metric": "resolve", "at_minutes": -30, "notify": ["Mia"]}
        await change_policy(client, policy, {"targets": {"resolve_minutes": 60}, "escalations": [WARN, step]})
        await db.execute("DELETE FROM jobs WHERE kind = 'policy'")
        assert await work() == 1
        assert [row[:3] for row in await escalation_rows(db)] == [
            (-30, "02 09:30", ["Mia"]),
            (-60, "02 10:00", ["Amara"]),
        ]
        assert set(await clocks(client, one)) == {("respond", 1), ("resolve", 1)}
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE error IS NOT NULL") == 0

    async def test_another_policy_another_promise(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, work: Worker
    ) -> None:
        await create_policy_with_steps(client, position=2)
        await make.create_policy(
            client, position=1, applies_to={"severities": ["low"]}, targets={"respond_minutes": 240}
        )
        one = await record(client)
        await patched(client, one, {"severity": "low"})
        clock.tick(100 * HOUR)
        await work()
        assert (await escalation_rows(db), await escalation_events(db, one)) == ([], ["breached"])


class TestAtOnce:
    @pytest.mark.parametrize(("workers", "count"), [(2, 60), (8, scaled(150, 500))])
    async def test_each_step_is_made_once(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, new_sessions: NewSessions, workers: int, count: int
    ) -> None:
        await create_policy_with_steps(client)
        await batch(client, *(body(description=f"{n}") for n in range(count)))
        for _ in range(3):
            clock.tick(HOUR + 1)
            await asyncio.gather(*(work_until_idle(new_sessions()) for _ in range(workers)))
        assert await work_until_idle(new_sessions()) == 0
        counted = await db.fetch(
            "SELECT at_minutes, count(*), count(DISTINCT clock_id) FROM complaint_escalations GROUP BY 1"
        )
        assert sorted(tuple(row) for row in counted) == [(at, count, count) for at in (-60, 0, 60)]
        events = dict(await db.fetch("SELECT type, count(*) FROM events WHERE type LIKE 'complaint.%' GROUP BY 1"))
        assert events == {
            "complaint.received": count,
            "complaint.warned": count,
            "complaint.breached": count,
            "complaint.escalated": 2 * count,
        }
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0
        assert await db.fetchval("SELECT count(*) FROM complaints WHERE priority = 'urgent' AND owner = 'Tom'") == count

    async def test_while_they_move_on(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, new_sessions: NewSessions
    ) -> None:
        """Whoever is first: a step is made before it was answered or not at all, and nobody waits in a circle."""
        await create_policy_with_steps(client)
        results = await batch(client, *(body(description=f"{n}") for n in range(60)))
        clock.tick(HOUR)
        moves = (moved(client, one, "withdraw") for one in results[::2])
        await asyncio.gather(*moves, *(work_until_idle(new_sessions()) for _ in range(3)))
        assert await work_until_idle(new_sessions()) == 0
        counted = await db.fetch(
            "SELECT c.state, count(e.id) FROM complaints c LEFT JOIN complaint_escalations e ON e.complaint_id = c.id "
            "GROUP BY c.id"
        )
        assert Counter(tuple(row) for row in counted if row[0] == "received") == {("received", 1): 30}
        assert {row[1] for row in counted if row[0] == "withdrawn"} <= {0, 1}
        assert await db.fetchval("SELECT count(*) FROM jobs") == 30

    async def test_while_the_policy_changes(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, new_sessions: NewSessions
    ) -> None:
        policy = await create_policy_with_steps(client)
        await batch(client, *(body(description=f"{n}") for n in range(120)))
        clock.tick(HOUR)
        await change_policy(client, policy, {"escalations": [WARN, MISSED]})
        await asyncio.gather(*(work_until_idle(new_sessions()) for _ in range(4)))
        clock.tick(HOUR)
        await asyncio.gather(*(work_until_idle(new_sessions()) for _ in range(4)))
        counted = await db.fetch("SELECT at_minutes, count(*) FROM complaint_escalations GROUP BY 1")
        assert sorted(tuple(row) for row in counted) == [(-60, 120), (0, 120)]
        assert [tuple(r) for r in await db.fetch("SELECT DISTINCT policy_version FROM complaint_clocks")] == [(2,)]


class TestLeases:
    async def test_what_a_worker_that_died_had_taken_another_one_does(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, new_sessions: NewSessions, work: Worker
    ) -> None:
        await create_policy_with_steps(client)
        one = await record(client)
        clock.tick(HOUR)
        (job,) = await new_sessions().write(lambda ctx: store.lease(ctx, 20, job_runner.LEASE))
        assert (job.kind, job.key, job.attempts) == ("complaint", one["id"], 1)
        clock.tick(59)
        assert await work() == 0
        clock.tick(1)
        (again,) = await new_sessions().write(lambda ctx: store.lease(ctx, 20, job_runner.LEASE))
        assert (again.id, again.attempts) == (job.id, 2)
        clock.tick(60)
        assert await work() == 1
        assert await escalation_events(db, one) == ["warned"]
        assert (await next_check_at(db, one)).isoformat() == "2026-03-02T11:00:00+00:00"  # type: ignore[union-attr]

    async def test_one_that_was_only_slow_does_no_harm(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, new_sessions: NewSessions, work: Worker
    ) -> None:
        """Its lease ran out, another one did it: what it does now has no effect, and takes no plan away."""
        await create_policy_with_steps(client)
        one = await record(client)
        clock.tick(HOUR)
        slow = new_sessions()
        (job,) = await slow.write(lambda ctx: store.lease(ctx, 20, job_runner.LEASE))
        clock.tick(61)
        assert await work() == 1

        async def late(ctx: Context) -> None:
            await HANDLERS[job.kind](ctx, job)
            await store.complete(ctx, job)

        await slow.write(late)
        assert await escalation_events(db, one) == ["warned"]
        assert (await next_check_at(db, one)).isoformat() == "2026-03-02T11:00:00+00:00"  # type: ignore[union-attr]

    async def test_what_was_planned_anew_meanwhile_stays(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, sessions: Sessions
    ) -> None:
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        (job,) = await sessions.write(lambda ctx: store.lease(ctx, 1, job_runner.LEASE))
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now + SECOND))
        await sessions.write(lambda ctx: store.complete(ctx, job))
        await sessions.write(lambda ctx: store.retry_later(ctx, job, None, "x"))
        row = await db.fetchrow("SELECT attempts, leased_until, failed_at, error FROM jobs")
        assert tuple(row) == (0, None, None, None)
        assert await sessions.write(lambda ctx: store.lease(ctx, 1, job_runner.LEASE)) == []
        clock.tick(1)
        assert len(await sessions.write(lambda ctx: store.lease(ctx, 1, job_runner.LEASE))) == 1

    async def test_the_longest_due_comes_first(self, sessions: Sessions, clock: TestClock) -> None:
        wanted = [
            (name, clock.now - days * timedelta(days=1)) for name, days in (("a", 1), ("b", 3), ("c", 2), ("d", -1))
        ]
        await sessions.write(lambda ctx: store.schedule_many(ctx, "test", wanted))
        first = await sessions.write(lambda ctx: store.lease(ctx, 2, job_runner.LEASE))
        assert {job.key for job in first} == {"b", "c"}
        assert [job.key for job in await sessions.write(lambda ctx: store.lease(ctx, 2, job_runner.LEASE))] == ["a"]


class TestFailures:
    async def test_are_put_off_for_longer_and_longer_and_given_up(
        self,
        db: Any,
        clock: TestClock,
        sessions: Sessions,
        work: Worker,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        tried: list[float] = []

        async def broken(ctx: Context, job: Job) -> None:
            tried.append((ctx.now - TestClock.START).total_seconds())
            assert job.attempts == len(tried)
            await ctx.db.execute("INSERT INTO sites (code) VALUES ('half done')")
            raise RuntimeError("secret")

        monkeypatch.setitem(HANDLERS, "test", broken)
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        with caplog.at_level(logging.CRITICAL, "rapport.worker"):
            for _ in range(12):
                await work()
                row = await db.fetchrow("SELECT due_at, failed_at, error, leased_until FROM jobs")
                assert (row["error"], row["leased_until"]) == ("RuntimeError", None)
                if row["failed_at"] is not None:
                    break
                clock.now = row["due_at"] - SECOND
                assert await work() == 0
                clock.now = row["due_at"]
        pauses = [later - sooner for sooner, later in pairwise(tried)]
        assert pauses == [5.0 * 2**n for n in range(9)]
        assert row["failed_at"] == clock.now
        clock.tick(1_000 * HOUR)
        assert await work() == 0
        assert await db.fetchval("SELECT count(*) FROM sites") == 0

    async def test_do_not_keep_others_from_being_done(
        self, db: Any, sessions: Sessions, work: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []

        async def fails_for_some(_: Context, job: Job) -> None:
            if int(job.key) % 3 == 0:
                raise RuntimeError
            done.append(job.key)

        monkeypatch.setitem(HANDLERS, "test", fails_for_some)
        await sessions.write(lambda ctx: store.schedule_many(ctx, "test", [(f"{n}", ctx.now) for n in range(30)]))
        await work()
        assert sorted(map(int, done)) == [n for n in range(30) if n % 3]
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE error = 'RuntimeError' AND attempts = 1") == 10

    async def test_a_kind_that_is_not_known_is_put_off_too(self, db: Any, sessions: Sessions, work: Worker) -> None:
        """A newer version may have planned it; this one must not stumble over it for ever."""
        await sessions.write(lambda ctx: store.schedule(ctx, "of the future", "a", ctx.now))
        await work()
        assert await db.fetchval("SELECT error FROM jobs WHERE due_at > $1", TestClock.START) == "UnknownKind"
        assert await db.fetchval("SELECT attempts FROM jobs") == 0

    async def test_succeed_later(
        self, db: Any, clock: TestClock, sessions: Sessions, work: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def third_time(_: Context, job: Job) -> None:
            if job.attempts < 3:
                raise RuntimeError

        monkeypatch.setitem(HANDLERS, "test", third_time)
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        for pause in (5, 10, 0):
            await work()
            clock.tick(pause)
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0

    async def test_a_new_plan_begins_anew(self, db: Any, clock: TestClock, sessions: Sessions, work: Worker) -> None:
        await sessions.write(lambda ctx: store.schedule(ctx, "unknown", "a", ctx.now))
        await work()
        await sessions.write(lambda ctx: store.schedule(ctx, "unknown", "a", ctx.now))
        assert tuple(await db.fetchrow("SELECT attempts, error, failed_at FROM jobs")) == (0, None, None)


class TestManyJobs:
    async def test_eight_workers_do_thousands_once_each(
        self, db: Any, sessions: Sessions, new_sessions: NewSessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: Counter[str] = Counter()

        async def count(_: Context, job: Job) -> None:
            done[job.key] += 1

        monkeypatch.setitem(HANDLERS, "test", count)
        await sessions.write(lambda ctx: store.schedule_many(ctx, "test", [(f"{n}", ctx.now) for n in range(MANY)]))
        shares = await asyncio.gather(*(work_until_idle(new_sessions()) for _ in range(8)))
        assert sum(shares) == MANY
        assert min(shares) > MANY / 20  # nobody waits for the others
        assert (len(done), max(done.values())) == (MANY, 1)
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0

    async def test_taking_some_is_an_index_walk(self, db: Any) -> None:
        await db.execute(
            "INSERT INTO jobs (kind, key, due_at, leased_until) SELECT 'test', n::text, "
            "now() + n * interval '1 minute', CASE WHEN n % 5 = 0 THEN now() END FROM generate_series(-2000, 2000) n"
        )
        await db.execute("ANALYZE jobs")
        statement = store._LEASE.replace("$1", "now()").replace("$2", "20").replace("$3", "now()")
        plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement}"))
        assert "ix_jobs_due" in plan and "Sort" not in plan and "Seq Scan" not in plan, plan
