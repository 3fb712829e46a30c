"""What a worker process holds between requests."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from app.core import migrations
from app.core.database import Database
from app.core.reactions import NO_REACTIONS, Reactions
from app.core.sessions import Clock, Sessions, utc_now
from app.core.settings import Settings
from app.store import access as keys
from app.store.kit import idempotency
from app.web.credentials import Credential, Credentials
from app.web.limits import RateLimit

_HOUR = 3_600
_REMEMBERED = timedelta(days=7)
"""A till that was offline over a long weekend still gets its first answer."""
log = logging.getLogger("rapport.housekeeping")


@dataclass
class AppState:
    settings: Settings
    database: Database
    credentials: Credentials
    rate_limit: RateLimit
    answer_limit: RateLimit
    """Of those who need no key, by address."""
    clock: Clock = utc_now
    reactions: Reactions = NO_REACTIONS
    _cursor_key: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(
        cls, settings: Settings, dsn: str, clock: Clock = utc_now, reactions: Reactions = NO_REACTIONS
    ) -> "AppState":
        database = Database(dsn, settings)
        credentials = Credentials(database, settings.key_cache_seconds)
        limits = RateLimit(settings.rate_limit), RateLimit(settings.answer_rate_limit)
        return cls(settings, database, credentials, *limits, clock, reactions)

    async def sessions(self, credential: Credential) -> Sessions:
        return self._sessions(credential.id, credential.name, credential.scopes, await self._secret())

    async def open_sessions(self, actor: str) -> Sessions:
        """For those who need no key: all of them have one name."""
        return self._sessions(UUID(int=0), actor, frozenset(), await self._secret())

    def own_sessions(self, actor: str) -> Sessions:
        """For what the service does by itself."""
        return self._sessions(UUID(int=0), actor, frozenset(), b"")

    async def _secret(self) -> bytes:
        if self._cursor_key is None:
            async with self.database.writing() as connection:
                self._cursor_key = await keys.cursor_key(connection)
        return self._cursor_key

    def _sessions(self, actor_id: UUID, actor: str, scopes: frozenset[str], cursor_key: bytes) -> Sessions:
        region = self.settings.default_region
        return Sessions(self.database, actor_id, actor, scopes, cursor_key, region, self.clock, self.reactions)

    async def ready(self) -> bool:
        """Is the database there, with the schema that this code was written for?"""
        async with self.database.reading() as connection:
            return await keys.schema(connection) == migrations.head()

    async def keep_house(self) -> None:
        """Until cancelled: forget the answers to requests that nobody will repeat any more."""
        while True:
            await asyncio.sleep(_HOUR)
            try:
                async with self.database.writing() as connection:
                    await idempotency.forget(connection, self.clock() - _REMEMBERED)
            except Exception as error:  # the next hour will do
                log.warning("housekeeping: %s", type(error).__name__)
