"""The first argument of every service and store function: the caller, the time and the database connection."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from asyncpg import Record

from app.core.reactions import NO_REACTIONS, Reactions
from app.core.reference_cache import ReferenceCache


class Statement(Protocol):
    """A prepared statement."""

    async def fetch(self, *args: Any) -> list[Record]: ...


class Connection(Protocol):
    """What this service uses of a connection of asyncpg, which has no types of its own."""

    async def execute(self, query: str, *args: Any) -> str: ...
    async def fetch(self, query: str, *args: Any) -> list[Record]: ...
    async def fetchrow(self, query: str, *args: Any) -> Record | None: ...
    async def fetchval(self, query: str, *args: Any) -> Any: ...
    async def prepare(self, query: str, *, name: str | None = None) -> Statement: ...
    def transaction(self, *, readonly: bool = False) -> AbstractAsyncContextManager[Any]: ...


@dataclass(frozen=True, slots=True)
class Context:
    db: Connection
    """In a transaction for writes, in autocommit for single-statement reads."""
    actor_id: UUID
    actor: str
    """The name of the API key, as events show it."""
    scopes: frozenset[str]
    now: datetime
    cursor_key: bytes
    """Signs pagination cursors."""
    region: str
    """ISO 3166-1 alpha-2 code of the country assumed for phone numbers without a country code."""
    values_of_nobody: frozenset[str] = frozenset()
    """Numbers, addresses and identities that identify no customer, besides those that are known to everybody."""
    source_country: str | None = None
    """The country of the source whose records are taken in: it goes before `region`."""
    references: ReferenceCache = field(default_factory=ReferenceCache)
    """Small records that the process keeps in mind."""
    changed_references: list[tuple[str, Any]] = field(default_factory=list)
    """Those that this transaction changes: kind and key. They are forgotten when it is committed."""
    new_sources: set[str] = field(default_factory=set)
    """The codes of sources that are not known, and of which this transaction stores records."""
    reactions: Reactions = NO_REACTIONS
    """What follows the events of this transaction."""
    pending: list[tuple[Any, list[bool]]] = field(default_factory=list)
    """Events that were recorded and not reacted to yet, with the flags of their reactions."""
    repeated: dict[tuple[Any, ...], int] = field(default_factory=dict)
    """How often reactions of this transaction have come to the same (`goes_round`)."""

    @property
    def number_region(self) -> str:
        """The country of a number where the record does not name one."""
        return self.source_country or self.region
