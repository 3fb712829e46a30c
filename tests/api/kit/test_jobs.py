"""What becomes of jobs that cannot be done: they wait, or they are given up where everybody can see it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app import worker
from app.core.context import Context
from app.core.errors import NotFound, Unavailable
from app.core.sessions import Sessions
from app.jobs import HANDLERS
from app.services.kit import job_runner
from app.store.kit import jobs as store
from app.store.kit.jobs import Job
from tests.support.application import NewSessions, TestClock, Worker
from tests.support.running import Running

ROW = "SELECT attempts, error, failed_at, due_at, leased_until FROM jobs"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command that runs in this process has it log to where that command did."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level


async def fail_for_good(clock: TestClock, work: Worker, db: Any) -> None:
    for _ in range(job_runner.MOST_ATTEMPTS):
        assert await work() == 1
        clock.now = await db.fetchval("SELECT due_at FROM jobs")


class TestOneThatIsGivenUp:
    async def test_is_logged_once_as_an_error(
        self,
        db: Any,
        clock: TestClock,
        sessions: Sessions,
        work: Worker,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        async def broken(ctx: Context, _: Job) -> None:
            await ctx.db.execute("INSERT INTO jobs (kind, key, due_at) VALUES ('test', 'Ada Lovelace', now())")
            await ctx.db.execute("INSERT INTO sites (code, name) VALUES (NULL, 'Ada Lovelace')")

        monkeypatch.setitem(HANDLERS, "test", broken)
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        await fail_for_good(clock, work, db)
        row = await db.fetchrow(ROW)
        assert (row["attempts"], row["error"]) == (10, "NotNullViolationError (23502)")
        assert row["failed_at"] is not None
        logged = [record for record in caplog.records if record.name == "rapport.worker"]
        assert [record.levelno for record in logged] == [logging.WARNING] * 9 + [logging.ERROR]
        assert (
            logged[-1]
            .getMessage()
            .startswith("Job test a has failed 10 times and is given up: NotNullViolationError (23502).")
        )
        assert not any("Ada" in record.getMessage() for record in logged)

    async def test_is_listed_and_can_be_run_again(
        self,
        tmp_path: Path,
        empty_database: str,
        db: Any,
        clock: TestClock,
        sessions: Sessions,
        work: Worker,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        command = Running(tmp_path, database_url=empty_database)
        done: list[str] = []

        async def broken(_: Context, job: Job) -> None:
            raise NotFound

        async def mended(_: Context, job: Job) -> None:
            assert job.attempts == 1
            done.append(job.key)

        assert command.run("jobs", "list").stdout == "0 failed, 0 due, 0 planned.\n"
        monkeypatch.setitem(HANDLERS, "test", broken)
        for key in ("a", "b"):
            await sessions.write(lambda ctx, key=key: store.schedule(ctx, "test", key, ctx.now))  # type: ignore[misc]
        for _ in range(job_runner.MOST_ATTEMPTS):
            assert await work() == 2
            clock.now = await db.fetchval("SELECT max(due_at) FROM jobs")
        await sessions.write(lambda ctx: store.schedule(ctx, "later", "c", ctx.now.replace(year=2999)))

        *failed, counts = command.run("jobs", "list").stdout.splitlines()
        assert counts == "2 failed, 0 due, 1 planned."
        assert [line.split("  ")[1:4] for line in failed] == [["test", key, "10 attempts"] for key in ("a", "b")]
        assert all(line.endswith("  NotFound: Resource not found") for line in failed)
        every = command.run("jobs", "list", "--all").stdout
        assert "  later  c  0 attempts  due 2999-" in every

        monkeypatch.setitem(HANDLERS, "test", mended)
        first = failed[0].split()[0]
        assert command.run("jobs", "retry", first).stdout == "1 to be run again.\n"
        clock.now = await db.fetchval("SELECT max(due_at) FROM jobs WHERE kind = 'test'")
        await work()
        assert done == ["a"]
        assert command.run("jobs", "retry", "--all").stdout == "1 to be run again.\n"
        clock.now = await db.fetchval("SELECT max(due_at) FROM jobs WHERE kind = 'test'")
        await work()
        assert done == ["a", "b"]
        assert command.run("jobs", "list").stdout == "0 failed, 0 due, 1 planned.\n"

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            ([], "Name one job by its id, or all of them with --all.\n"),
            (["01890000-0000-7000-8000-000000000000"], "No job with this id was given up\n"),
            (["01890000-0000-7000-8000-000000000000", "--all"], "Name one job by its id, or all of them with --all.\n"),
        ],
    )
    def test_what_cannot_be_retried_is_told(
        self, tmp_path: Path, new_database: Callable[..., str], arguments: list[str], sentence: str
    ) -> None:
        told = Running(tmp_path, database_url=new_database()).run("jobs", "retry", *arguments)
        assert (told.exit_code, told.stderr) == (1, sentence)


class TestOneThatHasToWait:
    @pytest.mark.parametrize(
        "error",
        [
            asyncpg.LockNotAvailableError("x"),
            asyncpg.DeadlockDetectedError("x"),
            asyncpg.TooManyConnectionsError("x"),
            asyncpg.AdminShutdownError("x"),
            Unavailable("x"),
            TimeoutError(),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_has_not_been_tried(
        self,
        db: Any,
        clock: TestClock,
        sessions: Sessions,
        work: Worker,
        monkeypatch: pytest.MonkeyPatch,
        error: Exception,
    ) -> None:
        attempts: list[int] = []

        async def congested(_: Context, job: Job) -> None:
            attempts.append(job.attempts)
            if len(attempts) <= 12:
                raise error

        monkeypatch.setattr("app.core.sessions.ATTEMPTS", 1)
        monkeypatch.setitem(HANDLERS, "test", congested)
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        for _ in range(12):
            assert await work() == 1
            row = await db.fetchrow(ROW)
            assert (row["attempts"], row["failed_at"], row["leased_until"]) == (0, None, None)
            assert (row["due_at"] - clock.now).total_seconds() == 5
            assert row["error"].startswith(type(error).__name__)
            clock.now = row["due_at"]
        assert await work() == 1
        assert await db.fetchval("SELECT count(*) FROM jobs") == 0
        assert attempts == [1] * 13

    async def test_for_a_real_lock_does_not_keep_others_from_being_done(
        self, db: Any, empty_database: str, sessions: Sessions, work: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []

        async def update(ctx: Context, job: Job) -> None:
            await ctx.db.execute("SET LOCAL lock_timeout = '50ms'")
            await ctx.db.execute("UPDATE sites SET name = 'x' WHERE code = $1", job.key)
            done.append(job.key)

        monkeypatch.setitem(HANDLERS, "test", update)
        await db.execute("INSERT INTO sites (code, name) VALUES ('a', ''), ('b', '')")
        await sessions.write(lambda ctx: store.schedule_many(ctx, "test", [("a", ctx.now), ("b", ctx.now)]))
        other = await asyncpg.connect(empty_database)
        try:
            async with other.transaction():
                await other.execute("SELECT FROM sites WHERE code = 'a' FOR UPDATE")
                await work()
        finally:
            await other.close()
        assert done == ["b"]
        row = await db.fetchrow(ROW)
        assert (row["attempts"], row["error"]) == (0, "LockNotAvailableError (55P03)")

    async def test_because_its_kind_is_new_is_left_to_a_newer_version(
        self,
        db: Any,
        clock: TestClock,
        sessions: Sessions,
        work: Worker,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        await sessions.write(lambda ctx: store.schedule(ctx, "of the future", "a", ctx.now))
        for _ in range(12):
            assert await work() == 1
            row = await db.fetchrow(ROW)
            assert (row["attempts"], row["error"], row["failed_at"]) == (0, "UnknownKind", None)
            clock.now = row["due_at"]
        assert "Job of the future a is of a kind that this version does not know" in caplog.messages

        done: list[str] = []

        async def known(_: Context, job: Job) -> None:
            done.append(job.key)

        monkeypatch.setitem(HANDLERS, "of the future", known)
        assert await work() == 1
        assert done == ["a"]

    async def test_a_statement_that_always_takes_too_long_is_a_failure(
        self, db: Any, sessions: Sessions, work: Worker, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def slow(ctx: Context, _: Job) -> None:
            await ctx.db.execute("SET LOCAL statement_timeout = '20ms'")
            await ctx.db.execute("SELECT pg_sleep(5)")

        monkeypatch.setitem(HANDLERS, "test", slow)
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        await work()
        row = await db.fetchrow(ROW)
        assert (row["attempts"], row["error"]) == (1, "QueryCanceledError (57014)")


class TestUpkeep:
    async def test_comes_after_jobs_and_at_once_while_there_is_more(
        self, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[str] = []
        stop = asyncio.Event()

        async def job(_: Context, __: Job) -> None:
            done.append("job")

        async def upkeep(ctx: Context) -> bool:
            assert await ctx.db.fetchval("SELECT now() <> statement_timestamp()"), "in a transaction"
            done.append("upkeep")
            if done.count("upkeep") == 3:
                stop.set()
            return True

        monkeypatch.setitem(HANDLERS, "test", job)
        monkeypatch.setattr(worker, "UPKEEP", (upkeep,))
        await sessions.write(lambda ctx: store.schedule(ctx, "test", "a", ctx.now))
        await asyncio.wait_for(worker.run(sessions, stop, pause=60), 20)
        assert done == ["job", "upkeep", "upkeep", "upkeep"]

    async def test_that_fails_keeps_no_job_waiting(
        self, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        stop = asyncio.Event()

        async def job(_: Context, __: Job) -> None:
            stop.set()

        async def upkeep(ctx: Context) -> bool:
            await store.schedule(ctx, "test", "a", ctx.now)
            await sessions.write(lambda other: store.schedule(other, "test", "b", other.now))
            raise NotFound

        monkeypatch.setitem(HANDLERS, "test", job)
        monkeypatch.setattr(worker, "UPKEEP", (upkeep,))
        await asyncio.wait_for(worker.run(sessions, stop, pause=0.01), 20)
        assert "upkeep failed: NotFound" in caplog.text

    async def test_makes_sets_of_words(self, sessions: Sessions, db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        await db.execute("SELECT setval('customers_number_seq', 4096)")
        stop = asyncio.Event()
        running = asyncio.create_task(worker.run(sessions, stop, pause=0.01))
        async with asyncio.timeout(20):
            while not await db.fetchval("SELECT count(*) FROM word_blocks"):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        stop.set()
        await running


class TestStopping:
    """The jobs that a worker has leased and not finished are given back, for the next worker to take at once."""

    @pytest.fixture(autouse=True)
    async def twenty_jobs(self, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
        self.stop = asyncio.Event()
        self.begun: list[str] = []
        self.is_endless = False

        async def handle(_: Context, job: Job) -> None:
            self.begun.append(job.key)
            self.stop.set()
            if self.is_endless:
                await asyncio.sleep(3_600)

        monkeypatch.setitem(HANDLERS, "test", handle)
        await sessions.write(lambda ctx: store.schedule_many(ctx, "test", [(f"{n}", ctx.now) for n in range(20)]))
        yield

    async def test_is_looked_at_between_jobs(self, db: Any, sessions: Sessions) -> None:
        async with asyncio.timeout(30):
            await worker.run(sessions, self.stop)
        assert len(self.begun) == 1
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE leased_until IS NULL AND attempts = 0") == 19

    async def test_does_not_wait_for_a_job_without_end(
        self, db: Any, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker, "_GRACE", 0.1)
        self.is_endless = True
        async with asyncio.timeout(30):
            await worker.run(sessions, self.stop)
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE leased_until IS NULL AND attempts = 0") == 20

    async def test_a_closed_database_stays_closed(self, new_sessions: NewSessions) -> None:
        ended = new_sessions()
        assert await ended.write(lambda ctx: ctx.db.fetchval("SELECT 1")) == 1
        await ended.database.close()
        with pytest.raises(asyncpg.InterfaceError):
            await ended.write(lambda ctx: ctx.db.fetchval("SELECT 1"))
