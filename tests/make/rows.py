"""Rows written into their tables: for what takes too long through the API, or could not come about by it."""

from collections.abc import Mapping
from typing import Any


async def insert(db: Any, table: str, **values: Any) -> Any:
    """The row as it was stored."""
    names, numbered = ", ".join(values), ", ".join(f"${n}" for n in range(1, len(values) + 1))
    return await db.fetchrow(f"INSERT INTO {table} ({names}) VALUES ({numbered}) RETURNING *", *values.values())


async def insert_dimensions(db: Any, row: Mapping[str, Any]) -> None:
    """The site and the product that a row refers to, where it names them and they are not there."""
    for column, table, key in (("site", "sites", "code"), ("sku", "products", "sku")):
        if row.get(column):
            await db.execute(f"INSERT INTO {table} ({key}) VALUES ($1) ON CONFLICT DO NOTHING", row[column])
