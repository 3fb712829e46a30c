from uuid import UUID

import asyncpg
from asyncpg import Record

from app.core.advisory_lock_ids import FIRST_KEY
from app.core.context import Connection, Context
from app.core.errors import NotFound


async def by_hashes(db: Connection, hashes: list[bytes]) -> list[Record]:
    """Their ids, names and scopes, from which contexts are made; without those that are unknown or revoked."""
    return await db.fetch(
        "SELECT secret_hash, id, name, scopes FROM api_keys WHERE secret_hash = ANY($1) AND revoked_at IS NULL",
        hashes,
    )


async def add(ctx: Context, name: str, secret_hash: bytes, hint: str, scopes: list[str]) -> UUID:
    key_id: UUID = await ctx.db.fetchval(
        "INSERT INTO api_keys (name, secret_hash, hint, scopes) VALUES ($1, $2, $3, $4) RETURNING id",
        name,
        secret_hash,
        hint,
        scopes,
    )
    return key_id


async def find(ctx: Context) -> list[Record]:
    return await ctx.db.fetch("SELECT id, name, hint, scopes, created_at, revoked_at FROM api_keys ORDER BY id")


async def revoke(ctx: Context, key_id: UUID) -> None:
    revoked_id = await ctx.db.fetchval(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, $2) WHERE id = $1 RETURNING id", key_id, ctx.now
    )
    if revoked_id is None:
        raise NotFound("API key not found")


async def has_any(ctx: Context) -> bool:
    await ctx.db.execute("SELECT pg_advisory_xact_lock($1)", FIRST_KEY)
    exists: bool = await ctx.db.fetchval("SELECT EXISTS (SELECT FROM api_keys)")
    return exists


async def cursor_key(db: Connection) -> bytes:
    """The secret that signs cursors; created on first use."""
    await db.execute(
        "INSERT INTO secrets (name, value) "
        "VALUES ('cursor', uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())) ON CONFLICT DO NOTHING"
    )
    key: bytes = await db.fetchval("SELECT value FROM secrets WHERE name = 'cursor'")
    return key


async def schema(db: Connection) -> str | None:
    """The latest migration of the database; None where it has had none."""
    try:
        version: str | None = await db.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return version
