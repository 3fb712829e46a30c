"""Lists with named filters, a closed set of sort orders and keyset pagination: one statement per page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cachetools import LRUCache
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import InvalidCursor
from app.rules.kit import cursors

_DEFAULT_LIMIT = 50
_MAX_STATEMENTS = 500


@dataclass(frozen=True, slots=True)
class Page:
    items: list[str]
    next_cursor: str | None


@dataclass(frozen=True)
class Listing:
    """A list of documents.

    `filters` maps a field of the query to a condition, in which `{}` stands for its value, or to a mapping from values
    to conditions. `sorts` maps a sort to its key and the key's SQL type; a leading minus in the query's sort reverses
    it.
    """

    name: str
    columns: str
    source: str
    alias: str
    filters: Mapping[str, str | Mapping[Any, str]]
    sorts: Mapping[str, tuple[str, str]]
    tie: tuple[str, str] | None = None
    """What orders rows with equal keys, and its SQL type; the id by default."""
    parameters: int = 0
    """How many parameters the source has; they are the first ones."""
    unbound: frozenset[str] = frozenset()
    """Filters whose value changes between pages, such as the current time: a cursor is bound to their presence only."""
    _statements: LRUCache[Any, str] = field(default_factory=lambda: LRUCache(_MAX_STATEMENTS), compare=False)

    async def page(
        self,
        ctx: Context,
        query: Any,
        extra_filters: Mapping[str, Any] = MappingProxyType({}),
        *,
        source_arguments: Sequence[Any] = (),
        search: str = "",
    ) -> Page:
        """`query` has limit, cursor, sort and the filters; `extra_filters` do not come from the query.

        `source_arguments` are those of the source's own parameters. They come from the `search` that a cursor is bound
        to, and may differ from page to page.
        """
        values = {name: value for name in self.filters if (value := _value(query, extra_filters, name)) is not None}
        bound = sorted((name, "" if name in self.unbound else str(value)) for name, value in values.items())
        binding = f"{self.name}|{search}|{query.sort}|{bound}"
        after: list[str] = []
        if query.cursor is not None:
            after = cursors.unseal(query.cursor, binding, ctx.cursor_key) or []
            if not after:
                raise InvalidCursor
        arguments = [value for name, value in values.items() if isinstance(self.filters[name], str)]
        default_limit = query.limit == _DEFAULT_LIMIT
        statement = self.statement(values, query.sort, after=bool(after), default_limit=default_limit)
        rows = await ctx.db.fetch(
            statement, *source_arguments, *arguments, *after, *(() if default_limit else (query.limit + 1,))
        )
        if len(rows) <= query.limit:
            return Page([row["json"] for row in rows], None)
        last = rows[query.limit - 1]
        next_cursor = cursors.seal([last["sort_key"], last["tie"]], binding, ctx.cursor_key)
        return Page([row["json"] for row in rows[:-1]], next_cursor)

    def statement(
        self, values: Mapping[str, Any], sort: str, *, after: bool = False, default_limit: bool = True
    ) -> str:
        """Built once for each combination of filters and sort, then reused.

        Its parameters are the source's own, the values whose conditions have a `{}`, the position after which the page
        begins, and the number of rows. The default number is part of the statement: the planner can then keep one plan
        instead of comparing it with a custom plan for every call.
        """
        filters = tuple((n, v if not isinstance(self.filters[n], str) else None) for n, v in values.items())
        statement_key = (filters, sort, after, default_limit)
        if (statement := self._statements.get(statement_key)) is None:
            statement = self._statements[statement_key] = self._build(*statement_key)
        return statement

    def _build(self, filters: tuple[tuple[str, Any], ...], sort: str, after: bool, default_limit: bool) -> str:
        conditions, number = [], self.parameters
        for name, value in filters:
            condition = self.filters[name]
            if isinstance(condition, str):
                number += 1
                conditions.append(condition.replace("{}", f"${number}"))
            else:
                conditions.append(condition[value])
        key, sql_type = self.sorts[sort.removeprefix("-")]
        tie, tie_type = self.tie or (f"{self.alias}.id", "uuid")
        direction, comparison = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
        if after:
            conditions.append(
                f"({key}, {tie}) {comparison} (${number + 1}::text::{sql_type}, ${number + 2}::text::{tie_type})"
            )
            number += 2
        limit = str(_DEFAULT_LIMIT + 1) if default_limit else f"${number + 1}::int"
        if self.parameters:  # a search has few rows to sort: the planner, not seeing the limit, keeps one plan
            limit = f"(SELECT {limit})"
        where = " AND ".join(condition for condition in conditions if condition != "true") or "true"
        # The limit is applied before the JSON is built: only the rows of the page are converted.
        return (
            f"SELECT row_to_json(d)::text AS json, {self.alias}.sort_key::text AS sort_key, {tie}::text AS tie "
            f"FROM (SELECT {self.alias}.*, {key} AS sort_key FROM {self.source} {self.alias} "
            f"WHERE {where} ORDER BY {key} {direction}, {tie} {direction} LIMIT {limit}) {self.alias} "
            f"CROSS JOIN LATERAL (SELECT {self.columns}) d "
            f"ORDER BY {self.alias}.sort_key {direction}, {tie} {direction}"
        )


def _value(query: BaseModel, extra_filters: Mapping[str, Any], name: str) -> Any:
    return extra_filters[name] if name in extra_filters else getattr(query, name, None)
