"""A job queue in PostgreSQL; workers take time-limited leases.

A job is scheduled in the transaction that makes it necessary, and removed in the transaction of its effect, so it takes
effect once even if workers die. A lease only keeps two workers from working on the same job at the same time.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context


@dataclass(frozen=True, slots=True)
class Job:
    id: UUID
    kind: str
    key: str
    data: dict[str, Any]
    attempts: int
    """Including the current one."""
    leased_until: datetime


async def schedule(ctx: Context, kind: str, key: str, due_at: datetime) -> None:
    await schedule_many(ctx, kind, [(key, due_at)])


async def schedule_many(ctx: Context, kind: str, due: Iterable[tuple[str, datetime]]) -> None:
    """Schedule jobs by key and due time. A job of the same kind and key is replaced."""
    ordered = sorted(due)
    if ordered:
        keys, due_at = zip(*ordered, strict=True)
        await ctx.db.execute(_SCHEDULE, kind, list(keys), list(due_at))


async def cancel_many(ctx: Context, kind: str, keys: Iterable[str]) -> None:
    await ctx.db.execute(
        "DELETE FROM jobs WHERE kind = $1 AND key = ANY (SELECT unnest($2::text[]) ORDER BY 1)", kind, list(keys)
    )


async def lease(ctx: Context, count: int, duration: timedelta) -> list[Job]:
    """Take up to `count` due jobs, those that became due first; none that another worker has leased."""
    rows = await ctx.db.fetch(_LEASE, ctx.now, count, ctx.now + duration)
    jobs = [Job(r["id"], r["kind"], r["key"], json.loads(r["data"]), r["attempts"], r["leased_until"]) for r in rows]
    return sorted(jobs, key=lambda job: job.id)


async def complete(ctx: Context, job: Job) -> None:
    """Remove a leased job, unless it was rescheduled meanwhile."""
    await ctx.db.execute("DELETE FROM jobs WHERE id = $1 AND leased_until = $2", job.id, job.leased_until)


async def continue_later(ctx: Context, job: Job, due_at: datetime, data: dict[str, Any]) -> None:
    """Run a leased job again, with new data, for the rest of its work; unless it was rescheduled meanwhile."""
    await ctx.db.execute(
        "UPDATE jobs SET due_at = $3, data = $4::jsonb, attempts = 0, leased_until = NULL, error = NULL "
        "WHERE id = $1 AND leased_until = $2",
        job.id,
        job.leased_until,
        due_at,
        json.dumps(data),
    )


async def put_back(ctx: Context, job: Job, until: datetime, reason: str) -> None:
    """Run a leased job at `until`, as though it had not been leased; unless it was rescheduled meanwhile."""
    await ctx.db.execute(
        "UPDATE jobs SET leased_until = NULL, due_at = $3, attempts = attempts - 1, error = $4 "
        "WHERE id = $1 AND leased_until = $2",
        job.id,
        job.leased_until,
        until,
        reason,
    )


async def give_back(ctx: Context, jobs: Sequence[Job]) -> None:
    """Make leased jobs due for other workers, as though they had not been leased."""
    await ctx.db.execute(
        "UPDATE jobs j SET leased_until = NULL, attempts = j.attempts - 1 "
        "FROM (SELECT * FROM unnest($1::uuid[], $2::timestamptz[]) AS l(id, leased_until) ORDER BY id) l "
        "WHERE j.id = l.id AND j.leased_until = l.leased_until",
        [job.id for job in jobs],
        [job.leased_until for job in jobs],
    )


async def retry_later(ctx: Context, job: Job, until: datetime | None, error: str) -> None:
    """Record a failure, and run the job again at `until`; None gives it up."""
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


async def find(ctx: Context, *, failed_only: bool, limit: int) -> list[Record]:
    """The queue, those that were given up first, then by when they are due."""
    return await ctx.db.fetch(
        "SELECT id, kind, key, due_at, attempts, leased_until > $3 AS is_leased, error, failed_at FROM jobs "
        "WHERE failed_at IS NOT NULL OR NOT $1 ORDER BY failed_at, due_at, id LIMIT $2",
        failed_only,
        limit,
        ctx.now,
    )


async def count(ctx: Context) -> Record:
    """How many were given up, are overdue, and are still to come."""
    row = await ctx.db.fetchrow(
        "SELECT count(failed_at) AS failed, count(*) FILTER (WHERE failed_at IS NULL AND due_at <= $1) AS due, "
        "count(*) FILTER (WHERE failed_at IS NULL AND due_at > $1) AS planned FROM jobs",
        ctx.now,
    )
    assert row is not None
    return row


async def retry_failed(ctx: Context, job_id: UUID | None) -> int:
    """Make a job that was given up due now, with all its attempts; None does so with every one. Returns how many."""
    rows = await ctx.db.fetch(
        "UPDATE jobs SET due_at = $2, attempts = 0, leased_until = NULL, error = NULL, failed_at = NULL "
        "WHERE failed_at IS NOT NULL AND ($1::uuid IS NULL OR id = $1) RETURNING id",
        job_id,
        ctx.now,
    )
    return len(rows)


_SCHEDULE = """
    INSERT INTO jobs (kind, key, due_at)
    SELECT $1, w.key, w.due_at FROM unnest($2::text[], $3::timestamptz[]) AS w(key, due_at)
    ON CONFLICT (kind, key) DO UPDATE SET due_at = excluded.due_at, data = '{}', attempts = 0,
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
