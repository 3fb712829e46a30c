"""What a command runs with: the database, a caller of its own, and an orderly end."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import NoReturn, TypeVar
from uuid import UUID

import asyncpg

from app.core.context import Context
from app.core.database import Database
from app.core.embedded import DataDirectoryInUse, EmbeddedPostgres, Standby
from app.core.reactions import NO_REACTIONS, Reactions
from app.core.sessions import Sessions
from app.core.settings import Settings
from app.core.settings import settings as current_settings
from app.rules.customers import as_values

Result = TypeVar("Result")
_NO_KEY = UUID(int=0)
"""The command line acts without an API key."""
_USUAL_CONNECTIONS, _SPARE_CONNECTIONS = 90, 30
"""What the embedded server has in any case, and what is left to `rapport worker` and to other commands."""
_HANDOVER, _PAUSE = 20.0, 0.2
"""Seconds that another process has to take the embedded database over, and between two looks whether it did."""
_MOST_CONNECTIONS = 500
"""Each costs a process and megabytes; beyond that, the start says how many are missing."""


@contextmanager
def database(settings: Settings, *, serving_processes: int | None = None) -> Iterator[str]:
    """The DSN of the configured database, or of the embedded one, which runs for as long as the block does.

    Where another process already runs the embedded one, it is shared, and run by this process when that one ends.
    A service says how many `serving_processes` it has: a data directory has only one service, and another raises
    DataDirectoryInUse.
    """
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    postgres = EmbeddedPostgres(settings.data_dir, settings=_server_settings(settings, serving_processes))
    with ExitStack() as stack:
        if serving_processes is not None:
            lock = postgres.lock_directory("SERVING")
            stack.callback(lock.release)
        try:
            stack.enter_context(postgres)
        except DataDirectoryInUse:
            stack.enter_context(Standby(postgres))
        dsn = postgres.dsn()
        os.environ["RAPPORT_DATABASE_URL"] = dsn  # worker processes read it
        current_settings.cache_clear()
        try:
            yield dsn
        finally:
            del os.environ["RAPPORT_DATABASE_URL"]
            current_settings.cache_clear()


def migrate(settings: Settings, dsn: str) -> None:
    """Run all pending migrations; raises what `migrations.migrate` does.

    The process that runs the embedded database may stop just now: another one starts it again in a moment.
    """
    from app.core import migrations

    give_up_at = time.monotonic() + (_HANDOVER if settings.database_url is None else 0)
    while True:
        try:
            return migrations.migrate(dsn)
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError, asyncpg.InterfaceError):
            if time.monotonic() >= give_up_at:
                raise
        time.sleep(_PAUSE)


def connections_of(settings: Settings, processes: int) -> int:
    """How many connections so many processes that answer requests open at most."""
    return processes * (settings.pool_size + 1)  # one to check whether they are ready


def _server_settings(settings: Settings, processes: int | None) -> dict[str, str]:
    connections = connections_of(settings, processes or settings.workers)
    chosen = {}
    if settings.embedded_memory is not None:
        chosen["shared_buffers"] = f"{settings.embedded_memory}MB"
    if connections > _USUAL_CONNECTIONS:
        chosen["max_connections"] = str(min(connections, _MOST_CONNECTIONS) + _SPARE_CONNECTIONS)
    return chosen


@asynccontextmanager
async def sessions(settings: Settings, dsn: str, actor: str = "rapport") -> AsyncIterator[Sessions]:
    """Transactions in the name of the command line itself, with all that follows events in them."""
    from app.reactions import REACTIONS  # brings all services along, which managing keys has no use for

    async with _sessions(settings, dsn, actor, REACTIONS) as caller:
        yield caller


def run_in_transaction(settings: Settings, dsn: str, work: Callable[[Context], Awaitable[Result]]) -> Result:
    """One transaction, from beginning to end, for work that records no events."""

    async def run() -> Result:
        async with _sessions(settings, dsn, "rapport", NO_REACTIONS) as caller:
            return await caller.write(work)

    return asyncio.run(run())


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """SIGTERM ends the process as Ctrl-C does: through every `finally`, so that the database is stopped too."""

    def stop(*_: object) -> NoReturn:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(0) from None


@asynccontextmanager
async def _sessions(settings: Settings, dsn: str, actor: str, reactions: Reactions) -> AsyncIterator[Sessions]:
    store = Database(dsn, settings)
    try:
        region, nobody = settings.default_region, as_values(settings.values_of_nobody, settings.default_region)
        admin = frozenset({"admin"})
        yield Sessions(store, _NO_KEY, actor, admin, b"", region, reactions=reactions, values_of_nobody=nobody)
    finally:
        await store.close()
