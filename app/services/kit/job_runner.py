"""Runs the jobs that are due: the worker's side of the queue."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

from app.core.context import Context
from app.core.errors import Unavailable
from app.core.sessions import Sessions
from app.store.kit import jobs as store
from app.store.kit.jobs import Job

Handler = Callable[[Context, Job], Awaitable[None]]
LEASE = timedelta(seconds=60)
"""How long a worker may take for the jobs that it leased. After that, another worker may lease them."""
MOST_ATTEMPTS = 10
_FIRST_PAUSE = timedelta(seconds=5)
_CHUNK = 20
log = logging.getLogger("rapport.worker")


async def run_due(sessions: Sessions, handlers: Mapping[str, Handler], count: int = _CHUNK) -> int:
    """Lease up to `count` due jobs, run each in a transaction of its own, and return how many were leased."""
    leased = await sessions.write(partial(store.lease, count=count, duration=LEASE))
    for job in leased:
        await _run(sessions, handlers, job)
    return len(leased)


async def _run(sessions: Sessions, handlers: Mapping[str, Handler], job: Job) -> None:
    async def work(ctx: Context) -> None:
        await handlers[job.kind](ctx, job)
        await store.complete(ctx, job)

    try:
        await sessions.write(work)
    except (Unavailable, OSError):  # no database: the lease expires, and the job is leased again
        raise
    except Exception as error:
        log.exception("Job %s %s failed, attempt %d", job.kind, job.key, job.attempts)
        await sessions.write(partial(_retry_later, job=job, error=type(error).__name__))


async def _retry_later(ctx: Context, job: Job, error: str) -> None:
    last = job.attempts >= MOST_ATTEMPTS
    until = None if last else ctx.now + _FIRST_PAUSE * 2 ** (job.attempts - 1)
    await store.retry_later(ctx, job, until, error)
