"""Who is asking, when, and with which connection: the first argument of every service and store function."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Connection


@dataclass(frozen=True, slots=True)
class Context:
    db: "Connection[Any]"
    """Inside a transaction for writes, in autocommit for reads of a single statement."""
    actor_id: UUID
    actor: str
    """The name of the API key, as events show it."""
    scopes: frozenset[str]
    now: datetime
