"""What is to be done, and when: a queue that is leased from, in the database of the things it is about.

A job is planned in the transaction of what makes it necessary, and taken away in the transaction of its effect: it is
done once, whenever which worker dies. A lease only keeps workers from doing the same thing in vain at the same time.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context


@dataclass(frozen=True, slots=True)
class Job:
    id: UUID
    kind: str
    key: str
    data: dict[str, Any]
    attempts: int
    """This one included."""
    leased_until: datetime


async def schedule(ctx: Context, kind: str, key: str, due_at: datetime, data: dict[str, Any] | None = None) -> None:
    await schedule_many(ctx, kind, [(key, due_at)], data)


async def schedule_many(
    ctx: Context, kind: str, wanted: Iterable[tuple[str, datetime]], data: dict[str, Any] | None = None
) -> None:
    """Have something done at its time. What was planned under the same kind and key is replaced."""
    ordered = sorted(wanted)
    if ordered:
        keys, moments = zip(*ordered, strict=True)
        await ctx.db.execute(_PLAN, kind, list(keys), list(moments), json.dumps(data or {}))


async def cancel_many(ctx: Context, kind: str, keys: Iterable[str]) -> None:
    """It need not be done any more."""
    await ctx.db.execute(
        "DELETE FROM jobs WHERE kind = $1 AND key = ANY (SELECT unnest($2::text[]) ORDER BY 1)", kind, list(keys)
    )


async def lease(ctx: Context, count: int, duration: timedelta) -> list[Job]:
    """Take up to so many that are due, the longest due first; none that another worker has taken."""
    leased = await ctx.db.fetch(_LEASE, ctx.now, count, ctx.now + duration)
    jobs = [Job(r["id"], r["kind"], r["key"], json.loads(r["data"]), r["attempts"], r["leased_until"]) for r in leased]
    return sorted(jobs, key=lambda job: job.id)


async def done(ctx: Context, job: Job) -> None:
    """Take it away, unless it was planned anew meanwhile."""
    await ctx.db.execute("DELETE FROM jobs WHERE id = $1 AND leased_until = $2", job.id, job.leased_until)


async def continue_later(ctx: Context, job: Job, due_at: datetime, data: dict[str, Any]) -> None:
    """There is more of it to be done then; nothing if it was planned anew meanwhile: then it begins again."""
    await ctx.db.execute(
        "UPDATE jobs SET due_at = $3, data = $4::jsonb, attempts = 0, leased_until = NULL, error = NULL "
        "WHERE id = $1 AND leased_until = $2",
        job.id,
        job.leased_until,
        due_at,
        json.dumps(data),
    )


async def retry_later(ctx: Context, job: Job, until: datetime | None, error: str) -> None:
    """It did not work: to be tried again then, or not at all any more."""
    await ctx.db.execute(
        "UPDATE jobs SET leased_until = NULL, due_at = coalesce($3, due_at), error = $4, "
        "failed_at = CASE WHEN $3::timestamptz IS NULL THEN $5::timestamptz END "
        "WHERE id = $1 AND leased_until = $2",
        job.id,
        job.leased_until,
        until,
        error,
        ctx.now,
    )


_PLAN = """
    INSERT INTO jobs (kind, key, due_at, data)
    SELECT $1, w.key, w.due_at, $4::jsonb FROM unnest($2::text[], $3::timestamptz[]) AS w(key, due_at)
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, data = excluded.data, attempts = 0,
        leased_until = NULL, error = NULL, failed_at = NULL
"""
_LEASE = """
    WITH due AS MATERIALIZED (  -- in a subquery, it might be run once for each row it is joined to
        SELECT id FROM jobs WHERE failed_at IS NULL AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
        ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED
    )
    UPDATE jobs j SET leased_until = $3, attempts = j.attempts + 1 FROM due WHERE j.id = due.id
    RETURNING j.id, j.kind, j.key, j.data::text AS data, j.attempts, j.leased_until
"""
