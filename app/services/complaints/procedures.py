"""Which procedure a complaint follows, and what it said at the time."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound
from app.services.kit.versioned import VersionedResource
from app.store.complaints import procedures as store

PROCEDURES = VersionedResource(store.PROCEDURES)
Version = tuple[UUID, int]


async def procedure_for(ctx: Context, categories: Collection[str | None]) -> dict[str | None, Version | None]:
    """Id and present version of each category's own procedure, or else of the one that is for all others."""
    found = await store.procedures_of(ctx, {category for category in categories if category is not None})
    return {category: found.get(category) or found.get(None) for category in categories}


async def procedure_at(ctx: Context, procedure_id: UUID, version: int) -> dict[str, Any]:
    """What it said in that version."""
    wanted = (procedure_id, version)
    found = await store.PROCEDURES.definitions(ctx, [wanted])
    if wanted not in found:
        raise NotFound("Procedure version not found")
    definition: dict[str, Any] = found[wanted]
    return definition
