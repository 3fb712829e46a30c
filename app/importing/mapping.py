"""Which column feeds which field. Mistakes in the mapping are reported before anything is sent."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.importing.cells import CellFormat
from app.importing.fields import Field, Shape, describe_fields, fields_of, find
from app.importing.options import ImportFailed
from app.importing.rows import Cell
from app.importing.timestamps import UnreadableCell

Values = dict[str, Any]
"""Value by field path."""
MAX_CACHED_CELLS = 2_000


@dataclass(frozen=True, slots=True)
class Feed:
    field: Field
    index: int
    column: str


@dataclass(frozen=True)
class Plan:
    resource: str
    feeds: tuple[Feed, ...]
    constants: Values
    cell_format: CellFormat

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields that columns or constants fill, by path."""
        constant = {path: field for path in self.constants if (field := find(self.resource, path)) is not None}
        return constant | {feed.field.path: feed.field for feed in self.feeds}

    @cached_property
    def constants_by_level(self) -> tuple[Values, Values]:
        """The constants of a record, and those of each line of a receipt."""
        lines = {path: value for path, value in self.constants.items() if self.fields[path].line}
        return {path: value for path, value in self.constants.items() if path not in lines}, lines

    @cached_property
    def mapped_fields(self) -> dict[str, set[str]]:
        """The fields that columns are mapped to, by the path of the object that they are in."""
        fields: dict[str, set[str]] = {}
        for feed in self.feeds:
            parents = feed.field.path.split(".")[:-1]
            for depth in range(1, len(parents) + 1):
                fields.setdefault(".".join(parents[:depth]), set()).add(feed.field.path)
        return fields

    def read(self, cells: Sequence[Cell]) -> tuple[Values, list[dict[str, str]]]:
        """The values of a row without its empty cells, and the errors of the cells that cannot be read."""
        values: Values = {}
        errors: list[dict[str, str]] = []
        for feed in self.feeds:
            if feed.index >= len(cells):
                continue
            cell = cells[feed.index]
            cache = self._cache[feed.field.path]
            try:
                # Articles, prices and dates repeat from row to row: each is parsed once.
                if type(cell) is not str or len(cell) > 64:
                    value = self.cell_format.parse(feed.field, cell)
                elif cell in cache:
                    value = cache[cell]
                else:
                    if len(cache) >= MAX_CACHED_CELLS:
                        cache.clear()
                    value = cache[cell] = self.cell_format.parse(feed.field, cell)
            except UnreadableCell as error:
                pointer = "/" + feed.field.path.replace(".", "/")
                errors.append({"pointer": pointer, "code": error.code, "detail": f"{feed.column}: {error.detail}."})
            else:
                if value is not None:
                    values[feed.field.path] = value
        return values, errors

    @cached_property
    def _cache(self) -> dict[str, dict[str, Any]]:
        return {feed.field.path: {} for feed in self.feeds}


def make_plan(
    resource: str,
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
    columns: Sequence[str],
    cell_format: CellFormat,
    supplied: Set[str] = frozenset(),
) -> Plan:
    """The plan of an import; `supplied` are fields that come from elsewhere. Raises ImportFailed."""
    feeds = _feeds_by_option(resource, mapping, columns)
    feeds += _feeds_by_header(resource, columns, {feed.column for feed in feeds}, {*mapping, *constants})
    values = _parse_constants(resource, constants, cell_format)
    _check_required(resource, {feed.field.path for feed in feeds} | set(values) | supplied)
    return Plan(resource, tuple(feeds), values, cell_format)


def check_fields(resource: str, paths: Sequence[str], option: str) -> None:
    """Raises ImportFailed where one of the paths is not a field of the resource."""
    if unknown := [path for path in paths if find(resource, path) is None]:
        raise ImportFailed(
            f"{option} names {_quoted(unknown)}, which {resource} do not have. "
            f"The fields are: {describe_fields(resource)}."
        )


def _feeds_by_option(resource: str, mapping: Mapping[str, str], columns: Sequence[str]) -> list[Feed]:
    check_fields(resource, list(mapping), "--map")
    if missing := [column for column in mapping.values() if column not in columns]:
        raise ImportFailed(f"--map names the column {_quoted(missing)}; the columns are: {', '.join(columns)}.")
    for column in mapping.values():
        if f"{column} (2)" in columns:
            raise ImportFailed(f"The file has two columns called {column}; rename one of them.")
    return [_feed(resource, path, columns, column) for path, column in mapping.items()]


def _feeds_by_header(resource: str, columns: Sequence[str], used: set[str], taken: set[str]) -> list[Feed]:
    """Columns whose header is the name of a field. Ids must match exactly: `Customer ID` is that of another system."""
    names = {_normalized(path): path for path, field in fields_of(resource).items() if field.shape != Shape.ID}
    feeds = []
    for column in columns:
        exact = column if find(resource, column) is not None else None
        path = exact or names.get(_normalized(column))
        if path is not None and column not in used and path not in taken:
            taken.add(path)
            feeds.append(_feed(resource, path, columns, column))
    return feeds


def _feed(resource: str, path: str, columns: Sequence[str], column: str) -> Feed:
    field = find(resource, path)
    assert field is not None
    return Feed(field, columns.index(column), column)


def _parse_constants(resource: str, constants: Mapping[str, str], cell_format: CellFormat) -> Values:
    check_fields(resource, list(constants), "--set")
    values: Values = {}
    for path, text in constants.items():
        field = find(resource, path)
        assert field is not None
        try:
            # The delimiter of the file says nothing about numbers on the command line.
            value = replace(cell_format, comma_decimals=False).parse(field, text)
        except UnreadableCell as error:
            raise ImportFailed(f"--set {path}: {error.detail}.") from error
        if value is not None:
            values[path] = value
    return values


def _check_required(resource: str, available: set[str]) -> None:
    fields = fields_of(resource).values()
    lines = any(field.line and field.path in available for field in fields)
    missing = [
        field.path for field in fields if field.required and field.path not in available and (lines or not field.line)
    ]
    if missing:
        raise ImportFailed(
            f"No column or constant fills {_quoted(missing)}, which every record of {resource} needs: "
            f"add --map {missing[0]}=COLUMN, or --set {missing[0]}=VALUE where it is the same for all."
        )


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(repr(name) for name in names)


def _normalized(name: str) -> str:
    return re.sub(r"[\s_-]", "", name.casefold())
