"""The database's time counts, however wrong the clock of the host is; here the database's differs by a day."""

import ast
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.core import database_clock
from app.core.database import Database
from app.core.database_clock import DatabaseClock
from app.core.sessions import Sessions
from app.jobs import HANDLERS
from app.main import create_app
from app.rules.access import keys as access
from app.services.kit import job_runner
from tests import make
from tests.make.complaints import body
from tests.support import ledger
from tests.support.application import ADMIN_KEY, plain_settings
from tests.support.contract_check import CheckedTransport

APP = Path(__file__).parents[2] / "app"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ALWAYS = [
    {"day": day, "opens": "00:00", "closes": "24:00"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
]


def test_nothing_asks_the_clock_of_the_process() -> None:
    found = []
    for path in sorted(APP.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {
                "datetime.now",
                "datetime.utcnow",
                "datetime.today",
                "date.today",
                "time.time",
                "time.time_ns",
            }:
                found.append(f"{path.relative_to(APP)}:{node.lineno}")
    assert found == []


class Steady:
    """The steady clock, and how much later the database has its own answer and we have it."""

    def __init__(self) -> None:
        self.seconds = 1_000.0
        self.delays = 0.0, 0.0
        self.database = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self.database += timedelta(seconds=seconds)

    async def fetchval(self, _: str) -> datetime:
        self.pass_(self.delays[0])
        told = self.database
        self.pass_(self.delays[1])
        return told


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> Steady:
    steady = Steady()
    monkeypatch.setattr(database_clock, "_steady", lambda: steady.seconds)
    return steady


def off(clock: DatabaseClock, steady: Steady) -> float:
    return abs((clock.now() - steady.database).total_seconds())


class TestMeasuring:
    async def test_it_counts_on_between_measurements(self, steady: Steady) -> None:
        clock = DatabaseClock()
        assert clock.is_due()
        await clock.measure(steady)
        assert not clock.is_due()
        steady.pass_(29)
        assert (off(clock, steady), clock.is_due()) == (0, False)
        steady.pass_(2)
        assert clock.is_due()

    async def test_a_slow_answer_does_not_move_it(self, steady: Steady) -> None:
        clock = DatabaseClock()
        await clock.measure(steady)
        steady.delays = 0.1, 3.0
        before = clock.now()
        await clock.measure(steady)
        assert off(clock, steady) < 0.001
        assert clock.now() - before == timedelta(seconds=3.1)

    async def test_it_is_off_by_half_of_the_first_round_trip_at_most(self, steady: Steady) -> None:
        steady.delays = 0.0, 0.4
        clock = DatabaseClock()
        await clock.measure(steady)
        assert off(clock, steady) == pytest.approx(0.2)
        steady.delays = 0.01, 0.01
        await clock.measure(steady)
        assert off(clock, steady) <= 0.011

    async def test_a_database_whose_clock_is_set_is_followed(self, steady: Steady) -> None:
        clock = DatabaseClock()
        await clock.measure(steady)
        steady.database -= timedelta(hours=5)
        await clock.measure(steady)
        assert off(clock, steady) == 0

    async def test_only_one_measures_again(self, steady: Steady) -> None:
        clock = DatabaseClock()
        await clock.measure(steady)
        steady.pass_(60)
        due: list[bool] = []

        class Connection:
            async def fetchval(self, statement: str) -> datetime:
                due.append(clock.is_due())
                return await steady.fetchval(statement)

        await clock.measure(Connection())
        assert due == [False]


class Shop:
    """A service without a clock of the tests', on a database whose own clock is off by so much."""

    def __init__(self, dsn: str, offset: timedelta, client: httpx.AsyncClient, service: Any) -> None:
        self.dsn, self.offset, self.client, self.service = dsn, offset, client, service

    async def work(self) -> None:
        worker = self.service.internal_sessions("worker")
        while await job_runner.run_due(worker, HANDLERS):
            pass

    async def tables(self, statement: str) -> list[Any]:
        return await ledger.fetch(self.dsn, statement)


@pytest.fixture(params=[-DAY, DAY], ids=["the host is a day ahead", "the host is a day behind"])
async def shop(request: pytest.FixtureRequest, new_database: Callable[..., str]) -> AsyncIterator[Shop]:
    dsn, seconds = new_database(), request.param.total_seconds()
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        "CREATE SCHEMA clock; CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
        f"$$ SELECT pg_catalog.clock_timestamp() + interval '{seconds} seconds' $$; "
        f"ALTER DATABASE {urlsplit(dsn).path[1:]} SET search_path = public, clock, pg_catalog"
    )
    await connection.execute(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ('admin', $1, '', '{admin}')",
        access.hash_key(ADMIN_KEY),
    )
    await connection.close()
    app = create_app(plain_settings(database_url=dsn))
    async with app.router.lifespan_context(app):
        headers = {"Authorization": f"Bearer {ADMIN_KEY}"}
        async with httpx.AsyncClient(transport=CheckedTransport(app), base_url="http://test", headers=headers) as it:
            yield Shop(dsn, request.param, it, app.state.service)


class TestAHostThatIsWrong:
    async def test_requests_have_the_database_s_time(self, shop: Shop) -> None:
        before = datetime.now(UTC) + shop.offset
        assert (await shop.client.post("/v1/customers", json=make.customer())).status_code == 201
        ((recorded,),) = await shop.tables("SELECT recorded_at FROM events")
        assert before - SECOND < recorded < datetime.now(UTC) + shop.offset + SECOND

    async def test_nothing_breaches_early_and_a_move_is_not_too_early(self, shop: Shop) -> None:
        client = shop.client
        assert (await client.post("/v1/calendars", json=make.calendar(code="always", hours=ALWAYS))).status_code == 201
        steps = [{"metric": "respond", "at_minutes": at, "notify": ["Amara"]} for at in (-5, 0)]
        policy = make.policy("always", targets={"respond_minutes": 60}, escalations=steps)
        assert (await client.post("/v1/service-policies", json=policy)).status_code == 201
        now = datetime.now(UTC) + shop.offset
        for name, age in (("new", timedelta(minutes=1)), ("old", timedelta(hours=2))):
            sent = body(received_at=(now - age).isoformat(), source="mail", external_id=name)
            assert (await client.post("/v1/complaints", json=sent)).status_code == 201, name
        await shop.work()
        listed = await shop.tables(
            "SELECT c.external_id, count(*) FILTER (WHERE e.type = 'complaint.breached') AS breached, "
            "count(*) FILTER (WHERE e.type = 'complaint.escalated') AS escalated "
            "FROM complaints c JOIN events e ON e.subject_id = c.id GROUP BY 1 ORDER BY 1"
        )
        assert [tuple(row) for row in listed] == [("new", 0, 0), ("old", 1, 1)]
        (new,) = await shop.tables("SELECT id FROM complaints WHERE external_id = 'new'")
        moved = await client.post(f"/v1/complaints/{new[0]}/acknowledge", json={})
        assert moved.status_code == 200, moved.text

    async def test_every_way_in_has_it(self, shop: Shop) -> None:
        """The command line too: it makes its sessions without a clock."""
        database = Database(shop.dsn, plain_settings(database_url=shop.dsn))
        try:
            sessions = Sessions(database, UUID(int=0), "test", frozenset(), b"", "GB")

            async def now(ctx: Any) -> datetime:
                return ctx.now

            async with sessions.reading() as ctx:
                read = ctx.now
            for moment in (read, await sessions.write(now)):
                assert abs(datetime.now(UTC) + shop.offset - moment) < timedelta(seconds=5)
        finally:
            await database.close()
