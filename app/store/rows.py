"""Writing rows: column names and types come from the tables, so a statement is written once for all of them."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import JSONB

from app.core.context import Context
from app.models import metadata

_DIALECT = postgresql.dialect()


async def insert(ctx: Context, table: str, values: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns, in the order given, in one statement."""
    if values:
        names = tuple(values[0])
        await ctx.db.execute(_insert(table, names), *arguments(table, names, [tuple(row.values()) for row in values]))


async def update(ctx: Context, table: str, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Change one row and raise its version."""
    names = tuple(values)
    sent = [
        json.dumps(v, default=str) if _type(table, n) == "JSONB" and v is not None else v for n, v in values.items()
    ]
    await ctx.db.execute(_update(table, names), row_id, *sent)


def unnested(table: str, names: Sequence[str], first: int = 1) -> str:
    """A SELECT that reads rows out of array parameters, one a column, from number `first` on: see `arguments`."""
    types = [_type(table, name) for name in names]
    sent = ", ".join(f"${n}::{_sent(of)}[]" for n, of in enumerate(types, start=first))
    chosen = ", ".join(
        f'{_taken_apart(f"v.c{n}", of)} AS "{name}"' for n, (name, of) in enumerate(zip(names, types, strict=True))
    )
    aliases = ", ".join(f"c{n}" for n in range(len(names)))
    return f"SELECT {chosen} FROM unnest({sent}) AS v({aliases})"


def arguments(table: str, names: Sequence[str], values: Sequence[Sequence[Any]]) -> list[Any]:
    """The rows turned into columns. Documents and arrays travel as JSON: arrays of arrays cannot be unnested."""
    columns: list[Any] = list(zip(*values, strict=True)) if values else [() for _ in names]
    for n in _as_json(table, tuple(names)):
        columns[n] = [None if value is None else json.dumps(value, default=str) for value in columns[n]]
    return columns


@cache
def _insert(table: str, names: tuple[str, ...]) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    return f"INSERT INTO {table} ({columns}) {unnested(table, names)}"


@cache
def _update(table: str, names: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = ${n}::{_type(table, name)}' for n, name in enumerate(names, start=2))
    return f"UPDATE {table} SET {changed}, version = version + 1 WHERE id = $1"


@cache
def _as_json(table: str, names: tuple[str, ...]) -> list[int]:
    return [n for n, name in enumerate(names) if _sent(_type(table, name)) == "JSONB"]


def _sent(of: str) -> str:
    return "JSONB" if of.endswith("[]") else of


def _taken_apart(value: str, of: str) -> str:
    return f"ARRAY(SELECT jsonb_array_elements_text({value}))::{of}" if of.endswith("[]") else value


@cache
def _type(table: str, name: str) -> str:
    column = metadata.tables[table].columns[name]
    if isinstance(column.type, JSONB):
        return "JSONB"
    return column.type.compile(_DIALECT).replace(' COLLATE "C"', "")
