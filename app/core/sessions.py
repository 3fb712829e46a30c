"""Transactions on behalf of a caller, retried when they lose a race."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID

from app.core.context import Context
from app.core.database import RETRYABLE, Database

Result = TypeVar("Result")
Clock = Callable[[], datetime]
ATTEMPTS = 6


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Sessions:
    database: Database
    actor_id: UUID
    actor: str
    scopes: frozenset[str]
    cursor_key: bytes
    region: str
    clock: Clock = utc_now

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Context]:
        async with self.database.reading() as connection:
            yield self._context(connection)

    async def write(self, work: Callable[[Context], Awaitable[Result]]) -> Result:
        """Run `work` in one transaction and commit it; run it again from the start if it lost a race.

        Unique violations count as lost races: the next attempt sees the winner's row, and `work` decides what that
        means. The error of the last attempt is raised.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.database.writing() as connection:
                    return await work(self._context(connection))
            except RETRYABLE:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01) * 2**attempt)
        raise AssertionError("unreachable")

    def _context(self, connection: object) -> Context:
        return Context(connection, self.actor_id, self.actor, self.scopes, self.clock(), self.cursor_key, self.region)
