"""A connection of its own for the question whether the database answers."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import asyncpg

from app.core.context import Connection

Result = TypeVar("Result")
_TIME_LIMIT = 1.5
"""Seconds. Whoever asks restarts what does not answer within a few, so that the answer no has to come in time too."""


class ReadinessConnection:
    """Kept open between checks: a database whose connections are all in use can still be asked."""

    def __init__(self, dsn: str, *, pgbouncer: bool, **options: Any) -> None:
        self._dsn, self._pgbouncer, self._options = dsn, pgbouncer, options
        self._connection: asyncpg.Connection | None = None
        self._in_use = asyncio.Lock()

    async def check(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        """The result of `work`, one reading statement. Raises TimeoutError and what the database says."""
        task = asyncio.ensure_future(self._check(work))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody may be there to hear it
        try:
            # Not `wait_for`, which waits for the end of what it cancels: for a rollback that nobody answers.
            await asyncio.wait({task}, timeout=_TIME_LIMIT)
            if not task.done():
                self.close()
                raise TimeoutError
            return task.result()
        finally:
            task.cancel()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def _check(self, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        async with self._in_use:
            if self._connection is not None:
                try:
                    return await self._work(self._connection, work)
                except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
                    self.close()  # the database may have been restarted since: another connection tells more
            connection = self._connection = await asyncpg.connect(self._dsn, **self._options)
            return await self._work(connection, work)

    async def _work(self, connection: Any, work: Callable[[Connection], Awaitable[Result]]) -> Result:
        if not self._pgbouncer:
            return await work(connection)
        async with connection.transaction(readonly=True):
            return await work(connection)
