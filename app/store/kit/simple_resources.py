"""Resources that are one row each: their SQL follows from the table and the schemas."""

from collections.abc import Mapping
from typing import Any, get_args
from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.schemas.kit.types import PageQuery
from app.store.kit import documents, rows
from app.store.kit.listing import PAGING, Listing
from app.store.kit.tables import KeyedTable

_IN_ANY_CASE = {"owner"}


class SimpleTable(KeyedTable):
    """A table, what its rows are called (`kind`), and the columns that a row is known by.

    A row without a `title` is called by its `key`. The fields of `query` besides those of paging filter by the column
    of their name; its `sort` names the columns that the list can be sorted by. KeyError where there is no such column.
    """

    def __init__(
        self, kind: str, table: str, schema: type[BaseModel], query: type[PageQuery], *, key: str, title: str
    ) -> None:
        filters = [name for name in query.model_fields if name not in PAGING]
        sorts = sorted({sort.removeprefix("-") for sort in get_args(query.model_fields["sort"].annotation)})
        types = {name: rows.column_type(table, name) for name in [*filters, *sorts]}
        conditions = {n: f"lower(r.{n}) = lower({{}})" if n in _IN_ANY_CASE else f"r.{n} = {{}}" for n in filters}
        keys = {name: (f"r.{name}", types[name]) for name in sorts}
        super().__init__(kind, Listing(table, documents.columns(schema, "r"), table, "r", query, conditions, keys), key)
        self.title = title

    def title_of(self, row: Mapping[str, Any]) -> str:
        return str(row.get(self.title) or row[self.key])

    async def delete(self, ctx: Context, row_id: UUID) -> None:
        await ctx.db.execute(f"DELETE FROM {self.table} WHERE id = $1", row_id)
