"""The queue of jobs, as operators see it."""

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.store.kit import jobs as store


@dataclass(frozen=True, slots=True)
class Queue:
    failed: int
    due: int
    planned: int
    jobs: list[Record]


async def find(ctx: Context, *, failed_only: bool, limit: int) -> Queue:
    counts = await store.count(ctx)
    jobs = await store.find(ctx, failed_only=failed_only, limit=limit)
    return Queue(counts["failed"], counts["due"], counts["planned"], jobs)


async def retry(ctx: Context, job_id: UUID | None) -> int:
    """Run a job again that was given up, or all of them; returns how many. Raises NotFound."""
    count = await store.retry_failed(ctx, job_id)
    if job_id is not None and not count:
        raise NotFound("No job with this id was given up")
    return count
