"""Resources that are one row each: their SQL follows from the table and the schemas."""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.kit.types import PageQuery
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import PAGING, Listing, Page


class SimpleTable:
    """A table, what its rows are called (`noun`), and the columns that a row is known by.

    A row without a `title` is called by its `key`. The fields of `query` besides those of paging filter by the column
    of their name; its `sort` names the columns that the list can be sorted by. KeyError where there is no such column.
    """

    def __init__(
        self, noun: str, table: str, schema: type[BaseModel], query: type[PageQuery], *, key: str, title: str
    ) -> None:
        self.noun, self.table, self.key, self.title = noun, table, key, title
        self._missing = f"{noun.capitalize()} not found"
        filters = [name for name in query.model_fields if name not in PAGING]
        sorts = sorted({sort.removeprefix("-") for sort in get_args(query.model_fields["sort"].annotation)})
        types = {name: rows.column_type(table, name) for name in [*filters, *sorts]}
        self._list = Listing(
            table,
            documents.columns(schema, "r"),
            table,
            "r",
            query,
            {name: f"r.{name} = {{}}" for name in filters},
            {name: (f"r.{name}", types[name]) for name in sorts},
        )
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

    async def holder(self, ctx: Context, key: Any) -> UUID | None:
        """The id of the row with this key."""
        row_id: UUID | None = await ctx.db.fetchval(f"SELECT id FROM {self.table} WHERE {self.key} = $1", key)
        return row_id

    def title_of(self, row: Mapping[str, Any]) -> str:
        return str(row.get(self.title) or row[self.key])

    async def add(self, ctx: Context, row_id: UUID, values: Mapping[str, Any]) -> None:
        timestamps = {"created_at": ctx.now, "updated_at": ctx.now}
        await rows.insert(ctx, self.table, [{"id": row_id, **values, **timestamps}])

    async def change(self, ctx: Context, row_id: UUID, values: Mapping[str, Any]) -> None:
        await rows.update(ctx, self.table, row_id, {**values, "updated_at": ctx.now})

    async def delete(self, ctx: Context, row_id: UUID) -> None:
        await ctx.db.execute(f"DELETE FROM {self.table} WHERE id = $1", row_id)
