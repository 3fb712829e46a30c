"""The connection pool, and what a database error means to whoever caused it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from app.core import errors
from app.core.settings import Settings

RETRIED = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, asyncpg.UniqueViolationError)
"""Run the whole transaction again: it may succeed, or find out properly who was first."""


class Database:
    """A pool that is opened when it is first needed, so that the service starts while its database is away."""

    def __init__(self, dsn: str, settings: Settings) -> None:
        self._dsn, self._settings = dsn, settings
        self._pool: asyncpg.Pool | None = None

    @asynccontextmanager
    async def reading(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A connection in autocommit, for single statements that change nothing."""
        async with self._connection() as connection:
            if self._settings.pgbouncer:  # outside a transaction, parse and execute may meet different servers
                async with connection.transaction(readonly=True):
                    yield connection
            else:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        """A connection in a transaction that is committed when the block ends well."""
        async with self._connection() as connection, connection.transaction():
            yield connection

    async def close(self) -> None:
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator["asyncpg.Connection[Any]"]:
        pool = self._pool or await self._opened()
        # A timer is only set for those who have to wait.
        connection = await pool.acquire(timeout=None if pool.get_idle_size() else self._settings.pool_timeout)
        try:
            yield connection
        except asyncpg.InternalClientError as error:
            # The server has said good-bye on it and not hung up yet: the driver no longer knows what to make of it.
            connection.terminate()
            raise asyncpg.InterfaceError("The connection was being closed") from error
        finally:
            await pool.release(connection)

    async def _opened(self) -> asyncpg.Pool:
        pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._settings.pool_size,
            timeout=self._settings.pool_timeout,
            command_timeout=self._settings.statement_timeout + 1,
            max_inactive_connection_lifetime=0,
            max_queries=1_000_000_000,  # a connection is as good as it was on its first query
            reset=_keep,
            **_session(self._settings),
        )
        if self._pool is None:
            self._pool = pool
        else:  # somebody else was quicker
            await pool.close()
        return self._pool


def meaning(error: BaseException) -> errors.Problem | None:
    """The one place where a database error becomes a problem; None when it is a defect of ours."""
    match error:
        case asyncpg.QueryCanceledError():
            return errors.Unavailable("The request took too long")
        case asyncpg.UniqueViolationError():
            return errors.Conflict("Something with the same key exists already")
        case asyncpg.ForeignKeyViolationError():
            return errors.Conflict("It refers to something that does not exist, or is still referred to")
        case asyncpg.DataError() | asyncpg.CheckViolationError() | asyncpg.ProgramLimitExceededError():
            return errors.ValidationFailed("A value cannot be stored")
        case asyncpg.SerializationError() | asyncpg.DeadlockDetectedError():
            return errors.Unavailable("Others were changing the same things")
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
            return errors.Unavailable("The database cannot be reached, or has no connection free")
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
            # Requests are short and many: a helper process for one of them costs more than it saves.
            "max_parallel_workers_per_gather": "0",
            "timezone": "UTC",
            "statement_timeout": milliseconds,
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": "60000",
        },
    }


async def _keep(_: object) -> None:
    """Nothing to reset between uses: no statement of ours leaves anything behind in a session."""
