"""What a worker process holds between requests."""

import asyncio
import logging
from dataclasses import dataclass, field
from uuid import UUID

from fastapi import Request

from app.core import migrations
from app.core.database import Database
from app.core.embedded import log_of_database
from app.core.errors import Unavailable
from app.core.failures import describe
from app.core.reactions import NO_REACTIONS, Reactions
from app.core.reference_cache import ReferenceCache
from app.core.sessions import Clock, Sessions
from app.core.settings import Settings
from app.rules.customers import as_values
from app.store import access as keys
from app.web import idempotency
from app.web.credentials import Credential, Credentials
from app.web.limits import RateLimit
from app.web.unavailability import UnavailabilityLog

_CLEANUP_INTERVAL = 3_600
log = logging.getLogger("rapport.housekeeping")


@dataclass
class AppState:
    settings: Settings
    database: Database
    credentials: Credentials
    key_limit: RateLimit
    """Requests by API key."""
    address_limit: RateLimit
    """Requests by client address, where no key is required."""
    unavailability: UnavailabilityLog
    clock: Clock | None = None
    """Instead of the database's."""
    reactions: Reactions = NO_REACTIONS
    values_of_nobody: frozenset[str] = frozenset()
    references: ReferenceCache = field(default_factory=ReferenceCache)
    _cursor_key: bytes | None = field(default=None, repr=False)

    @classmethod
    def create(
        cls, settings: Settings, dsn: str, clock: Clock | None = None, reactions: Reactions = NO_REACTIONS
    ) -> "AppState":
        database = Database(dsn, settings)
        return cls(
            settings,
            database,
            credentials=Credentials(database, settings.key_cache_seconds, RateLimit(settings.wrong_key_limit)),
            key_limit=RateLimit(settings.rate_limit),
            address_limit=RateLimit(settings.answer_rate_limit),
            unavailability=UnavailabilityLog(log_of_database(dsn, settings.data_dir)),
            clock=clock,
            reactions=reactions,
            values_of_nobody=as_values(settings.values_of_nobody, settings.default_region),
        )

    async def sessions(self, credential: Credential) -> Sessions:
        return self._sessions(credential.id, credential.name, credential.scopes, await self._load_cursor_key())

    async def anonymous_sessions(self, actor: str) -> Sessions:
        """For routes without a key: all their callers share one actor."""
        return self._sessions(UUID(int=0), actor, frozenset(), await self._load_cursor_key())

    def internal_sessions(self, actor: str) -> Sessions:
        """For what the service does by itself, such as jobs."""
        return self._sessions(UUID(int=0), actor, frozenset(), b"")

    async def readiness(self) -> str:
        """JSON for `/readyz`. Raises Unavailable, or what the database says, where requests could not be answered."""
        revision = await self.database.check(keys.schema)
        if revision == migrations.head():
            return '{"status":"ok"}'
        if migrations.is_known(revision):
            raise Unavailable("The schema of the database is behind: run `rapport migrate`")
        raise Unavailable("The schema of the database is newer than this version of Rapport: run the newer version")

    async def run_cleanup(self) -> None:
        """Every hour, until cancelled: delete stored responses that no retry will ask for any more."""
        while True:
            await asyncio.sleep(_CLEANUP_INTERVAL)
            try:
                await self.internal_sessions("housekeeping").write(idempotency.delete_expired)
            except Exception as error:  # tried again in an hour
                log.warning("Deleting stored responses failed: %s", describe(error))

    async def _load_cursor_key(self) -> bytes:
        if self._cursor_key is None:
            async with self.database.writing() as connection:
                self._cursor_key = await keys.cursor_key(connection)
        return self._cursor_key

    def _sessions(self, actor_id: UUID, actor: str, scopes: frozenset[str], cursor_key: bytes) -> Sessions:
        region, nobody = self.settings.default_region, self.values_of_nobody
        return Sessions(
            self.database,
            actor_id,
            actor,
            scopes,
            cursor_key,
            region,
            self.clock,
            self.reactions,
            nobody,
            self.references,
        )


def app_state(request: Request) -> AppState:
    state: AppState = request.app.state.service
    return state
