"""Writing rows: column names and types come from the tables, so a statement is written once for all of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from app.core.context import Context
from app.models import metadata

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


async def insert(ctx: Context, table: str, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, in the order given, in one statement."""
    if values:
        names = tuple(values[0])
        await ctx.db.execute(_insert(table, names), *arguments(table, names, [tuple(row.values()) for row in values]))


async def update(ctx: Context, table: str, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Change one row and raise its version."""
    names = tuple(values)
    sent = [_json(v) if column_type(table, n) == "JSONB" and v is not None else v for n, v in values.items()]
    await ctx.db.execute(_update(table, names), row_id, *sent)


def unnested(table: str, names: Sequence[str], first: int = 1) -> str:
    """A SELECT that reads rows out of array parameters, one a column, from number `first` on: see `arguments`."""
    types = [column_type(table, name) for name in names]
    # Arrays of arrays cannot be unnested: such a column travels as JSON.
    sent = ", ".join(array(n, "JSONB" if of.endswith("[]") else of) for n, of in enumerate(types, start=first))
    chosen = ", ".join(
        f'ARRAY(SELECT jsonb_array_elements_text(v.c{n}))::{of} AS "{name}"'
        if of.endswith("[]")
        else f'v.c{n} AS "{name}"'
        for n, (name, of) in enumerate(zip(names, types, strict=True))
    )
    aliases = ", ".join(f"c{n}" for n in range(len(names)))
    return f"SELECT {chosen} FROM unnest({sent}) AS v({aliases})"


def arguments(table: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> list[str]:
    """The rows turned into columns, each an array as Postgres writes them."""
    columns = zip(*values, strict=True) if values else [() for _ in names]
    return [literal(of, column) for of, column in zip(_sent(table, tuple(names)), columns, strict=True)]


def columns(keys: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Tuples turned into lists, one a column: what a statement takes that looks many things up at once."""
    listed = list(keys)
    return [[key[n] for key in listed] for n in range(width)]


def array(number: int, of: str) -> str:
    """An array parameter that is given as `literal` spells it.

    A SELECT of its own keeps the planner from looking into it, and from planning anew with every call.
    """
    return f"(SELECT ${number}::text::{of}[])"


def literal(of: str, column: Iterable[Any]) -> str:
    """An array literal: one string to hand over, where the driver would look at each element several times."""
    spell = _SPELLINGS.get(of, _quoted)
    return "{" + ",".join(["NULL" if value is None else spell(value) for value in column]) + "}"


@cache
def column_type(table: str, name: str) -> str:
    """The SQL type of a column, as the tables have it."""
    column = metadata.tables[table].columns[name]
    if isinstance(column.type, JSONB):
        return "JSONB"
    return column.type.compile(_DIALECT).replace(' COLLATE "C"', "")


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) {unnested(table, names)}"


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = ${n}::{column_type(table, name)}' for n, name in enumerate(names, start=2))
    return f"UPDATE {table} SET {changed}, version = version + 1 WHERE id = $1"


@cache
def _sent(table: str, names: tuple[str, ...]) -> list[str]:
    types = [column_type(table, name) for name in names]
    return ["JSONB" if of.endswith("[]") else of for of in types]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(value: Any) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


_SPELLINGS: dict[str, Callable[[Any], str]] = {
    "UUID": str,
    "INTEGER": str,
    "BIGINT": str,
    "NUMERIC": str,
    "BOOLEAN": str,
    "FLOAT": str,
    "DATE": date.isoformat,
    "TIMESTAMP WITH TIME ZONE": datetime.isoformat,
    "BYTEA": lambda value: f'"\\\\x{value.hex()}"',
    "JSONB": lambda value: _quoted(_json(value)),
}
