"""Resources of which every version is kept: what they are now, what they were, and what depends on them."""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from asyncpg import Record
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import NotFound
from app.models import metadata
from app.schemas import calendars, procedures, service_policies, survey_rules
from app.store import documents, jobs, rows
from app.store.documents import Document
from app.store.listing import Listing, Page

Sorts = Mapping[str, tuple[str, str]]
_CREATED: Sorts = {"created_at": ("r.created_at", "timestamptz")}


class Versioned:
    """`content` is the schema of a definition: fields that have a column are kept there as well.

    `kind` is what events and the versions' table are named by. What `key` names is unique, null included. `refers` maps
    a field to the table of what it names by code; the id is kept in a column. Rows are named `r`.
    """

    def __init__(
        self,
        kind: str,
        table: str,
        key: str,
        content: type[BaseModel],
        schema: type[BaseModel],
        version_schema: type[BaseModel],
        filters: Mapping[str, str | Mapping[Any, str]],
        sorts: Sorts,
        *,
        refers: Mapping[str, str] | None = None,
        job: str | None = None,
    ) -> None:
        self.kind, self.table, self.key, self.content = kind, table, key, content
        self.noun = kind.replace("_", " ")
        self.job = job
        """The kind of job that follows a change."""
        self.refers = refers or {}
        self._missing = f"No such {self.noun}"
        kept = metadata.tables[table].columns
        self._columns = [name for name in content.model_fields if name in kept]
        own = {name: f"r.definition->'{name}'" for name in content.model_fields if name not in kept} | {
            name: f"(SELECT o.code FROM {other} o WHERE o.id = r.{name}_id)" for name, other in self.refers.items()
        }
        self._list = Listing(table, documents.columns(schema, "r", own), table, "r", filters, sorts)
        self._one = f"{documents.one(schema, f'{table} r', 'r', own)} WHERE r.id = $1"
        past = f"{kind}_versions"
        self._past, self._owner = past, f"{kind}_id"
        self._versions = Listing(
            past,
            documents.columns(version_schema, "r"),
            past,
            "r",
            {"owner": f"r.{self._owner} = {{}}"},
            {"version": ("r.version", "integer")},
            tie=("r.version", "integer"),
        )

    async def page(self, ctx: Context, query: Any) -> Page:
        return await self._list.page(ctx, query)

    async def get(self, ctx: Context, row_id: UUID) -> Document:
        return await documents.fetch(ctx, self._one, row_id, missing=self._missing)

    async def versions(self, ctx: Context, row_id: UUID, query: Any) -> Page:
        found = await self._versions.page(ctx, query, {"owner": row_id})
        if not found.items:  # the first version is as old as the thing itself
            raise NotFound(self._missing)
        return found

    async def lock(self, ctx: Context, row_id: UUID) -> Record:
        row = await ctx.db.fetchrow(f"SELECT id, version FROM {self.table} WHERE id = $1 FOR NO KEY UPDATE", row_id)
        if row is None:
            raise NotFound(self._missing)
        return row

    async def holder(self, ctx: Context, key: str | None) -> UUID | None:
        """Who has this key."""
        if key is None:
            return await ctx.db.fetchval(f"SELECT id FROM {self.table} WHERE {self.key} IS NULL")
        return await ctx.db.fetchval(f"SELECT id FROM {self.table} WHERE {self.key} = $1", key)

    async def referred(self, ctx: Context, definition: Mapping[str, Any]) -> dict[str, UUID | None]:
        """The ids of what is named by code, by field; None where there is no such thing."""
        return {
            name: await ctx.db.fetchval(f"SELECT id FROM {other} WHERE code = $1", definition[name])
            for name, other in self.refers.items()
        }

    async def add(self, ctx: Context, row_id: UUID, definition: Mapping[str, Any], ids: Mapping[str, Any]) -> None:
        """Its first version. `ids` is what `referred` found."""
        row = {"id": row_id, **self._row(ctx, definition, ids), "created_at": ctx.now}
        await rows.insert(ctx, self.table, [row])
        await self._keep(ctx, row_id, 1, definition)

    async def change(
        self, ctx: Context, row_id: UUID, version: int, definition: Mapping[str, Any], ids: Mapping[str, Any]
    ) -> None:
        """Its next version, which is number `version`; the row is locked."""
        await rows.update(ctx, self.table, row_id, self._row(ctx, definition, ids))
        await self._keep(ctx, row_id, version, definition)
        if self.job is not None:
            await jobs.plan(ctx, self.job, str(row_id), ctx.now)

    async def definitions(self, ctx: Context, wanted: Iterable[tuple[UUID, int]]) -> dict[tuple[UUID, int], Any]:
        """What those versions said; nothing for those that there are not."""
        ordered = sorted(wanted)
        if not ordered:
            return {}
        found = await ctx.db.fetch(
            f"SELECT v.{self._owner}, v.version, v.definition::text "
            f"FROM unnest($1::uuid[], $2::int[]) AS w(id, version) "
            f"JOIN {self._past} v ON v.{self._owner} = w.id AND v.version = w.version",
            [row_id for row_id, _ in ordered],
            [version for _, version in ordered],
        )
        return {(row[0], row[1]): json.loads(row[2]) for row in found}

    def _row(self, ctx: Context, definition: Mapping[str, Any], ids: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **{name: definition[name] for name in self._columns},
            **{f"{name}_id": ids[name] for name in self.refers},
            "definition": definition,
            "updated_at": ctx.now,
        }

    async def _keep(self, ctx: Context, row_id: UUID, version: int, definition: Mapping[str, Any]) -> None:
        row = {
            self._owner: row_id,
            "version": version,
            "definition": definition,
            "actor": ctx.actor,
            "created_at": ctx.now,
        }
        await rows.insert(ctx, self._past, [row])


CALENDARS = Versioned(
    "calendar",
    "calendars",
    "code",
    calendars.CalendarNew,
    calendars.Calendar,
    calendars.CalendarVersion,
    {"code": "r.code = {}"},
    _CREATED,
    job="calendar",
)
POLICIES = Versioned(
    "service_policy",
    "service_policies",
    "code",
    service_policies.ServicePolicyNew,
    service_policies.ServicePolicy,
    service_policies.ServicePolicyVersion,
    {"code": "r.code = {}", "active": {True: "r.active", False: "NOT r.active"}},
    {**_CREATED, "position": ("r.position", "integer")},
    refers={"calendar": "calendars"},
    job="policy",
)
PROCEDURES = Versioned(
    "procedure",
    "procedures",
    "category",
    procedures.ProcedureNew,
    procedures.Procedure,
    procedures.ProcedureVersion,
    {"category": "r.category = {}"},
    _CREATED,
)
SURVEY_RULES = Versioned(
    "survey_rule",
    "survey_rules",
    "code",
    survey_rules.SurveyRuleNew,
    survey_rules.SurveyRule,
    survey_rules.SurveyRuleVersion,
    {
        "code": "r.code = {}",
        "survey_id": "r.survey_id = {}",
        "active": {True: "r.active", False: "NOT r.active"},
    },
    _CREATED,
    refers={"survey": "surveys"},
)
_IDS = """
    SELECT p.id AS policy_id, p.version AS policy_version, c.id AS calendar_id, c.version AS calendar_version
    FROM service_policies p JOIN calendars c ON c.id = p.calendar_id
"""


async def active_policies(ctx: Context) -> list[Record]:
    """Ids and versions of active policies and their calendars, in the order in which they are tried."""
    return await ctx.db.fetch(f"{_IDS} WHERE p.active ORDER BY p.position, p.id")


async def policy(ctx: Context, policy_id: UUID) -> Record:
    """The same of one policy, active or not."""
    row = await ctx.db.fetchrow(f"{_IDS} WHERE p.id = $1", policy_id)
    if row is None:
        raise NotFound("No such service policy")
    return row


async def policies_by(ctx: Context, calendar_id: UUID) -> list[UUID]:
    """Those that go by a calendar, active or not."""
    found = await ctx.db.fetch("SELECT id FROM service_policies WHERE calendar_id = $1", calendar_id)
    return [row[0] for row in found]


async def procedures_of(ctx: Context, categories: Collection[str]) -> dict[str | None, tuple[UUID, int]]:
    """Id and version of the procedures for these categories, and under None the one for all others."""
    found = await ctx.db.fetch(
        "SELECT category, id, version FROM procedures WHERE category = ANY ($1::text[]) "
        "UNION ALL SELECT category, id, version FROM procedures WHERE category IS NULL",
        list(categories),
    )
    return {row["category"]: (row["id"], row["version"]) for row in found}
