"""Transactions on behalf of a caller, retried when they lose a race."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from app.core.context import Connection, Context
from app.core.database import RETRYABLE, Database
from app.core.reactions import NO_REACTIONS, Reactions
from app.core.reference_cache import ReferenceCache

Result = TypeVar("Result")
Clock = Callable[[], datetime]
ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Sessions:
    database: Database
    actor_id: UUID
    actor: str
    scopes: frozenset[str]
    cursor_key: bytes
    region: str
    clock: Clock | None = None
    """Instead of the database's."""
    reactions: Reactions = NO_REACTIONS
    values_of_nobody: frozenset[str] = frozenset()
    references: ReferenceCache = field(default_factory=ReferenceCache)
    """Shared by all transactions of the process."""

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Context]:
        async with self.database.reading() as connection:
            yield self._context(connection)

    async def write(self, work: Callable[[Context], Awaitable[Result]]) -> Result:
        """Run `work` and the reactions to its events in one transaction; run it again if it lost a race.

        Unique violations count as lost races: the next attempt sees the winner's row, and `work` decides what that
        means. The error of the last attempt is raised.
        """
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self.database.writing() as connection:
                    ctx = self._context(connection)
                    result = await work(ctx)
                    await self.reactions.run(ctx)
                self.references.forget(ctx.changed_references)
                return result
            except RETRYABLE:
                if attempt == ATTEMPTS:
                    raise
                await asyncio.sleep(random.uniform(0, 0.01) * 2**attempt)
        raise AssertionError("unreachable")

    async def rehearse(self, work: Callable[[Context], Awaitable[Result]]) -> Result:
        """Return or raise what `write` would, and store nothing."""
        results: list[Result] = []

        async def undone(ctx: Context) -> None:
            results.append(await work(ctx))
            await self.reactions.run(ctx)
            raise _RollBack

        with suppress(_RollBack):
            await self.write(undone)
        return results[-1]

    def _context(self, connection: Connection) -> Context:
        return Context(
            connection,
            self.actor_id,
            self.actor,
            self.scopes,
            self.clock() if self.clock else self.database.now(),
            self.cursor_key,
            self.region,
            self.values_of_nobody,
            references=self.references,
            reactions=self.reactions,
        )


class _RollBack(Exception):
    """Ends a rehearsal."""
