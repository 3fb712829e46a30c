"""What simple and versioned resources have in common: finding and reading them, their keys and their events."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.rules.kit import event_types
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page
from app.store.kit.tables import KeyedTable

TableT = TypeVar("TableT", bound=KeyedTable)


class KeyedResource(Generic[TableT]):
    def __init__(self, table: TableT) -> None:
        self.table = table

    async def find(self, ctx: Context, query: Any) -> Page:
        return await self.table.page(ctx, query)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        return await self.table.get(ctx, row_id)

    async def _require_free_key(self, ctx: Context, values: Mapping[str, Any]) -> None:
        """409 Conflict when another one has the key in `values`."""
        table, key = self.table, values[self.table.key]
        if (holder := await table.holder(ctx, key)) is not None:
            condition = f"without a {table.key}" if key is None else f"with this {table.key}"
            holder_id: dict[str, Any] = {f"{table.kind}_id": str(holder)}
            raise Conflict(f"A {table.noun} {condition} already exists", **holder_id)

    async def _record(self, ctx: Context, verb: str, row_id: UUID, name: str, data: dict[str, Any]) -> None:
        type_ = event_types.get(self.table.kind, verb)
        await events.record(ctx, Event(type_, row_id, None, type_.titled(name=name), ctx.now, data=data))
