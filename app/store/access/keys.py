from typing import Any
from uuid import UUID

import asyncpg
from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound


async def by_hash(db: Any, secret_hash: bytes) -> Record | None:
    """Asked before there is a context: it is what a context is made of."""
    return await db.fetchrow(
        "SELECT id, name, scopes FROM api_keys WHERE secret_hash = $1 AND revoked_at IS NULL", secret_hash
    )


async def add(ctx: Context, name: str, secret_hash: bytes, hint: str, scopes: list[str]) -> UUID:
    return await ctx.db.fetchval(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ($1, $2, $3, $4) RETURNING id",
        name,
        secret_hash,
        hint,
        scopes,
    )


async def every(ctx: Context) -> list[Record]:
    return await ctx.db.fetch("SELECT id, name, hint, scopes, created_at, revoked_at FROM api_keys ORDER BY id")


async def revoke(ctx: Context, key_id: UUID) -> None:
    found = await ctx.db.fetchval(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING id", key_id, ctx.now
    )
    if found is None:
        raise NotFound("API key not found")


async def has_any(ctx: Context) -> bool:
    # One start at a time asks, so that two cannot both find the store empty.
    await ctx.db.execute("SELECT pg_advisory_xact_lock(7270612)")
    return await ctx.db.fetchval("SELECT EXISTS (SELECT FROM api_keys)")


async def cursor_key(db: Any) -> bytes:
    """The secret that signs cursors: made by whoever asks first, the same for everybody after."""
    await db.execute(
        "INSERT INTO secrets (name, value) "
        "VALUES ('cursor', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) ON CONFLICT DO NOTHING"
    )
    return await db.fetchval("SELECT value FROM secrets WHERE name = 'cursor'")


async def schema(db: Any) -> str | None:
    """The migration that the database is at; None where it has seen none."""
    try:
        return await db.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
