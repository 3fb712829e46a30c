"""The common form of all files: numbered rows of cells, and documents ready to be sent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Problem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """Counted from 1 with the header, as a spreadsheet shows it."""
    cells: Sequence[Cell]
    position: int
    """How far into the file the row ends, in the unit of the table."""
    problem: Problem | None = None
    """Why the row is refused: its cells may not belong to the columns they are in."""


class Table(Protocol):
    columns: list[str]
    size: int

    @property
    def unit(self) -> Literal["bytes", "rows"]: ...

    @property
    def comma_decimals(self) -> bool:
        """Whether a comma in a number can only be the decimal point."""

    def rows(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Document:
    """A record as the service receives it."""

    body: bytes
    rows: int | list[int]
    original: Callable[[], Any]
    """The rows as they are in the file. Called only when the record is refused."""
    position: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that is refused before it is sent."""

    problem: Problem
    rows: int | list[int]
    original: Callable[[], Any]
    position: int


def problem(title: str, code: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> Problem:
    """A problem document like those of the service."""
    document: Problem = {"title": title, "code": code, "detail": detail}
    return document | {"errors": list(errors)} if errors else document


def original_of(columns: Sequence[str], cells: Sequence[Cell]) -> dict[str, Any]:
    """A row as it is in the file, by column; cells beyond the header are numbered."""
    return {columns[i] if i < len(columns) else f"({i + 1})": to_json(cell) for i, cell in enumerate(cells)}


def is_blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def to_json(cell: Cell) -> str | int | float | bool | None:
    """A cell as a JSON value; undecodable bytes are escaped."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode(errors="backslashreplace").decode()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def column_names(headers: Sequence[Cell]) -> list[str]:
    """Column names: trimmed; empty ones are numbered, and repeated ones get a suffix."""
    seen: dict[str, int] = {}
    names = []
    for position, header in enumerate(headers, start=1):
        name = str(header if header is not None else "").strip() or f"({position})"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
