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
    if not values:
        return
    names = tuple(values[0])
    statement, documents = _insert(table, names)
    arguments = [
        [
            json.dumps(row[name], default=str) if name in documents and row[name] is not None else row[name]
            for row in values
        ]
        for name in names
    ]
    await ctx.db.execute(statement, *arguments)


async def update(ctx: Context, table: str, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Change one row and raise its version."""
    statement, documents = _update(table, tuple(values))
    arguments = [json.dumps(v, default=str) if name in documents and v is not None else v for name, v in values.items()]
    await ctx.db.execute(statement, row_id, *arguments)


@cache
def _insert(table: str, names: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """Columns of arrays cannot be unnested as they are: their rows go in as JSON and are taken apart again."""
    types = {name: _type(table, name) for name in names}
    documents = frozenset(name for name, of in types.items() if of == "JSONB" or of.endswith("[]"))
    sent = ", ".join(
        f"${n}::{'jsonb' if name in documents else types[name]}[]" for n, name in enumerate(names, start=1)
    )
    chosen = ", ".join(
        f"ARRAY(SELECT jsonb_array_elements_text(v.c{n}))::{types[name]}" if types[name].endswith("[]") else f"v.c{n}"
        for n, name in enumerate(names, start=1)
    )
    aliases = ", ".join(f"c{n}" for n in range(1, len(names) + 1))
    columns = ", ".join(f'"{name}"' for name in names)
    statement = f"INSERT INTO {table} ({columns}) SELECT {chosen} FROM unnest({sent}) AS v({aliases})"
    return statement, documents


@cache
def _update(table: str, names: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    documents = frozenset(name for name in names if _type(table, name) == "JSONB")
    changed = ", ".join(f'"{name}" = ${n}::{_type(table, name)}' for n, name in enumerate(names, start=2))
    return f"UPDATE {table} SET {changed}, version = version + 1 WHERE id = $1", documents


def _type(table: str, name: str) -> str:
    column = metadata.tables[table].columns[name]
    if isinstance(column.type, JSONB):
        return "JSONB"
    return column.type.compile(_DIALECT).replace(' COLLATE "C"', "")
