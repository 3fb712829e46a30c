"""Responses stored for the retries of a request, by API key and idempotency key."""

import json
from datetime import datetime
from typing import NamedTuple

from app.core.context import Connection, Context


class StoredResponse(NamedTuple):
    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes


async def try_lock(ctx: Context, key: str) -> bool:
    """Lock the key until this transaction ends; False where another transaction has locked it."""
    locked: bool = await ctx.db.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"{ctx.actor_id} {key}"
    )
    return locked


async def find(ctx: Context, key: str) -> StoredResponse | None:
    row = await ctx.db.fetchrow(
        "SELECT fingerprint, status, headers::text AS headers, body FROM idempotency_keys "
        "WHERE api_key_id = $1 AND key = $2",
        ctx.actor_id,
        key,
    )
    if row is None:
        return None
    return StoredResponse(row["fingerprint"], row["status"], json.loads(row["headers"]), row["body"])


async def add(ctx: Context, key: str, response: StoredResponse) -> None:
    await ctx.db.execute(
        "INSERT INTO idempotency_keys (api_key_id, key, fingerprint, status, headers, body, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ctx.actor_id,
        key,
        response.fingerprint,
        response.status,
        json.dumps(response.headers),
        response.body,
        ctx.now,
    )


async def delete_before(db: Connection, before: datetime) -> None:
    await db.execute("DELETE FROM idempotency_keys WHERE created_at < $1", before)
