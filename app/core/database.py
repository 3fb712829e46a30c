"""The connection pool, and the mapping of database errors to problems."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar

import asyncpg

from app.core import errors
from app.core.context import Connection
from app.core.database_clock import DatabaseClock
from app.core.readiness import ReadinessConnection
from app.core.settings import Settings

Result = TypeVar("Result")

RETRYABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Worth running the whole transaction again: it may succeed, or see the row that was committed first."""
_READ_SHARE = 2
"""Connections of a pool that writes leave to reads: writes that wait for one locked row must not stop everything."""
_LEAST_LOCK_MILLISECONDS = 20
_CLOSING_TIMEOUT = 2.0
"""Seconds that statements have to finish when the pool is closed."""


class SchemaIsNewer(RuntimeError):
    """The schema was migrated by a newer version than this one."""


class Database:
    """A pool that is opened on first use, so that the service starts even while its database is unreachable."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._dsn, self._settings = dsn, settings
        self._pool: asyncpg.Pool | None = None
        self._closed = False
        self._clock = DatabaseClock()
        self._most_writes = max(1, settings.pool_size - _READ_SHARE)
        self._write_slots = asyncio.Semaphore(self._most_writes)
        self._waiting_writes = 0
        self._in_use = self._opened = 0
        """Connections, of which as many as were in use at once stay open."""
        self._readiness = ReadinessConnection(dsn, pgbouncer=settings.pgbouncer, **_session(settings))

    def now(self) -> datetime:
        """The database's time, inside `reading` and `writing`."""
        return self._clock.now()

    async def check(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """The result of `work` within a second or two, whatever the pool is busy with; see `ReadinessConnection`."""
        return await self._readiness.check(work)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Connection]:
        """A connection in autocommit, for single read-only statements."""
        async with self._connection() as connection:
            if self._settings.pgbouncer:  # outside a transaction, parse and execute may reach different servers
                async with connection.transaction(readonly=True):
                    yield connection
            else:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Connection]:
        """A connection in a transaction that is committed when the block ends without an exception."""
        patience = await self._take_write_slot()
        try:
            async with self._connection() as connection, connection.transaction():
                if self._settings.pgbouncer or patience < 1:  # PgBouncer's sessions have no limits of ours
                    await connection.execute(_local_limits(self._settings, patience))
                yield connection
        finally:
            self._write_slots.release()

    async def close(self) -> None:
        """End all connections, for good."""
        self._closed = True
        self._readiness.close()
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), _CLOSING_TIMEOUT)
            except TimeoutError:
                pool.terminate()

    async def _take_write_slot(self) -> float:
        """Returns which share of the usual time the write may wait for a lock.

        The more have to wait for a slot, and the longer, the less: else those that wait for one row, many at a time and
        one group after the other, would keep all others waiting until these give up.
        """
        if not self._write_slots.locked():
            await self._write_slots.acquire()
            return 1
        began, limit = time.monotonic(), self._settings.pool_timeout
        self._waiting_writes += 1
        try:
            async with asyncio.timeout(limit):  # costs a timer
                await self._write_slots.acquire()
            waited = min(1, (time.monotonic() - began) / limit)
            return (1 - waited) * self._most_writes / (self._most_writes + self._waiting_writes)
        finally:
            self._waiting_writes -= 1

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        pool = self._pool or await self._open()
        # The timeout costs a timer: it is only set where no connection is idle.
        has_idle = self._in_use < self._opened  # `pool.get_idle_size` looks at every connection
        connection = await pool.acquire(timeout=None if has_idle else self._settings.pool_timeout)
        self._in_use += 1
        self._opened = max(self._opened, self._in_use)
        try:
            if self._clock.is_due():
                await self._measure_time(connection)
            yield connection
        except asyncpg.InternalClientError as error:
            # The server announced its shutdown but has not closed the connection yet: asyncpg cannot use it any more.
            connection.terminate()
            raise asyncpg.InterfaceError("The server is closing this connection") from error
        finally:
            self._in_use -= 1
            await pool.release(connection)

    async def _open(self) -> asyncpg.Pool:
        """Raises InterfaceError once it is closed: whatever outlives the process' end must not begin anew."""
        if self._closed:
            raise asyncpg.InterfaceError("The connections have been closed")
        pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._settings.pool_size,
            timeout=self._settings.pool_timeout,
            command_timeout=self._settings.statement_timeout + 1,
            max_inactive_connection_lifetime=0,
            max_queries=1_000_000_000,  # connections do not degrade with use
            init=self._measure_time,
            reset=_no_reset,
            **_session(self._settings),
        )
        if self._closed:
            await pool.close()
            raise asyncpg.InterfaceError("The connections have been closed")
        if self._pool is None:
            self._pool = pool
        else:  # another task opened one first
            await pool.close()
        return self._pool

    async def _measure_time(self, connection: Any) -> None:
        if self._settings.pgbouncer:
            async with connection.transaction(readonly=True):
                await self._clock.measure(connection)
        else:
            await self._clock.measure(connection)


def problem_for(error: BaseException) -> errors.Problem | None:
    """The problem that a database error is reported as; None where the error is a bug of this service."""
    match error:
        case asyncpg.QueryCanceledError():
            return errors.Unavailable("A database statement exceeded its time limit")
        case asyncpg.UniqueViolationError():
            return errors.Conflict("A resource with the same key already exists")
        case asyncpg.ForeignKeyViolationError():
            return errors.Conflict("A referenced resource does not exist, or this resource is still referenced")
        case asyncpg.DataError() | asyncpg.CheckViolationError() | asyncpg.ProgramLimitExceededError():
            return errors.ValidationFailed("A value cannot be stored")
        case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError():
            return errors.Unavailable("Concurrent requests changed the same resources")
        case asyncpg.LockNotAvailableError():
            return errors.Unavailable("Another request is changing the same resources and takes too long")
        case (
            asyncpg.InsufficientResourcesError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.IdleInTransactionSessionTimeoutError()
            | asyncpg.InterfaceError()
            | OSError()
            | TimeoutError()
        ):
            return errors.Unavailable("The database is unreachable or has no free connection")
    return None


def _session(settings: Settings) -> dict[str, Any]:
    if settings.pgbouncer:
        return {"statement_cache_size": 0}
    return {
        "statement_cache_size": 1_000,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "rapport",
            "jit": "off",
            # Requests are short and many: starting parallel workers costs more than it saves.
            "max_parallel_workers_per_gather": "0",
            "timezone": "UTC",
            "statement_timeout": str(_statement_milliseconds(settings)),
            "lock_timeout": str(_lock_milliseconds(settings)),
            "idle_in_transaction_session_timeout": "60000",
        },
    }


def _local_limits(settings: Settings, patience: float) -> str:
    lock_timeout = max(
        min(_LEAST_LOCK_MILLISECONDS, _lock_milliseconds(settings)), int(_lock_milliseconds(settings) * patience)
    )
    return f"SET LOCAL statement_timeout = {_statement_milliseconds(settings)}; SET LOCAL lock_timeout = {lock_timeout}"


def _statement_milliseconds(settings: Settings) -> int:
    return max(1, int(settings.statement_timeout * 1000))


def _lock_milliseconds(settings: Settings) -> int:
    """Less than one waits for a connection: those who wait for a lock give theirs back before others give up."""
    return max(1, min(_statement_milliseconds(settings), int(settings.pool_timeout * 1000 * 2 / 3)))


async def _no_reset(_: object) -> None:
    """Saves a round trip: no statement of this service leaves state behind in a database session."""
