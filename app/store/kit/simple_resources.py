"""Resources that are one row each, and nothing but that."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import NotFound
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page


class SimpleTable:
    """A table, what its rows are called (`noun`), and the columns that a row is known by.

    A row without a `title` is called by its `key`. Filters and sorts are as in a Listing, on rows named `r`.
    """

    def __init__(
        self,
        noun: str,
        table: str,
        key: str,
        schema: type[BaseModel],
        filters: Mapping[str, str],
        sorts: Mapping[str, tuple[str, str]],
        *,
        title: str,
    ) -> None:
        self.noun, self.table, self.key, self.title = noun, table, key, title
        self._missing = f"{noun.capitalize()} not found"
        self._list = Listing(table, documents.columns(schema, "r"), table, "r", filters, sorts)
        self._one = f"{documents.select_one(schema, f'{table} r', 'r')} WHERE r.id = $1"

    async def page(self, ctx: Context, query: Any) -> Page:
        return await self._list.page(ctx, query)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        return await documents.fetch(ctx, self._one, row_id, missing=self._missing)

    async def lock(self, ctx: Context, row_id: UUID) -> Record:
        row = await ctx.db.fetchrow(f"SELECT * FROM {self.table} WHERE id = $1 FOR NO KEY UPDATE", row_id)
        if row is None:
            raise NotFound(self._missing)
        return row

    def title_of(self, row: Mapping[str, Any]) -> str:
        return str(row[self.title] or row[self.key])

    async def change(self, ctx: Context, row_id: UUID, values: Mapping[str, Any]) -> None:
        await rows.update(ctx, self.table, row_id, {**values, "updated_at": ctx.now})
