"""The first argument of every service and store function: the caller, the time and the database connection."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from app.core.reactions import NO_REACTIONS, Reactions

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy


@dataclass(frozen=True, slots=True)
class Context:
    db: "PoolConnectionProxy"
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
    reactions: Reactions = NO_REACTIONS
    """What follows the events of this transaction."""
    pending: list[tuple[Any, list[bool]]] = field(default_factory=list)
    """Events that were recorded and not reacted to yet, with the flags of their reactions."""
