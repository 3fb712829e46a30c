"""The service on a real PostgreSQL: a server for each test process, one database for all its tests, emptied for each.

Emptying by DELETE takes less than 1 ms; TRUNCATE takes 35, and a copy of a template 30 and new connections besides.
What tests commit is really committed. Tests that need a database of their own take `new_database`.
"""

import asyncio
import gc
import itertools
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

import asyncpg
import httpx
import hypothesis
import pytest
from fastapi import FastAPI

from app.core.embedded import EmbeddedPostgres
from app.core.embedded.place import locate
from app.core.migrations import migrate
from app.main import create_app
from app.models import metadata
from app.rules.access import keys as access
from tests.support import scale
from tests.support.application import ADMIN_KEY, Connect, Keys, MakeApp, TestClock, plain_settings
from tests.support.contract_check import CheckedTransport

gc.disable()  # until all tests are collected: what is made by then stays

for _name in [name for name in os.environ if name.startswith("RAPPORT_")]:
    del os.environ[_name]

# The same examples each time: a failure is about the change, not about luck.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None)
hypothesis.settings.load_profile("suite")

TEMPLATE = "migrated"
# Children before their parents. Keys and secrets stay: the application remembers them.
_EMPTY = "".join(
    f"DELETE FROM {table.name};"
    for table in reversed(metadata.sorted_tables)
    if table.name not in ("api_keys", "secrets")
)
_numbers = itertools.count(1)

# Whole files go to one process each: the long ones first, so that none is begun when all the others are done.
_LONG = (
    "test_schemathesis.py",
    "test_cli.py",
    "test_real_shop.py",
    "test_invariants.py",
    "test_torture.py",
    "service",
    "core",
    "test_escalations.py",
    "test_contract.py",
    "test_shop.py",
    "test_migrated_rows.py",
    "clients",
    "test_memory.py",
    "test_search_pages.py",
    "test_tests.py",
)


def pytest_report_header() -> str:
    return "longest tests: all" if scale.ALL else f"longest tests: the part that TEST_SEED={scale.SEED} chooses"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        _, bracket, parameters = item.name.partition("[")
        if bracket and item.id.params is None:  # schemathesis 4.32 names its tests in a way that pytest 9.2 ignores
            item._id = item.id.with_params(parameters.removesuffix("]"))
    twins = [node_id for node_id, count in Counter(item.nodeid for item in items).items() if count > 1]
    if twins:  # pytest-xdist would run one of them, and leave out the others
        raise pytest.UsageError(f"Several tests have the same id: {twins[:5]}")
    items.sort(key=_turn)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """Thousands of tests and the whole application last as long as the process: the collector need not visit them."""
    gc.collect()
    gc.freeze()
    gc.enable()


def _turn(item: pytest.Item) -> int:
    return next((n for n, name in enumerate(_LONG) if name in (item.path.name, item.path.parent.name)), len(_LONG))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """A server for this test process, with the database `migrated` as a template."""
    data_dir = tmp_path_factory.mktemp("postgres")
    server = EmbeddedPostgres(data_dir, durable=False)
    try:
        server.start()
        _administer(server, f"CREATE DATABASE {TEMPLATE}")
        migrate(server.dsn(TEMPLATE))
        yield server
    finally:
        server.stop()
        shutil.rmtree(locate(data_dir).home, ignore_errors=True)


@pytest.fixture(scope="session")
def new_database(postgres: EmbeddedPostgres) -> Callable[..., str]:
    """Makes a database with the schema and nothing in it (or wholly empty: `template="template1"`); gives its DSN."""

    def make(template: str = TEMPLATE) -> str:
        name = f"test_{next(_numbers)}"
        _administer(postgres, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return postgres.dsn(name)

    return make


@pytest.fixture(scope="session")
def database_url(new_database: Callable[..., str]) -> str:
    """The database that the tests of this process share."""
    return new_database()


@pytest.fixture(scope="session")
def session_clock() -> TestClock:
    return TestClock()


@pytest.fixture(scope="session")
async def session_app(database_url: str, session_clock: TestClock) -> AsyncIterator[FastAPI]:
    # Crowds wait for one row as long as it takes: how quick the machine is, is not what they test.
    app = create_app(plain_settings(database_url=database_url, pool_timeout=20), clock=session_clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(scope="session")
async def admin_id(database_url: str) -> Any:
    connection = await asyncpg.connect(database_url)
    key_id = await _add_key(connection, ADMIN_KEY, "admin", [access.ADMIN])
    await connection.close()
    return key_id


@pytest.fixture(scope="session")
async def emptying(database_url: str, admin_id: Any) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    connection = await asyncpg.connect(database_url)
    # A function plans its statements once, which takes most of their time.
    await connection.execute(
        f"CREATE FUNCTION pg_temp.empty() RETURNS void LANGUAGE plpgsql AS $$ BEGIN {_EMPTY} END $$"
    )

    async def empty() -> None:
        await connection.execute("SELECT pg_temp.empty()")
        await connection.execute("DELETE FROM api_keys WHERE id <> $1", admin_id)

    yield empty
    await connection.close()


@pytest.fixture
def clock(session_clock: TestClock) -> TestClock:
    """The application's clock; `clock.tick(60)` lets a minute pass."""
    session_clock.now = TestClock.START
    return session_clock


@pytest.fixture
async def empty_database(emptying: Callable[[], Awaitable[None]], database_url: str) -> str:
    await emptying()
    return database_url


@pytest.fixture
async def app(session_app: FastAPI, empty_database: str, clock: TestClock) -> FastAPI:
    """The service on an empty database. It is the same for all tests: take `make_app` for one with other settings."""
    session_app.state.service.references.clear()
    return session_app


@pytest.fixture
async def connect(app: FastAPI) -> AsyncIterator[Connect]:
    """Makes HTTP clients whose every answer is held against the OpenAPI document: `connect(key=None, app=app)`."""
    async with AsyncExitStack() as stack:
        clients: list[httpx.AsyncClient] = []

        def connected(key: str | None = ADMIN_KEY, to: FastAPI = app) -> httpx.AsyncClient:
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            client = httpx.AsyncClient(transport=CheckedTransport(to), base_url="http://test", headers=headers)
            clients.append(client)
            return client

        yield connected
        for client in clients:
            stack.push_async_callback(client.aclose)


@pytest.fixture
def client(connect: Connect) -> httpx.AsyncClient:
    """May do everything."""
    return connect()


@pytest.fixture
def anonymous(connect: Connect) -> httpx.AsyncClient:
    """Has no key."""
    return connect(None)


@pytest.fixture
async def keys(connect: Connect, db: "asyncpg.Connection[Any]") -> Keys:
    """Makes clients that may do so much and no more: `await keys("customers:read", "sales:write")`."""

    async def make(*scopes: str, to: FastAPI | None = None) -> httpx.AsyncClient:
        key = access.new_key()
        await _add_key(db, key, f"key {next(_numbers)}", list(scopes))
        return connect(key) if to is None else connect(key, to)

    return make


@pytest.fixture
async def make_app(empty_database: str, clock: TestClock) -> AsyncIterator[MakeApp]:
    """Makes services on the same database with settings of their own: `await make_app(rate_limit=2)`."""
    async with AsyncExitStack() as stack:

        async def make(**settings: Any) -> FastAPI:
            app = create_app(plain_settings(**{"database_url": empty_database, **settings}), clock=clock)
            await stack.enter_async_context(app.router.lifespan_context(app))
            return app

        yield make


@pytest.fixture
async def db(empty_database: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A connection of the test's own, outside of any transaction."""
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


async def _add_key(connection: Any, key: str, name: str, scopes: list[str]) -> Any:
    return await connection.fetchval(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ($1, $2, $3, $4) RETURNING id",
        name,
        access.hash_key(key),
        access.hint(key),
        scopes,
    )


def _administer(server: EmbeddedPostgres, statement: str) -> None:
    """From a thread of its own: it may be called while an event loop runs."""

    async def run() -> None:
        connection = await asyncpg.connect(server.dsn("postgres"))
        await connection.execute(statement)
        await connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, run()).result()
