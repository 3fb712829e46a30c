"""Resources without rules of their own: found, read, and changed by merge patch."""

from typing import Any
from uuid import UUID

from app.core.context import Context
from app.services.kit.patching import require_version
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.kit.simple_resources import SimpleTable


class SimpleResource:
    def __init__(self, table: SimpleTable) -> None:
        self._table = table

    async def find(self, ctx: Context, query: Any) -> Page:
        return await self._table.page(ctx, query)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        return await self._table.get(ctx, row_id)

    async def change(self, ctx: Context, row_id: UUID, patch: Any, version: int | None) -> Document:
        """412 if the row is no longer at `version`; nothing is written where nothing changes."""
        row = await self._table.lock(ctx, row_id)
        require_version(row["version"], version)
        sent = patch.model_dump(exclude_unset=True)
        values = {name: value for name, value in sent.items() if row[name] != value}
        if values:
            await self._table.change(ctx, row_id, values)
            noun = self._table.noun
            title = f"{noun.capitalize()} {row[2] or row[1]} changed"
            data = {name: {"stored": row[name], "sent": value} for name, value in values.items()}
            await events.record(ctx, Event(f"{noun}.changed", noun, row_id, None, title, ctx.now, data=data))
        return await self._table.get(ctx, row_id)
