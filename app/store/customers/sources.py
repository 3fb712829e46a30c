"""The policies of sources, as records need them."""

from collections.abc import Iterable, Sequence

from asyncpg import Record

from app.core.context import Context
from app.schemas.customers.sources import Source, SourceQuery
from app.store.kit.simple_resources import SimpleTable

SOURCES = SimpleTable("source", "sources", Source, SourceQuery, key="code", title="name")


async def by_codes(ctx: Context, codes: Sequence[str]) -> list[Record]:
    """Those that exist, in whatever case; `codes` are in lower case. First created first."""
    return await ctx.db.fetch(
        "SELECT * FROM sources WHERE lower(code COLLATE pg_unicode_fast) = ANY ($1::text[]) ORDER BY created_at, id",
        codes,
    )


async def create(ctx: Context, codes: Iterable[str]) -> None:
    """Create the sources that do not exist yet. In order, so no deadlocks."""
    await ctx.db.execute(
        "INSERT INTO sources (code, created_at, updated_at) "
        "SELECT w.code, $2, $2 FROM unnest($1::text[]) AS w(code) ON CONFLICT DO NOTHING",
        sorted(codes),
        ctx.now,
    )
