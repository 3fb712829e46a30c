import json
from datetime import datetime
from typing import NamedTuple

from app.core.context import Connection, Context


class Answer(NamedTuple):
    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes


async def claim(ctx: Context, key: str) -> bool:
    """Hold the key until this transaction ends; False if another transaction holds it now."""
    claimed: bool = await ctx.db.fetchval(
        "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"{ctx.actor_id} {key}"
    )
    return claimed


async def recall(ctx: Context, key: str) -> Answer | None:
    row = await ctx.db.fetchrow(
        "SELECT fingerprint, status, headers::text AS headers, body FROM idempotency_keys "
        "WHERE api_key_id = $1 AND key = $2",
        ctx.actor_id,
        key,
    )
    if row is None:
        return None
    return Answer(row["fingerprint"], row["status"], json.loads(row["headers"]), row["body"])


async def remember(ctx: Context, key: str, answer: Answer) -> None:
    await ctx.db.execute(
        "INSERT INTO idempotency_keys (api_key_id, key, fingerprint, status, headers, body, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        ctx.actor_id,
        key,
        answer.fingerprint,
        answer.status,
        json.dumps(answer.headers),
        answer.body,
        ctx.now,
    )


async def forget(db: Connection, before: datetime) -> None:
    await db.execute("DELETE FROM idempotency_keys WHERE created_at < $1", before)
