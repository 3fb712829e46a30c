"""Resources of which every version is stored: a change by merge patch makes a new version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import ValidationFailed, reference_not_found
from app.core.ids import new_id
from app.services.kit import patching
from app.services.kit.keyed_resources import KeyedResource
from app.store.kit.documents import Document
from app.store.kit.listing import Page
from app.store.kit.versioned import VersionedTable


class VersionedResource(KeyedResource[VersionedTable]):
    async def versions(self, ctx: Context, row_id: UUID, query: Any) -> Page:
        return await self.table.versions(ctx, row_id, query)

    async def check(self, ctx: Context, definition: Mapping[str, Any], ids: Mapping[str, UUID | None]) -> None:
        """Raise ValidationFailed for what is wrong between a definition and the resources that it refers to."""

    async def create(self, ctx: Context, new: Any) -> Document:
        """`new` is of the content's schema. 409 when another one has its code or category."""
        definition = _definition(new)
        ids = await _referenced_ids(ctx, self.table, definition)
        await self.check(ctx, definition, ids)
        await self._require_free_key(ctx, definition)
        row_id = new_id()
        await self.table.add_first(ctx, row_id, definition, ids)
        await self._record(ctx, "created", row_id, definition["name"], {"version": 1})
        return await self.table.get(ctx, row_id)

    async def change(self, ctx: Context, row_id: UUID, patch: Any, version: int | None) -> Document:
        """`patch` is a merge patch. 412 if it is no longer at `version`; where nothing changes, the version stays."""
        current = await patching.lock(ctx, self.table, row_id, version)
        before = {name: value for name, value in current.stored.items() if value is not None}
        definition = _definition(patching.patched(self.table.content, before, patching.sent(patch)).content)
        changed = [name for name, value in definition.items() if value != before.get(name)]
        if not changed:
            return current.document
        ids = await _referenced_ids(ctx, self.table, definition)
        await self.check(ctx, definition, ids)
        if self.table.key in changed:
            await self._require_free_key(ctx, definition)
        number = current.row["version"] + 1
        await self.table.add_version(ctx, row_id, number, definition, ids)
        # The versions have the definitions, so the event has the names of the changed fields only.
        data = {"version": number, "changed": changed}
        await self._record(ctx, "updated", row_id, definition["name"], data)
        return await self.table.get(ctx, row_id)


def _definition(content: Any) -> dict[str, Any]:
    faults = [{"pointer": p, "code": code, "detail": detail} for p, code, detail in content.faults()]
    if faults:
        raise ValidationFailed(errors=faults)
    definition: dict[str, Any] = content.model_dump(mode="json")
    return definition


async def _referenced_ids(ctx: Context, table: VersionedTable, definition: Mapping[str, Any]) -> dict[str, UUID | None]:
    ids = await table.referenced_ids(ctx, definition)
    for name, referenced_id in ids.items():
        if referenced_id is None:
            raise reference_not_found(f"/{name}", name.capitalize())
    return ids
