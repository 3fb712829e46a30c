"""The connection pool, and the mapping of database errors to problems."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from app.core import errors
from app.core.context import Connection
from app.core.settings import Settings

RETRYABLE = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Worth running the whole transaction again: it may succeed, or see the row that was committed first."""


class Database:
    """A pool that is opened on first use, so that the service starts even while its database is unreachable."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._dsn, self._settings = dsn, settings
        self._pool: asyncpg.Pool | None = None

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
        async with self._connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        pool = self._pool or await self._open()
        # The timeout costs a timer: it is only set where no connection is idle.
        connection = await pool.acquire(timeout=None if pool.get_idle_size() else self._settings.pool_timeout)
        try:
            yield connection
        except asyncpg.InternalClientError as error:
            # The server announced its shutdown but has not closed the connection yet: asyncpg cannot use it any more.
            connection.terminate()
            raise asyncpg.InterfaceError("The server is closing this connection") from error
        finally:
            await pool.release(connection)

    async def _open(self) -> asyncpg.Pool:
        pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._settings.pool_size,
            timeout=self._settings.pool_timeout,
            command_timeout=self._settings.statement_timeout + 1,
            max_inactive_connection_lifetime=0,
            max_queries=1_000_000_000,  # connections do not degrade with use
            reset=_no_reset,
            **_session(self._settings),
        )
        if self._pool is None:
            self._pool = pool
        else:  # another task opened one first
            await pool.close()
        return self._pool


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
        case (
            asyncpg.InsufficientResourcesError()
            | asyncpg.OperatorInterventionError()
            | asyncpg.PostgresConnectionError()
            | asyncpg.LockNotAvailableError()
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
    milliseconds = str(int(settings.statement_timeout * 1000))
    return {
        "statement_cache_size": 1_000,
        "max_cached_statement_lifetime": 0,
        "server_settings": {
            "application_name": "rapport",
            "jit": "off",
            # Requests are short and many: starting parallel workers costs more than it saves.
            "max_parallel_workers_per_gather": "0",
            "timezone": "UTC",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": "60000",
        },
    }


async def _no_reset(_: object) -> None:
    """Saves a round trip: no statement of this service leaves state behind in a database session."""
