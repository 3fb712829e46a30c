"""What there is to do, done: the worker's side of the queue."""

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
"""So long a worker has for what it took; when it dies, another one takes it after that."""
MOST_ATTEMPTS = 10
_FIRST_PAUSE = timedelta(seconds=5)
_CHUNK = 20
log = logging.getLogger("rapport.worker")


async def run_due(sessions: Sessions, handlers: Mapping[str, Handler], count: int = _CHUNK) -> int:
    """Take up to `count` jobs that are due and do each in a transaction of its own; gives how many were taken."""
    taken = await sessions.write(partial(store.lease, count=count, duration=LEASE))
    for job in taken:
        await _do(sessions, handlers, job)
    return len(taken)


async def _do(sessions: Sessions, handlers: Mapping[str, Handler], job: Job) -> None:
    async def work(ctx: Context) -> None:
        await handlers[job.kind](ctx, job)
        await store.done(ctx, job)

    try:
        await sessions.write(work)
    except (Unavailable, OSError):  # the database is away: the lease runs out, and the job is taken again
        raise
    except Exception as error:
        log.exception("job %s %s failed, attempt %d", job.kind, job.key, job.attempts)
        await sessions.write(partial(_retry_later, job=job, error=type(error).__name__))


async def _retry_later(ctx: Context, job: Job, error: str) -> None:
    last = job.attempts >= MOST_ATTEMPTS
    until = None if last else ctx.now + _FIRST_PAUSE * 2 ** (job.attempts - 1)
    await store.retry_later(ctx, job, until, error)
