"""Resources of which every version is stored: a change by merge patch makes a new version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict, ValidationFailed, reference_not_found
from app.core.ids import new_id
from app.rules.kit import event_types
from app.services.kit import patching
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.kit.versioned import VersionedTable


class VersionedResource:
    def __init__(self, table: VersionedTable) -> None:
        self.table = table

    async def find(self, ctx: Context, query: Any) -> Page:
        return await self.table.page(ctx, query)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        return await self.table.get(ctx, row_id)

    async def versions(self, ctx: Context, row_id: UUID, query: Any) -> Page:
        return await self.table.versions(ctx, row_id, query)

    async def create(self, ctx: Context, new: Any) -> Document:
        """`new` is of the content's schema. 409 when another one has its code or category."""
        definition = _definition(new)
        ids = await _referenced_ids(ctx, self.table, definition)
        await _require_free_key(ctx, self.table, definition)
        row_id = new_id()
        await self.table.add_first(ctx, row_id, definition, ids)
        await _record(ctx, self.table, "created", row_id, definition, {"version": 1})
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
        if self.table.key in changed:
            await _require_free_key(ctx, self.table, definition)
        number = current.row["version"] + 1
        await self.table.add_version(ctx, row_id, number, definition, ids)
        # The versions have the definitions, so the event has the names of the changed fields only.
        await _record(ctx, self.table, "updated", row_id, definition, {"version": number, "changed": changed})
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


async def _require_free_key(ctx: Context, table: VersionedTable, definition: Mapping[str, Any]) -> None:
    key = definition[table.key]
    if (holder := await table.holder(ctx, key)) is not None:
        condition = f"without a {table.key}" if key is None else f"with this {table.key}"
        holder_id: dict[str, Any] = {f"{table.kind}_id": str(holder)}
        raise Conflict(f"A {table.noun} {condition} already exists", **holder_id)


async def _record(
    ctx: Context, table: VersionedTable, verb: str, row_id: UUID, definition: Mapping[str, Any], data: dict[str, Any]
) -> None:
    type_ = event_types.get(table.kind, verb)
    await events.record(ctx, Event(type_, row_id, None, type_.titled(name=definition["name"]), ctx.now, data=data))
