"""Selecting the procedure of a complaint, and loading procedures in a given version."""

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
    """By category: id and current version of its procedure, or else of the default one, which has no category."""
    by_category = await store.procedures_of_categories(ctx, {name for name in categories if name is not None})
    return {category: by_category.get(category) or by_category.get(None) for category in categories}


async def procedure_at(ctx: Context, procedure_id: UUID, version: int) -> dict[str, Any]:
    key = (procedure_id, version)
    found = await store.PROCEDURES.definitions(ctx, [key])
    if key not in found:
        raise NotFound("Procedure version not found")
    definition: dict[str, Any] = found[key]
    return definition
