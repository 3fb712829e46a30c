"""Resources of which every version is stored: the current definition, the earlier ones, and the job that follows."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import NotFound
from app.models import metadata
from app.schemas.kit.types import PageQuery, VersionQuery
from app.store.kit import documents, jobs, rows
from app.store.kit.listing import Listing, Page
from app.store.kit.tables import KeyedTable

Sorts = Mapping[str, tuple[str, str]]
BY_CREATION: Sorts = {"created_at": ("r.created_at", "timestamptz")}


class VersionedTable(KeyedTable):
    """`content` is the schema of a definition; fields that have a column of their own are stored there as well.

    `kind` names the events and the table of the versions. `references` maps fields that name a resource by its code to
    the table of that resource; its id is stored in a column. Query, filters and sorts are as in a Listing, on rows
    named `r`. `job` is the kind of job that follows a change.
    """

    def __init__(
        self,
        kind: str,
        table: str,
        key: str,
        content: type[BaseModel],
        schema: type[BaseModel],
        version_schema: type[BaseModel],
        query: type[PageQuery],
        filters: Mapping[str, str | Mapping[Any, str]],
        sorts: Sorts,
        *,
        references: Mapping[str, str] | None = None,
        job: str | None = None,
    ) -> None:
        self.content, self.job, self.references = content, job, references or {}
        own_columns = metadata.tables[table].columns
        self._columns = [name for name in content.model_fields if name in own_columns]
        own = {name: f"r.definition->'{name}'" for name in content.model_fields if name not in own_columns} | {
            name: f"(SELECT o.code FROM {other} o WHERE o.id = r.{name}_id)" for name, other in self.references.items()
        }
        super().__init__(
            kind, Listing(table, documents.columns(schema, "r", own), table, "r", query, filters, sorts), key
        )
        versions = f"{kind}_versions"
        self._versions_table, self._owner = versions, f"{kind}_id"
        self._versions = Listing(
            versions,
            documents.columns(version_schema, "r"),
            versions,
            "r",
            VersionQuery,
            {"owner": f"r.{self._owner} = {{}}"},
            {"version": ("r.version", "integer")},
            tie=("r.version", "integer"),
        )

    async def versions(self, ctx: Context, row_id: UUID, query: Any) -> Page:
        page = await self._versions.page(ctx, query, {"owner": row_id})
        if not page.items:  # a resource that exists has at least one version
            raise NotFound(self.missing)
        return page

    async def referenced_ids(self, ctx: Context, definition: Mapping[str, Any]) -> dict[str, UUID | None]:
        """By field, the ids of the resources that are named by code; None for those that do not exist."""
        return {
            name: await ctx.db.fetchval(f"SELECT id FROM {other} WHERE code = $1", definition[name])
            for name, other in self.references.items()
        }

    async def add_first(
        self, ctx: Context, row_id: UUID, definition: Mapping[str, Any], ids: Mapping[str, Any]
    ) -> None:
        """Store the first version. `ids` comes from `referenced_ids`."""
        await self.add(ctx, [{"id": row_id, **self._row(definition, ids)}])
        await self._add_version(ctx, row_id, 1, definition)

    async def add_version(
        self, ctx: Context, row_id: UUID, version: int, definition: Mapping[str, Any], ids: Mapping[str, Any]
    ) -> None:
        """Store version number `version`. The row must be locked."""
        await self.change(ctx, row_id, self._row(definition, ids))
        await self._add_version(ctx, row_id, version, definition)
        if self.job is not None:
            await jobs.schedule(ctx, self.job, str(row_id), ctx.now)

    async def definitions(self, ctx: Context, versions: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Any]:
        """The definitions by id and version, of those that exist."""
        ordered = sorted(versions)
        if not ordered:
            return {}
        stored = await ctx.db.fetch(
            f"SELECT v.{self._owner} AS id, v.version, v.definition::text AS definition "
            f"FROM unnest($1::uuid[], $2::int[]) AS w(id, version) "
            f"JOIN {self._versions_table} v ON v.{self._owner} = w.id AND v.version = w.version",
            [row_id for row_id, _ in ordered],
            [version for _, version in ordered],
        )
        return {(row["id"], row["version"]): json.loads(row["definition"]) for row in stored}

    def _row(self, definition: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **{name: definition[name] for name in self._columns},
            **{f"{name}_id": ids[name] for name in self.references},
            "definition": definition,
        }

    async def _add_version(self, ctx: Context, row_id: UUID, version: int, definition: Mapping[str, Any]) -> None:
        row = {
            self._owner: row_id,
            "version": version,
            "definition": definition,
            "actor": ctx.actor,
            "created_at": ctx.now,
        }
        await rows.insert(ctx, self._versions_table, [row])
