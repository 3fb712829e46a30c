"""Lists: named filters, a closed choice of orders, and keyset pages. One statement a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from cachetools import LRUCache
from pydantic import BaseModel

from app.core.context import Context
from app.core.errors import InvalidCursor
from app.rules.kit import cursors

_USUAL = 50
_MOST = 500


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
    parameters: int = 0
    """How many the source has of its own. They are the first ones."""
    unbound: frozenset[str] = frozenset()
    """Filters whose value changes between pages, such as the current time: a cursor is bound to their presence only."""
    _statements: LRUCache[Any, str] = field(default_factory=lambda: LRUCache(_MOST), compare=False)

    async def page(
        self,
        ctx: Context,
        query: Any,
        more: Mapping[str, Any] = MappingProxyType({}),
        *,
        given: Sequence[Any] = (),
        about: str = "",
    ) -> Page:
        """`query` has limit, cursor, sort and the filters; `more` are filters that do not come from the query.

        `given` goes to the source's own parameters. A cursor holds for one `about` only, whatever is given with it.
        """
        wanted = {name: value for name in self.filters if (value := _value(query, more, name)) is not None}
        bound = sorted((name, "" if name in self.unbound else str(value)) for name, value in wanted.items())
        binding = f"{self.name}|{about}|{query.sort}|{bound}"
        after: list[str] = []
        if query.cursor is not None:
            after = cursors.unseal(query.cursor, binding, ctx.cursor_key) or []
            if not after:
                raise InvalidCursor
        arguments = [value for name, value in wanted.items() if isinstance(self.filters[name], str)]
        usual = query.limit == _USUAL
        statement = self.statement(wanted, query.sort, after=bool(after), usual=usual)
        rows = await ctx.db.fetch(statement, *given, *arguments, *after, *(() if usual else (query.limit + 1,)))
        if len(rows) <= query.limit:
            return Page([row[0] for row in rows], None)
        last = rows[query.limit - 1]
        return Page([row[0] for row in rows[:-1]], cursors.seal([last[1], last[2]], binding, ctx.cursor_key))

    def statement(self, wanted: Mapping[str, Any], sort: str, *, after: bool = False, usual: bool = True) -> str:
        """Built once for each combination of filters and sort, then reused.

        Its parameters are the source's own, the values of `wanted` that have a `{}` to go to, the place after which
        the page begins, and the number of rows. The usual number stands in the statement: the planner then need not
        ask with every call whether another plan would be better.
        """
        chosen = tuple((n, v if not isinstance(self.filters[n], str) else None) for n, v in wanted.items())
        key = (chosen, sort, after, usual)
        if (built := self._statements.get(key)) is None:
            built = self._statements[key] = self._built(*key)
        return built

    def _built(self, chosen: tuple[tuple[str, Any], ...], sort: str, after: bool, usual: bool) -> str:
        conditions, number = [], self.parameters
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
            number += 2
        limit = str(_USUAL + 1) if usual else f"${number + 1}::int"
        if self.parameters:  # few rows to sort whatever the limit: not seeing it, the planner keeps the plan it made
            limit = f"(SELECT {limit})"
        where = " AND ".join(condition for condition in conditions if condition != "true") or "true"
        # The page is cut before its JSON is made: only the rows that are answered with are spelled out.
        return (
            f"SELECT row_to_json(d)::text, {self.alias}.sort_key::text, {ident}::text "
            f"FROM (SELECT {self.alias}.*, {key} AS sort_key FROM {self.source} {self.alias} "
            f"WHERE {where} ORDER BY {key} {direction}, {ident} {direction} LIMIT {limit}) {self.alias} "
            f"CROSS JOIN LATERAL (SELECT {self.columns}) d "
            f"ORDER BY {self.alias}.sort_key {direction}, {ident} {direction}"
        )


def _value(query: BaseModel, more: Mapping[str, Any], name: str) -> Any:
    return more[name] if name in more else getattr(query, name, None)
