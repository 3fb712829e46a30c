"""Tables of resources: what every store does with the rows of its own."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page


class Table:
    """A table whose rows are resources: `noun` is what one is called, `listing` how they are listed and read."""

    def __init__(self, noun: str, listing: Listing) -> None:
        self.noun, self.table, self._listing = noun, listing.source, listing
        self.missing = f"{noun.capitalize()} not found"
        self.columns = listing.columns
        """The select list of a document."""
        alias = listing.alias
        one = documents.select_one(listing.columns, f"{self.table} {alias}", alias)
        self._one = f"{one} WHERE {alias}.id = $1"

    async def page(self, ctx: Context, query: Any, extra_filters: Mapping[str, Any] = MappingProxyType({})) -> Page:
        """As `Listing.page`."""
        return await self._listing.page(ctx, query, extra_filters)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        """Raises NotFound."""
        return await documents.fetch(ctx, self._one, row_id, missing=self.missing)

    async def lock(self, ctx: Context, row_id: UUID) -> Record:
        """The row, locked against changes until the transaction ends; foreign keys may still refer to it.

        Raises NotFound.
        """
        row = await ctx.db.fetchrow(f"SELECT * FROM {self.table} WHERE id = $1 FOR NO KEY UPDATE", row_id)
        if row is None:
            raise NotFound(self.missing)
        return row

    async def add(self, ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows in the given order."""
        timestamps = {"created_at": ctx.now, "updated_at": ctx.now}
        await rows.insert(ctx, self.table, [{**row, **timestamps} for row in values])

    async def remember_content(self, ctx: Context, hashes: Mapping[UUID, bytes]) -> None:
        """Set the hashes of what was last sent, without a new version. Rows that others are changing keep theirs."""
        await ctx.db.execute(
            f"UPDATE {self.table} t SET content_hash = v.hash FROM ("
            f"SELECT r.id, v.hash FROM unnest($1::uuid[], $2::bytea[]) AS v(id, hash) JOIN {self.table} r USING (id) "
            "FOR NO KEY UPDATE OF r SKIP LOCKED) v WHERE t.id = v.id",
            list(hashes),
            list(hashes.values()),
        )

    async def change(self, ctx: Context, row_id: UUID, values: Mapping[str, Any]) -> None:
        """Change one row and raise its version."""
        await rows.update(ctx, self.table, row_id, {**values, "updated_at": ctx.now})

    async def change_many(self, ctx: Context, values_by_id: Mapping[UUID, Mapping[str, Any]]) -> None:
        """Change locked rows and raise their versions."""
        stamped = {row_id: {**values, "updated_at": ctx.now} for row_id, values in values_by_id.items()}
        await rows.update_many(ctx, self.table, stamped)


class KeyedTable(Table):
    """Its rows are also known by the column `key`, which is unique, null included. `kind` names their events."""

    def __init__(self, kind: str, listing: Listing, key: str) -> None:
        super().__init__(kind.replace("_", " "), listing)
        self.kind, self.key = kind, key

    async def holder(self, ctx: Context, key: Any) -> UUID | None:
        """The id of the row with this key, which may be null."""
        condition, arguments = (f"{self.key} IS NULL", []) if key is None else (f"{self.key} = $1", [key])
        row_id: UUID | None = await ctx.db.fetchval(f"SELECT id FROM {self.table} WHERE {condition}", *arguments)
        return row_id
