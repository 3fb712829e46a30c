"""Which column feeds which field. Everything that can be wrong with it is said before anything is sent."""

import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from app.importing.cells import Style
from app.importing.fields import Field, Shape, allowed, fields_of, find
from app.importing.options import ImportFailed
from app.importing.rows import Cell
from app.importing.timestamps import Unreadable

Values = dict[str, Any]
"""Field path → value."""
MOST_KEPT = 2_000


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
    style: Style

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields that columns or constants give, by path."""
        fixed = {path: found for path in self.constants if (found := find(self.resource, path)) is not None}
        return fixed | {feed.field.path: feed.field for feed in self.feeds}

    @cached_property
    def fixed(self) -> tuple[Values, Values]:
        """The constants of a record, and those of each line of it."""
        lines = {path: value for path, value in self.constants.items() if self.fields[path].line}
        return {path: value for path, value in self.constants.items() if path not in lines}, lines

    @cached_property
    def mapped(self) -> dict[str, set[str]]:
        """Of each object in the document, the fields that columns are mapped to."""
        found: dict[str, set[str]] = {}
        for feed in self.feeds:
            parents = feed.field.path.split(".")[:-1]
            for depth in range(1, len(parents) + 1):
                found.setdefault(".".join(parents[:depth]), set()).add(feed.field.path)
        return found

    def read(self, cells: Sequence[Cell]) -> tuple[Values, list[dict[str, str]]]:
        """What a row says, and what is wrong with it. Empty cells say nothing."""
        values: Values = {}
        errors: list[dict[str, str]] = []
        for feed in self.feeds:
            if feed.index >= len(cells):
                continue
            cell = cells[feed.index]
            kept = self._kept[feed.field.path]
            try:
                # A shop says the same over and over, articles, prices, days: each is read once.
                if type(cell) is not str or len(cell) > 64:
                    value = self.style.value(feed.field, cell)
                elif cell in kept:
                    value = kept[cell]
                else:
                    if len(kept) >= MOST_KEPT:
                        kept.clear()
                    value = kept[cell] = self.style.value(feed.field, cell)
            except Unreadable as error:
                pointer = "/" + feed.field.path.replace(".", "/")
                errors.append({"pointer": pointer, "code": error.code, "detail": f"{feed.column}: {error.detail}."})
            else:
                if value is not None:
                    values[feed.field.path] = value
        return values, errors

    @cached_property
    def _kept(self) -> dict[str, dict[str, Any]]:
        return {feed.field.path: {} for feed in self.feeds}


def plan(
    resource: str,
    mapping: Mapping[str, str],
    constants: Mapping[str, str],
    columns: Sequence[str],
    style: Style,
    given: Set[str] = frozenset(),
) -> Plan:
    """The plan of an import, or ImportFailed with what there is. `given`: fields that come from elsewhere."""
    feeds = _asked_for(resource, mapping, columns)
    feeds += _by_header(resource, columns, {feed.column for feed in feeds}, {*mapping, *constants})
    fixed = _fixed(resource, constants, style)
    _check_required(resource, {feed.field.path for feed in feeds} | set(fixed) | given)
    return Plan(resource, tuple(feeds), fixed, style)


def known(resource: str, paths: Sequence[str], option: str) -> None:
    """ImportFailed when one of these is no field of the resource."""
    if unknown := [path for path in paths if find(resource, path) is None]:
        raise ImportFailed(
            f"{option} names {_listed(unknown)}, which {resource} do not have. The fields are: {allowed(resource)}."
        )


def _asked_for(resource: str, mapping: Mapping[str, str], columns: Sequence[str]) -> list[Feed]:
    known(resource, list(mapping), "--map")
    if missing := [column for column in mapping.values() if column not in columns]:
        raise ImportFailed(f"--map names the column {_listed(missing)}; the columns are: {', '.join(columns)}.")
    for column in mapping.values():
        if f"{column} (2)" in columns:
            raise ImportFailed(f"The file has two columns called {column}; give one of them another name.")
    return [_feed(resource, path, columns, column) for path, column in mapping.items()]


def _by_header(resource: str, columns: Sequence[str], used: set[str], taken: set[str]) -> list[Feed]:
    """Columns whose header is a field's name. Our own ids only when spelled exactly: a `Customer ID` is theirs."""
    names = {_squeezed(path): path for path, field in fields_of(resource).items() if field.shape != Shape.ID}
    feeds = []
    for column in columns:
        exact = column if find(resource, column) is not None else None
        path = exact or names.get(_squeezed(column))
        if path is not None and column not in used and path not in taken:
            taken.add(path)
            feeds.append(_feed(resource, path, columns, column))
    return feeds


def _feed(resource: str, path: str, columns: Sequence[str], column: str) -> Feed:
    field = find(resource, path)
    assert field is not None
    return Feed(field, columns.index(column), column)


def _fixed(resource: str, constants: Mapping[str, str], style: Style) -> Values:
    known(resource, list(constants), "--set")
    fixed: Values = {}
    for path, text in constants.items():
        field = find(resource, path)
        assert field is not None
        try:
            # On the command line a comma cannot be mistaken for what a file's delimiter makes of it.
            value = replace(style, comma_decimals=False).value(field, text)
        except Unreadable as error:
            raise ImportFailed(f"--set {path}: {error.detail}.") from error
        if value is not None:
            fixed[path] = value
    return fixed


def _check_required(resource: str, given: set[str]) -> None:
    fields = fields_of(resource).values()
    lines = any(field.line and field.path in given for field in fields)
    missing = [
        field.path for field in fields if field.required and field.path not in given and (lines or not field.line)
    ]
    if missing:
        raise ImportFailed(
            f"Nothing gives {_listed(missing)}, which every record of {resource} needs: "
            f"add --map {missing[0]}=COLUMN, or --set {missing[0]}=VALUE when it is the same for all."
        )


def _listed(names: Sequence[str]) -> str:
    return " and ".join(repr(name) for name in names)


def _squeezed(name: str) -> str:
    return re.sub(r"[\s_-]", "", name.casefold())
