"""Lists with named filters, a closed set of sort orders and keyset pagination: one statement per page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, get_args, get_origin

from asyncpg import Record
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


def match_conditions(alias: str) -> dict[str, str]:
    """How `match` is filtered by: as literals, so that the planner sees which partial index fits."""
    undecided = f"{alias}.match IN ('unmatched', 'ambiguous') AND {alias}.match"
    return {
        "matched": f"{alias}.match = 'matched'",
        "unmatched": f"{undecided} = 'unmatched'",
        "ambiguous": f"{undecided} = 'ambiguous'",
        "anonymous": f"{alias}.customer_id IS NULL AND {alias}.match = 'anonymous'",
    }


class Within(NamedTuple):
    """A filter on rows that belong to those of the list, such as the lines of receipts.

    Filters with the same `whole` are asked of the same row: their conditions stand together where it has its `{}`.
    """

    whole: str
    condition: str


class Sort(NamedTuple):
    """The key of a sort and its SQL type. It may walk a `source` of its own, whose rows have the list's columns."""

    key: str
    sql_type: str
    source: str | None = None
    tie: str | None = None
    """What orders rows of that source with equal keys, a uuid."""
    where: str = "true"
    filters: Mapping[str, str] = MappingProxyType({})
    """Conditions on that source, instead of the list's own."""
    without_key: "Sort | None" = None
    """Where to find the rows that have no key. They come last in both directions, in the order of their tie."""

    def requires_key(self, values: Mapping[str, Any]) -> bool:
        """Whether rows without a key cannot have these values."""
        return any(self.key in self.filters.get(name, "") for name in values)


@dataclass(frozen=True)
class Listing:
    """A list of documents, as `query` asks for them.

    `filters` maps a field of the query to a condition, in which `{}` stands for its value, to one `Within` other rows,
    or to a mapping from values to conditions. `sorts` maps a sort to its key and the key's SQL type; a leading minus in
    the query's sort reverses it. TypeError where the query offers what the list would not do: nothing is accepted and
    then ignored.
    """

    name: str
    columns: str
    source: str
    alias: str
    query: type[PageQuery]
    filters: Mapping[str, str | Within | Mapping[Any, str]]
    sorts: Mapping[str, tuple[str, str] | Sort]
    order: str | None = None
    """The sort of a list that has one only; by default the query says."""
    handled: frozenset[str] = frozenset()
    """Fields of the query without a filter of their name: the store makes other filters of them, or a search."""
    tie: tuple[str, str] | None = None
    """What orders rows with equal keys, and its SQL type; the id by default."""
    unbound: frozenset[str] = frozenset()
    """Filters whose value changes between pages, such as the current time: a cursor is bound to their presence only."""
    planned_anew: frozenset[str] = frozenset()
    """Filters that may leave nearly all rows or nearly none: which index is walked has to depend on their values."""
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
            if isinstance(condition := self.filters[name], Mapping):
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
        after: list[str | None] = []
        if query.cursor is not None:
            after = cursors.unseal(query.cursor, binding, ctx.cursor_key) or []
            if not after:
                raise InvalidCursor
        arguments = self.arguments(values)
        rows: list[Record] = []
        for part in self._parts(sort, values, after):
            position = [text for text in after if text is not None] if part == _part_of(after) else []
            left = query.limit + 1 - len(rows)
            default_limit = left == _DEFAULT_LIMIT + 1
            statement = self.statement(values, sort, after=bool(position), default_limit=default_limit, part=part)
            limit = () if default_limit else (left,)
            rows += await self._fetch(ctx, values, statement, *arguments, *position, *limit)
            if len(rows) > query.limit:
                break
        if len(rows) <= query.limit:
            return Page([row["json"] for row in rows], None)
        last = rows[query.limit - 1]
        next_cursor = cursors.seal([last["sort_key"], last["tie"]], binding, ctx.cursor_key)
        return Page([row["json"] for row in rows[:-1]], next_cursor)

    def _parts(self, sort: str, values: Mapping[str, Any], after: Sequence[str | None]) -> list["_Part"]:
        """What is left of the list after this position: rows with a key, and then those without."""
        by = self._sort(sort)
        if by.without_key is None or by.requires_key(values):
            return [_Part.WITH_KEY]
        return [part for part in _Part if not after or part >= _part_of(after)]

    async def _fetch(self, ctx: Context, values: Mapping[str, Any], statement: str, *arguments: Any) -> list[Record]:
        if self.planned_anew.isdisjoint(values):
            return await ctx.db.fetch(statement, *arguments)
        # One more round trip, for a plan that is made for these values and is not kept.
        return await (await ctx.db.prepare(statement, name="")).fetch(*arguments)

    def _sort(self, sort: str) -> Sort:
        return Sort(*self.sorts[sort.removeprefix("-")])

    def values(self, query: Any, extra_filters: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
        """What is asked of each filter."""
        if (schema := type(query)) is not self.query:
            raise TypeError(f"The list {self.name} takes {self.query.__name__}, not {schema.__name__}")
        asked = {**{name: getattr(query, name) for name in self._fields}, **extra_filters}
        return {name: value for name, value in asked.items() if value is not None}

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """Those of the parameters of the conditions."""
        return [value for name, value in values.items() if not isinstance(self.filters[name], Mapping)]

    def conditions(self, filters: Filters, after: int, instead: Mapping[str, str] = MappingProxyType({})) -> list[str]:
        """Their parameters are those that follow the number `after`; those `instead` go before the list's own."""
        conditions = []
        within: dict[str, list[str]] = {}
        for name, value in filters:
            condition = self.filters[name]
            if isinstance(condition, Mapping):
                conditions.append(condition[value])
                continue
            after += 1
            parameter = f"${after}"
            if name in instead:
                conditions.append(instead[name].replace("{}", parameter))
            elif isinstance(condition, Within):
                within.setdefault(condition.whole, []).append(condition.condition.replace("{}", parameter))
            else:
                conditions.append(condition.replace("{}", parameter))
        conditions += [whole.replace("{}", " AND ".join(parts)) for whole, parts in within.items()]
        return [condition for condition in conditions if condition != "true"]

    def asked(self, values: Mapping[str, Any]) -> Filters:
        """The filters, with the values of those that have a condition for each value."""
        return tuple((n, v if isinstance(self.filters[n], Mapping) else None) for n, v in values.items())

    def statement(
        self,
        values: Mapping[str, Any],
        sort: str,
        *,
        after: bool = False,
        default_limit: bool = True,
        part: "_Part | None" = None,
    ) -> str:
        """Built once for each combination of filters and sort, then reused.

        Its parameters are the values whose conditions have a `{}`, the position after which the page
        begins, and the number of rows. The default number is part of the statement: the planner can then keep one plan
        instead of comparing it with a custom plan for every call.
        """
        statement_key = (self.asked(values), sort, after, default_limit, part or _Part.WITH_KEY)
        if (statement := self._statements.get(statement_key)) is None:
            statement = self._statements[statement_key] = self._build(*statement_key)
        return statement

    def _build(self, filters: Filters, sort: str, after: bool, default_limit: bool, part: "_Part") -> str:
        by = self._sort(sort)
        if part is _Part.WITHOUT_KEY:
            assert by.without_key is not None
            by = by.without_key
        conditions = [by.where, *self.conditions(filters, 0, by.filters)]
        number = sum(not isinstance(self.filters[name], Mapping) for name, _ in filters)
        key, source = by.key, by.source or self.source
        tie, tie_type = (by.tie, "uuid") if by.tie is not None else self.tie or (f"{self.alias}.id", "uuid")
        direction, comparison = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
        if after and part is _Part.WITH_KEY:
            conditions.append(
                f"({key}, {tie}) {comparison} (${number + 1}::text::{by.sql_type}, ${number + 2}::text::{tie_type})"
            )
            number += 2
        elif after:
            number += 1
            conditions.append(f"{tie} {comparison} ${number}::text::{tie_type}")
        limit = str(_DEFAULT_LIMIT + 1) if default_limit else f"${number + 1}::int"
        where = " AND ".join(condition for condition in conditions if condition != "true") or "true"
        # The limit is applied before the JSON is built: only the rows of the page are converted.
        return (
            f"SELECT row_to_json(d)::text AS json, {self.alias}.sort_key::text AS sort_key, {tie}::text AS tie "
            f"FROM (SELECT {self.alias}.*, {key} AS sort_key FROM {source} {self.alias} "
            f"WHERE {where} ORDER BY {key} {direction}, {tie} {direction} LIMIT {limit}) {self.alias} "
            f"CROSS JOIN LATERAL (SELECT {self.columns}) d "
            f"ORDER BY {self.alias}.sort_key {direction}, {tie} {direction}"
        )


class _Part(IntEnum):
    WITH_KEY = 1
    WITHOUT_KEY = 2


def _part_of(position: Sequence[str | None]) -> _Part:
    """Where the row at this position is; `WITH_KEY` for none."""
    return _Part.WITHOUT_KEY if position and position[0] is None else _Part.WITH_KEY


def _choices(annotation: Any) -> set[Any]:
    """The values of a Literal, an enum or a bool, whether or not None is allowed as well; of other types, none."""
    if get_origin(annotation) is Literal:
        return set(get_args(annotation))
    if annotation is bool:
        return {True, False}
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return set(annotation)
    return {choice for part in get_args(annotation) for choice in _choices(part)}
