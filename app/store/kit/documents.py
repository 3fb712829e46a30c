"""How the database writes JSON: a schema class names the columns, so that nothing is listed twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

from pydantic import AwareDatetime, BaseModel

from app.core.context import Context
from app.core.errors import NotFound

_UTC = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""


@dataclass(frozen=True, slots=True)
class Document:
    """A resource as JSON, as the database wrote it."""

    json: str
    id: Any
    version: int


def columns(schema: type[BaseModel], alias: str, own: Mapping[str, str] | None = None) -> str:
    """The select list of a schema: the column of each field's name, or the expression that `own` has for it."""
    own = own or {}
    expressions = []
    for name, field in schema.model_fields.items():
        expression = own.get(name) or formatted(f'{alias}."{name}"', field.annotation)
        expressions.append(f'{expression} AS "{name}"')
    return ", ".join(expressions)


def formatted(expression: str, annotation: Any) -> str:
    """Timestamps in UTC with microseconds, decimals as strings, everything else as PostgreSQL writes it."""
    types = _types(annotation)
    if datetime in types or AwareDatetime in types:
        return timestamp(expression)
    return f"{expression}::text" if Decimal in types else expression


def timestamp(expression: str) -> str:
    return _UTC.format(expression)


def json_array(
    schema: type[BaseModel],
    source: str,
    alias: str,
    *,
    where: str,
    order: str,
    own: Mapping[str, str] | None = None,
) -> str:
    """A JSON array of the rows of `source` for which `where` is true, as an expression."""
    return (
        f"(SELECT coalesce(json_agg(row_to_json(d) ORDER BY {order}), '[]'::json) "
        f"FROM {source} CROSS JOIN LATERAL (SELECT {columns(schema, alias, own)}) d WHERE {where})"
    )


def select_one(selected: str, source: str, alias: str, *, more: str = "") -> str:
    """SELECT json, id, version FROM `source`, as `fetch` reads it; `more` is another column. A WHERE may follow.

    `selected` is the select list of the document (see `columns`).
    """
    further = f", {more}" if more else ""
    return (
        f"SELECT row_to_json(d)::text AS json, {alias}.id, {alias}.version{further} "
        f"FROM {source} CROSS JOIN LATERAL (SELECT {selected}) d"
    )


async def fetch(ctx: Context, statement: str, *arguments: Any, missing: str) -> Document:
    row = await ctx.db.fetchrow(statement, *arguments)
    if row is None:
        raise NotFound(missing)
    return Document(row["json"], row["id"], row["version"])


def _types(annotation: Any) -> set[Any]:
    arguments = get_args(annotation)
    return {annotation} if not arguments else {t for a in arguments for t in _types(a)}
