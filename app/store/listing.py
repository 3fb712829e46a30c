"""Lists: named filters, a closed choice of orders, and keyset pages. One statement a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import InvalidCursor
from app.rules import cursors


@dataclass(frozen=True, slots=True)
class Page:
    items: list[str]
    next_cursor: str | None


@dataclass(frozen=True)
class Listing:
    """A list of documents.

    `filters` maps a field of the query to a condition: `{}` stands for its value; where a mapping is given instead, the
    value itself picks the condition. `sorts` maps a sort to the key it walks and that key's SQL type; a leading minus
    in the sort's name walks it backwards.
    """

    name: str
    columns: str
    source: str
    alias: str
    filters: Mapping[str, str | Mapping[Any, str]]
    sorts: Mapping[str, tuple[str, str]]
    tie: tuple[str, str] | None = None
    """What orders rows of one key, and its SQL type; the id, unless said otherwise."""
    _statements: dict[Any, str] = field(default_factory=dict, compare=False)

    async def page(self, ctx: Context, query: Any, **more: Any) -> Page:
        """`query` has limit, cursor, sort and the filters; `more` are filters that do not come from the query."""
        wanted = {name: value for name in self.filters if (value := _value(query, more, name)) is not None}
        binding = f"{self.name}|{query.sort}|{sorted((k, str(v)) for k, v in wanted.items())}"
        after: list[str] = []
        if query.cursor is not None:
            after = cursors.unseal(query.cursor, binding, ctx.cursor_key) or []
            if not after:
                raise InvalidCursor
        arguments = [value for name, value in wanted.items() if isinstance(self.filters[name], str)]
        statement = self._statement(wanted, query.sort, bool(after))
        rows = await ctx.db.fetch(statement, query.limit + 1, *arguments, *after)
        if len(rows) <= query.limit:
            return Page([row[0] for row in rows], None)
        last = rows[query.limit - 1]
        return Page([row[0] for row in rows[:-1]], cursors.seal([last[1], last[2]], binding, ctx.cursor_key))

    def statement(self, query: Any, **more: Any) -> tuple[str, list[Any]]:
        """The whole list without pages, for exports: the statement and its arguments; the first is the limit."""
        wanted = {name: value for name in self.filters if (value := _value(query, more, name)) is not None}
        arguments = [value for name, value in wanted.items() if isinstance(self.filters[name], str)]
        return self._statement(wanted, query.sort, False), [None, *arguments]

    def _statement(self, wanted: Mapping[str, Any], sort: str, after: bool) -> str:
        """Built once for each combination of filters and sort, then reused."""
        chosen = tuple((n, v if not isinstance(self.filters[n], str) else None) for n, v in wanted.items())
        cache_key = (chosen, sort, after)
        if (built := self._statements.get(cache_key)) is None:
            built = self._statements[cache_key] = self._built(chosen, sort, after)
        return built

    def _built(self, chosen: tuple[tuple[str, Any], ...], sort: str, after: bool) -> str:
        conditions, number = [], 1
        for name, value in chosen:
            condition = self.filters[name]
            if isinstance(condition, str):
                number += 1
                conditions.append(condition.replace("{}", f"${number}"))
            else:
                conditions.append(condition[value])
        key, sql_type = self.sorts[sort.removeprefix("-")]
        ident, ident_type = self.tie or (f"{self.alias}.id", "uuid")
        direction, beyond = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
        if after:
            conditions.append(
                f"({key}, {ident}) {beyond} (${number + 1}::text::{sql_type}, ${number + 2}::text::{ident_type})"
            )
        where = " AND ".join(condition for condition in conditions if condition != "true") or "true"
        # The page is cut before its JSON is made: only the rows that are answered with are spelled out.
        return (
            f"SELECT row_to_json(d)::text, {self.alias}.sort_key::text, {ident}::text "
            f"FROM (SELECT {self.alias}.*, {key} AS sort_key FROM {self.source} {self.alias} "
            f"WHERE {where} ORDER BY {key} {direction}, {ident} {direction} LIMIT $1) {self.alias} "
            f"CROSS JOIN LATERAL (SELECT {self.columns}) d "
            f"ORDER BY {self.alias}.sort_key {direction}, {ident} {direction}"
        )


def _value(query: BaseModel, more: Mapping[str, Any], name: str) -> Any:
    return more[name] if name in more else getattr(query, name, None)
