"""Who is asking, when, and with which connection: the first argument of every service and store function."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy


@dataclass(frozen=True, slots=True)
class Context:
    db: "PoolConnectionProxy"
    """Inside a transaction for writes, in autocommit for reads of a single statement."""
    actor_id: UUID
    actor: str
    """The name of the API key, as events show it."""
    scopes: frozenset[str]
    now: datetime
    cursor_key: bytes
    """Signs the cursors of pages."""
    region: str
    """The country of phone numbers written without one."""
