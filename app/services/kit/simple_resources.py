"""Resources without rules of their own: found, read, and changed by merge patch."""

from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.kit import event_types
from app.rules.kit.differences import differences
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
        if changes := differences({name: row[name] for name in sent}, sent):
            await self._table.change(ctx, row_id, sent)
            type_ = event_types.of(self._table.noun, "updated")
            title = type_.titled(name=sent.get(self._table.title) or self._table.title_of(row))
            await events.record(ctx, Event(type_, row_id, None, title, ctx.now, data={"changes": changes}))
        return await self._table.get(ctx, row_id)
