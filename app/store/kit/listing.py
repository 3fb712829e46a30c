"""Lists with named filters, a closed set of sort orders and keyset pagination: one statement per page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, get_args, get_origin

from cachetools import LRUCache

from app.core.context import Context
from app.core.errors import InvalidCursor
from app.rules.kit import cursors
from app.schemas.kit.types import PageQuery

_DEFAULT_LIMIT = 50
_MAX_STATEMENTS = 500
PAGING = {"limit", "cursor", "sort"}
Filters = tuple[tuple[str, Any], ...]
"""Names of filters, with the value of each that has a condition for each value."""


@dataclass(frozen=True, slots=True)
class Page:
    items: list[str]
    next_cursor: str | None


@dataclass(frozen=True)
class Listing:
    """A list of documents, as `query` asks for them.

    `filters` maps a field of the query to a condition, in which `{}` stands for its value, or to a mapping from values
    to conditions. `sorts` maps a sort to its key and the key's SQL type; a leading minus in the query's sort reverses
    it. TypeError where the query offers what the list would not do: nothing is accepted and then ignored.
    """

    name: str
    columns: str
    source: str
    alias: str
    query: type[PageQuery]
    filters: Mapping[str, str | Mapping[Any, str]]
    sorts: Mapping[str, tuple[str, str]]
    order: str | None = None
    """The sort of a list that has one only; by default the query says."""
    handled: frozenset[str] = frozenset()
    """Fields of the query without a filter of their name: the store makes other filters of them, or a search."""
    tie: tuple[str, str] | None = None
    """What orders rows with equal keys, and its SQL type; the id by default."""
    unbound: frozenset[str] = frozenset()
    """Filters whose value changes between pages, such as the current time: a cursor is bound to their presence only."""
    _statements: LRUCache[Any, str] = field(default_factory=lambda: LRUCache(_MAX_STATEMENTS), compare=False)

    def __post_init__(self) -> None:
        if differences := sorted(self._differences()):
            raise TypeError(f"The list {self.name} and {self.query.__name__} differ in {', '.join(differences)}")

    def _differences(self) -> Iterator[str]:
        """What the query offers and the list would not do, and what is handled but not offered."""
        fields = self.query.model_fields
        yield from fields.keys() - PAGING - self.handled - self.filters.keys()
        yield from self.handled - fields.keys()
        for name in self._fields:
            if not isinstance(condition := self.filters[name], str):
                yield from (f"{name}={value}" for value in _choices(fields[name].annotation) - condition.keys())
        offered = _choices(fields["sort"].annotation) if "sort" in fields else set()
        orders = {self.order} if self.order is not None else offered or {""}
        yield from (f"sort={order}" for order in orders if order.removeprefix("-") not in self.sorts)

    @cached_property
    def _fields(self) -> tuple[str, ...]:
        """The fields of the query that are filters."""
        return tuple(name for name in self.query.model_fields if name in self.filters)

    async def page(
        self,
        ctx: Context,
        query: Any,
        extra_filters: Mapping[str, Any] = MappingProxyType({}),
    ) -> Page:
        """`query` is of the list's schema; `extra_filters` do not come from it, or replace what does."""
        values = self.values(query, extra_filters)
        sort = self.order or query.sort
        bound = sorted((name, "" if name in self.unbound else str(value)) for name, value in values.items())
        binding = f"{self.name}|{sort}|{bound}"
        after: list[str] = []
        if query.cursor is not None:
            after = cursors.unseal(query.cursor, binding, ctx.cursor_key) or []
            if not after:
                raise InvalidCursor
        arguments = self.arguments(values)
        default_limit = query.limit == _DEFAULT_LIMIT
        statement = self.statement(values, sort, after=bool(after), default_limit=default_limit)
        rows = await ctx.db.fetch(statement, *arguments, *after, *(() if default_limit else (query.limit + 1,)))
        if len(rows) <= query.limit:
            return Page([row["json"] for row in rows], None)
        last = rows[query.limit - 1]
        next_cursor = cursors.seal([last["sort_key"], last["tie"]], binding, ctx.cursor_key)
        return Page([row["json"] for row in rows[:-1]], next_cursor)

    def values(self, query: Any, extra_filters: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
        """What is asked of each filter."""
        if (schema := type(query)) is not self.query:
            raise TypeError(f"The list {self.name} takes {self.query.__name__}, not {schema.__name__}")
        asked = {**{name: getattr(query, name) for name in self._fields}, **extra_filters}
        return {name: value for name, value in asked.items() if value is not None}

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Those of the parameters of the conditions."""
        return [value for name, value in values.items() if isinstance(self.filters[name], str)]

    def conditions(self, filters: Filters, after: int) -> list[str]:
        """Their parameters are those that follow the number `after`."""
        conditions = []
        for name, value in filters:
            condition = self.filters[name]
            if isinstance(condition, str):
                after += 1
                conditions.append(condition.replace("{}", f"${after}"))
            else:
                conditions.append(condition[value])
        return [condition for condition in conditions if condition != "true"]

    def asked(self, values: Mapping[str, Any]) -> Filters:
        """The filters, with the values of those that have a condition for each value."""
        return tuple((n, v if not isinstance(self.filters[n], str) else None) for n, v in values.items())

    def statement(
        self, values: Mapping[str, Any], sort: str, *, after: bool = False, default_limit: bool = True
    ) -> str:
        """Built once for each combination of filters and sort, then reused.

        Its parameters are the values whose conditions have a `{}`, the position after which the page
        begins, and the number of rows. The default number is part of the statement: the planner can then keep one plan
        instead of comparing it with a custom plan for every call.
        """
        statement_key = (self.asked(values), sort, after, default_limit)
        if (statement := self._statements.get(statement_key)) is None:
            statement = self._statements[statement_key] = self._build(*statement_key)
        return statement

    def _build(self, filters: Filters, sort: str, after: bool, default_limit: bool) -> str:
        conditions = self.conditions(filters, 0)
        number = sum(isinstance(self.filters[name], str) for name, _ in filters)
        key, sql_type = self.sorts[sort.removeprefix("-")]
        tie, tie_type = self.tie or (f"{self.alias}.id", "uuid")
        direction, comparison = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
        if after:
            conditions.append(
                f"({key}, {tie}) {comparison} (${number + 1}::text::{sql_type}, ${number + 2}::text::{tie_type})"
            )
            number += 2
        limit = str(_DEFAULT_LIMIT + 1) if default_limit else f"${number + 1}::int"
        where = " AND ".join(conditions) or "true"
        # The limit is applied before the JSON is built: only the rows of the page are converted.
        return (
            f"SELECT row_to_json(d)::text AS json, {self.alias}.sort_key::text AS sort_key, {tie}::text AS tie "
            f"FROM (SELECT {self.alias}.*, {key} AS sort_key FROM {self.source} {self.alias} "
            f"WHERE {where} ORDER BY {key} {direction}, {tie} {direction} LIMIT {limit}) {self.alias} "
            f"CROSS JOIN LATERAL (SELECT {self.columns}) d "
            f"ORDER BY {self.alias}.sort_key {direction}, {tie} {direction}"
        )


def _choices(annotation: Any) -> set[Any]:
    """The values of a Literal, an enum or a bool, whether or not None is allowed as well; of other types, none."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if annotation is bool:
        return {True, False}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return set(annotation)
    return {choice for part in get_args(annotation) for choice in _choices(part)}
