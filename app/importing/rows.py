"""What every kind of file is read as: numbered rows of cells, and documents ready to be sent."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Protocol

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Problem = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    number: int
    """From 1, the header included: the number a spreadsheet shows beside it."""
    cells: Sequence[Cell]
    position: int
    """How much of the file was read with it, in the unit of the table."""
    problem: Problem | None = None
    """Why it cannot be trusted: its cells may not stand under their headers."""


class Table(Protocol):
    columns: list[str]
    size: int

    @property
    def unit(self) -> Literal["bytes", "rows"]: ...

    @property
    def comma_decimals(self) -> bool:
        """Whether a comma in a number is surely the decimal point."""

    def rows(self) -> Iterator[Row]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Document:
    """One record as the service will get it."""

    body: bytes
    rows: int | list[int]
    original: Callable[[], Any]
    """Made only when the record is refused."""
    position: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """One record that is not worth sending."""

    problem: Problem
    rows: int | list[int]
    original: Callable[[], Any]
    position: int


def problem(title: str, code: str, detail: str, errors: Sequence[dict[str, str]] = ()) -> Problem:
    """In the shape of the service's own problem documents."""
    found: Problem = {"title": title, "code": code, "detail": detail}
    return found | {"errors": list(errors)} if errors else found


def original_of(columns: Sequence[str], cells: Sequence[Cell]) -> dict[str, Any]:
    """A row as it stood in the file; cells beyond the header are numbered."""
    return {columns[i] if i < len(columns) else f"({i + 1})": plain(cell) for i, cell in enumerate(cells)}


def blank(cells: Sequence[Cell]) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells)


def plain(cell: Cell) -> str | int | float | bool | None:
    """A cell as JSON; bytes that were no text are spelled out."""
    if isinstance(cell, str):
        return cell if cell.isascii() else cell.encode(errors="backslashreplace").decode()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def unique(headers: Sequence[Cell]) -> list[str]:
    """Column names: trimmed, the empty ones numbered, the second of two equal ones marked."""
    seen: dict[str, int] = {}
    names = []
    for position, header in enumerate(headers, start=1):
        name = str(header if header is not None else "").strip() or f"({position})"
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
