"""What is busy, locked or away is told in time, is written into the log, and stops nothing else."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest

from app.core import logging as logs
from app.core import migrations
from app.core.database import Database
from app.core.embedded import log_of_database
from app.web import unavailability
from tests import make
from tests.support.api import patch
from tests.support.application import Connect, MakeApp, plain_settings

CUSTOMERS = "/v1/customers"


@asynccontextmanager
async def locked(dsn: str, statement: str, *arguments: Any) -> AsyncIterator[None]:
    """A transaction of somebody else's that holds what it locks until the block ends."""
    connection = await asyncpg.connect(dsn)
    try:
        async with connection.transaction():
            await connection.execute(statement, *arguments)
            yield
    finally:
        await connection.close()


def entries(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """What was logged about answers 503, as it stands in the log."""
    formatter = logs.JsonFormatter()
    return [json.loads(formatter.format(r)) for r in caplog.records if r.name == "rapport.unavailable"]


class TestALockedRow:
    async def test_stops_neither_reads_nor_writes_of_others_for_long(
        self, make_app: MakeApp, connect: Connect, empty_database: str
    ) -> None:
        client = connect(to=await make_app(pool_size=6, pool_timeout=3))
        one, other = [await make.create_customer(client) for _ in range(2)]
        path = f"{CUSTOMERS}/{one['id']}"
        async with locked(empty_database, "SELECT FROM customers WHERE id = $1 FOR UPDATE", one["id"]):
            began = time.monotonic()
            writers = [asyncio.create_task(patch(client, path, {"owner": f"{n}"})) for n in range(50)]
            await asyncio.sleep(0.2)
            for address in (f"{CUSTOMERS}/{other['id']}", CUSTOMERS, "/readyz", path):
                asked = time.monotonic()
                assert (await client.get(address)).status_code == 200
                assert time.monotonic() - asked < 1, address
            made = await client.post(CUSTOMERS, json=make.customer())
            assert made.status_code == 201, "another write gets its turn before it gives up"
            answers = await asyncio.gather(*writers)
            assert {answer.status_code for answer in answers} == {503}
            assert all(int(answer.headers["retry-after"]) >= 1 for answer in answers)
            assert time.monotonic() - began < 30  # not fifty times as long as one waits
            assert (await patch(client, f"{CUSTOMERS}/{other['id']}", {"owner": "mia"})).status_code == 200
        assert (await patch(client, path, {"owner": "mia"})).status_code == 200

    async def test_is_waited_for_less_long_than_a_connection(
        self, make_app: MakeApp, connect: Connect, empty_database: str
    ) -> None:
        client = connect(to=await make_app(pool_timeout=0.9))
        one = await make.create_customer(client)
        async with locked(empty_database, "SELECT FROM customers WHERE id = $1 FOR UPDATE", one["id"]):
            began = time.monotonic()
            answer = await patch(client, f"{CUSTOMERS}/{one['id']}", {"owner": "mia"})
            assert 0.5 < time.monotonic() - began < 0.9
        assert answer.json()["detail"] == "Another request is changing the same resources and takes too long"

    async def test_is_waited_for_longer_by_a_batch(
        self, make_app: MakeApp, connect: Connect, empty_database: str
    ) -> None:
        client = connect(to=await make_app(pool_timeout=0.3))
        identity = {"system": "till", "external_id": "7"}
        await make.create_customer(client, identities=[identity])
        sale = make.sale(customer={"identity": identity})
        async with locked(empty_database, "SELECT FROM customers FOR UPDATE"):
            headers = {"content-type": "application/x-ndjson"}
            sending = asyncio.create_task(client.post("/v1/sales/batch", content=json.dumps(sale), headers=headers))
            await asyncio.sleep(0.5)  # longer than a request waits
            assert not sending.done()
        (result,) = [json.loads(line) for line in (await sending).text.splitlines()]
        assert result["status"] == 201

    async def test_limits_hold_behind_a_bouncer_too(self, empty_database: str) -> None:
        settings = plain_settings(database_url=empty_database, pgbouncer=True, pool_timeout=0.3)
        database = Database(empty_database, settings)
        try:
            async with database.writing() as connection:
                assert await connection.fetchval("SHOW lock_timeout") == "200ms"
                assert await connection.fetchval("SHOW statement_timeout") == "15s"
            async with database.reading() as connection:
                assert await connection.fetchval("SHOW lock_timeout") == "0"
        finally:
            await database.close()

    async def test_a_pool_of_one_is_still_a_pool(self, make_app: MakeApp, connect: Connect) -> None:
        client = connect(to=await make_app(pool_size=1))
        made = [make.create_customer(client) for _ in range(5)]
        assert len({one["id"] for one in await asyncio.gather(*made)}) == 5


class TestReadiness:
    async def test_has_a_connection_of_its_own(self, make_app: MakeApp, connect: Connect) -> None:
        app = await make_app(pool_size=2, pool_timeout=0.1)
        client = connect(to=app)
        database = app.state.service.database
        async with database.reading(), database.reading():
            assert (await client.get(CUSTOMERS)).status_code == 503
            assert (await client.get("/readyz")).status_code == 200

    async def test_answers_no_within_two_seconds(
        self, make_app: MakeApp, connect: Connect, empty_database: str
    ) -> None:
        client = connect(to=await make_app())
        assert (await client.get("/readyz")).status_code == 200
        async with locked(empty_database, "LOCK alembic_version"):
            began = time.monotonic()
            answers = await asyncio.gather(*(client.get("/readyz") for _ in range(3)))
            assert [answer.status_code for answer in answers] == [503] * 3
            assert 1 < time.monotonic() - began < 2
        assert (await client.get("/readyz")).status_code == 200

    async def test_a_connection_that_was_closed_is_replaced(self, make_app: MakeApp, connect: Connect, db: Any) -> None:
        client = connect(to=await make_app())
        for _ in range(3):
            assert (await client.get("/readyz")).status_code == 200
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE query ~ 'alembic_version' AND pid <> pg_backend_pid()"
            )

    @pytest.mark.parametrize(
        ("revision", "sentence"),
        [
            ("0013", "The schema of the database is behind: run `rapport migrate`"),
            ("9999", "The schema of the database is newer than this version of Rapport: run the newer version"),
        ],
    )
    async def test_tells_an_old_schema_from_a_new_one(
        self, client: httpx.AsyncClient, db: Any, revision: str, sentence: str
    ) -> None:
        await db.execute("UPDATE alembic_version SET version_num = $1", revision)
        try:
            answer = await client.get("/readyz")
        finally:
            await db.execute("UPDATE alembic_version SET version_num = $1", migrations.head())
        assert (answer.status_code, answer.json()["detail"]) == (503, sentence)


class TestTheLog:
    async def test_says_what_could_not_be_had(
        self, make_app: MakeApp, connect: Connect, empty_database: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = connect(to=await make_app(pool_timeout=0.2))
        one = await make.create_customer(client)
        async with locked(empty_database, "SELECT FROM customers WHERE id = $1 FOR UPDATE", one["id"]):
            answer = await client.patch(
                f"{CUSTOMERS}/{one['id']}",
                json={"owner": "mia"},
                headers={"content-type": "application/merge-patch+json", "x-request-id": "abc"},
            )
        assert answer.status_code == 503
        (entry,) = entries(caplog)
        assert (entry["level"], entry["request_id"], entry["method"]) == ("WARNING", "abc", "PATCH")
        assert (entry["operation"], entry["sqlstate"]) == ("update_customer", "55P03")
        assert entry["message"] == "Answered 503: LockNotAvailableError (55P03)"
        assert "database_log" not in entry  # it is not the embedded one of the data directory

    async def test_of_a_database_that_is_away(
        self, make_app: MakeApp, connect: Connect, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = connect(to=await make_app(database_url="postgresql://rapport@/rapport?host=/no/such/socket"))
        for path in ("/readyz", CUSTOMERS):
            assert (await client.get(path)).status_code == 503
        assert [entry["operation"] for entry in entries(caplog)] == ["check_readiness", "list_customers"]
        assert {entry["reason"] for entry in entries(caplog)} == {"FileNotFoundError: No such file or directory"}

    async def test_of_a_batch_has_a_line_for_a_transaction(
        self, make_app: MakeApp, connect: Connect, empty_database: str, caplog: pytest.LogCaptureFixture
    ) -> None:
        client = connect(to=await make_app(pool_timeout=0.05))
        sales = "\n".join(json.dumps(make.sale()) for _ in range(20))
        async with locked(empty_database, "LOCK sales"):
            headers = {"content-type": "application/x-ndjson"}
            answer = await client.post("/v1/sales/batch", content=sales, headers=headers)
        assert {json.loads(line)["status"] for line in answer.text.splitlines()} == {503}
        found = [(entry["operation"], entry["sqlstate"]) for entry in entries(caplog)]
        assert set(found) == {("record_sales", "55P03")}
        assert len(found) <= 3  # of twenty lines

    async def test_is_not_flooded(
        self,
        make_app: MakeApp,
        connect: Connect,
        caplog: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(unavailability, "_WINDOW", 0.5)
        monkeypatch.setattr(unavailability, "_MAX_LINES", 5)
        client = connect(to=await make_app(database_url="postgresql://rapport@/rapport?host=/no/such/socket"))
        for _ in range(12):
            assert (await client.get(CUSTOMERS)).status_code == 503
        await asyncio.sleep(0.6)
        lines = entries(caplog)
        assert sum("operation" in line for line in lines) < 12
        assert sum(line.get("omitted", 0) + ("operation" in line) for line in lines) == 12

    async def test_other_problems_leave_no_line(
        self, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO):
            assert (await client.get(f"{CUSTOMERS}/nothing")).status_code == 422
            assert (await client.get("/nowhere")).status_code == 404
        assert entries(caplog) == []

    def test_the_embedded_database_s_own_log_is_known(self, postgres: Any) -> None:
        found = log_of_database(postgres.dsn(), postgres.data_dir)
        assert found is not None
        assert found.endswith("/server.log")
        assert log_of_database(postgres.dsn("another"), postgres.data_dir) is None
