"""What the query planner believes about tables."""

from collections.abc import Iterable

import asyncpg


async def renew(dsn: str, tables: Iterable[str]) -> None:
    """Free the space of rows that are gone, and count those that are there.

    A table that had rows which were never committed is counted as empty by the database's own looks at it, though it
    has pages, and stays empty for the planner however much one transaction writes into it: each row that is looked up
    takes longer than the one before.
    """
    connection = await asyncpg.connect(dsn, statement_cache_size=0)
    try:
        await connection.execute(f"VACUUM (ANALYZE) {', '.join(tables)}")
    finally:
        await connection.close()
