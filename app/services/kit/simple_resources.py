"""Resources without rules of their own: created, found, read, changed by merge patch, and deleted."""

from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.core.ids import new_id
from app.services.kit import patching
from app.services.kit.keyed_resources import KeyedResource
from app.store.kit.documents import Document
from app.store.kit.simple_resources import SimpleTable


class SimpleResource(KeyedResource[SimpleTable]):
    """`content` is the schema of what can be changed. Its events are `<kind>.created`, `.updated` and `.deleted`."""

    def __init__(self, table: SimpleTable, content: type[BaseModel]) -> None:
        super().__init__(table)
        self._content = content

    async def create(self, ctx: Context, new: BaseModel) -> Document:
        """409 Conflict when another one has its key."""
        values = new.model_dump()
        await self._require_free_key(ctx, values)
        row_id = new_id()
        await self.table.add(ctx, [{"id": row_id, **values}])
        await self._record(ctx, "created", row_id, self.table.title_of(values), {})
        return await self.table.get(ctx, row_id)

    async def change(self, ctx: Context, row_id: UUID, patch: BaseModel, version: int | None) -> Document:
        """412 if the row is no longer at `version`; nothing is written where nothing changes."""
        current = await patching.lock(ctx, self.table, row_id, version)
        patched = patching.patched(self._content, current.stored, patching.sent(patch))
        if not patched.changes:
            return current.document
        values = {name: value for name, value in patched.content if name in patched.fields}
        if self.table.key in values:
            await self._require_free_key(ctx, values)
        await self.table.change(ctx, row_id, values)
        title = self.table.title_of({**current.row, **values})
        await self._record(ctx, "updated", row_id, title, {"changes": patched.listed})
        return await self.table.get(ctx, row_id)

    async def delete(self, ctx: Context, row_id: UUID, version: int | None) -> None:
        """412 if the row is no longer at `version`, 409 Conflict while something refers to it."""
        row = await self.table.lock(ctx, row_id)
        patching.require_version(row["version"], version)
        await self.table.delete(ctx, row_id)
        await self._record(ctx, "deleted", row_id, self.table.title_of(row), {})
