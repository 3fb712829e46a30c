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
    """Insert rows, which all name the same columns, in the given order by one statement."""
    if values:
        names = tuple(values[0])
        await ctx.db.execute(insertion(table, names), *arguments(table, names, [tuple(row.values()) for row in values]))


async def update(ctx: Context, table: str, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Change one row and raise its version."""
    names = tuple(values)
    parameters = [_json(v) if column_type(table, n) == "JSONB" and v is not None else v for n, v in values.items()]
    await ctx.db.execute(_update(table, names), row_id, *parameters)


async def update_many(ctx: Context, table: str, values_by_id: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Change locked rows and raise their versions: by one statement those of which the same columns change."""
    by_names: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for row_id, values in values_by_id.items():
        by_names.setdefault(("id", *values), []).append((row_id, *values.values()))
    for names, values_of_rows in by_names.items():
        await ctx.db.execute(_update_many(table, names), *arguments(table, names, values_of_rows))


@cache
def insertion(table: str, names: tuple[str, ...]) -> str:
    """An INSERT of the rows in array parameters, one per column: see `arguments`."""
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) {unnested(table, names)}"


def unnested(table: str, names: Sequence[str], first: int = 1) -> str:
    """A SELECT of the rows in array parameters, one per column, numbered from `first` on: see `arguments`."""
    types = [column_type(table, name) for name in names]
    # Arrays of arrays cannot be unnested, so such columns are sent as JSON.
    parameters = ", ".join(
        array(n, "JSONB" if sql_type.endswith("[]") else sql_type) for n, sql_type in enumerate(types, start=first)
    )
    selected = ", ".join(
        f'ARRAY(SELECT jsonb_array_elements_text(v.c{n}))::{sql_type} AS "{name}"'
        if sql_type.endswith("[]")
        else f'v.c{n} AS "{name}"'
        for n, (name, sql_type) in enumerate(zip(names, types, strict=True))
    )
    aliases = ", ".join(f"c{n}" for n in range(len(names)))
    return f"SELECT {selected} FROM unnest({parameters}) AS v({aliases})"


def arguments(table: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> list[str]:
    """The rows transposed into columns, each as an array literal."""
    columns = zip(*values, strict=True) if values else [() for _ in names]
    return [
        literal(sql_type, column)
        for sql_type, column in zip(_parameter_types(table, tuple(names)), columns, strict=True)
    ]


def columns(keys: Iterable[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Tuples of `width` elements transposed into lists, the arguments of a statement that unnests them."""
    rows = list(keys)
    return [[key[n] for key in rows] for n in range(width)]


def array(number: int, sql_type: str) -> str:
    """An array parameter, whose argument is a `literal`.

    The SELECT around it hides the value from the planner, which therefore does not plan anew for every call.
    """
    return f"(SELECT ${number}::text::{sql_type}[])"


def literal(sql_type: str, column: Iterable[Any]) -> str:
    """An array literal: one string, where asyncpg would inspect each element several times to encode an array."""
    format_value = _FORMATS.get(sql_type, _quoted)
    return "{" + ",".join(["NULL" if value is None else format_value(value) for value in column]) + "}"


@cache
def column_type(table: str, name: str) -> str:
    """The SQL type of a column, without its collation."""
    column = metadata.tables[table].columns[name]
    if isinstance(column.type, JSONB):
        return "JSONB"
    return column.type.compile(_DIALECT).replace(' COLLATE "C"', "")


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = ${n}::{column_type(table, name)}' for n, name in enumerate(names, start=2))
    return f"UPDATE {table} SET {changed}, version = version + 1 WHERE id = $1"


@cache
def _update_many(table: str, names: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = v."{name}"' for name in names[1:])
    return (
        f"UPDATE {table} t SET {changed}, version = t.version + 1 FROM ({unnested(table, names)}) v WHERE t.id = v.id"
    )


@cache
def _parameter_types(table: str, names: tuple[str, ...]) -> list[str]:
    types = [column_type(table, name) for name in names]
    return ["JSONB" if sql_type.endswith("[]") else sql_type for sql_type in types]


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _json(value: Any) -> str:
    return to_json(value, inf_nan_mode="constants").decode()


_FORMATS: dict[str, Callable[[Any], str]] = {
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
