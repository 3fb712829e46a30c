"""Runs the jobs that are due: the worker's side of the queue."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial

import asyncpg

from app.core.context import Context
from app.core.database import problem_for
from app.core.errors import Unavailable
from app.core.failures import describe
from app.core.sessions import Sessions
from app.store.kit import jobs as store
from app.store.kit.jobs import Job

Handler = Callable[[Context, Job], Awaitable[None]]
LEASE = timedelta(seconds=60)
"""How long a worker may take for the jobs that it leased. After that, another worker may lease them."""
MOST_ATTEMPTS = 10
_FIRST_PAUSE = timedelta(seconds=5)
_CONGESTION_PAUSE = timedelta(seconds=5)
_UNKNOWN_KIND_PAUSE = timedelta(minutes=1)
_CHUNK = 20
log = logging.getLogger("rapport.worker")


def in_turn(*handlers: Handler) -> Handler:
    """What several domains do for one kind of job, in one transaction."""

    async def handle(ctx: Context, job: Job) -> None:
        for handler in handlers:
            await handler(ctx, job)

    return handle


async def run_due(
    sessions: Sessions, handlers: Mapping[str, Handler], count: int = _CHUNK, stop: asyncio.Event | None = None
) -> int:
    """Lease up to `count` due jobs, run each in a transaction of its own, and return how many were leased.

    Those that were not begun when `stop` is set, and those that were not finished when this is cancelled, are given
    back.
    """
    leased = await sessions.write(partial(store.lease, count=count, duration=LEASE))
    remaining = list(leased)
    try:
        while remaining and (stop is None or not stop.is_set()):
            await _run(sessions, handlers, remaining[0])
            remaining.pop(0)
    except asyncio.CancelledError:
        await sessions.write(partial(store.give_back, jobs=remaining))
        raise
    if remaining:
        await sessions.write(partial(store.give_back, jobs=remaining))
    return len(leased)


async def _run(sessions: Sessions, handlers: Mapping[str, Handler], job: Job) -> None:
    if job.kind not in handlers:  # a newer version runs beside this one, and knows what to do
        log.warning("Job %s %s is of a kind that this version does not know", job.kind, job.key)
        await _put_back(sessions, job, _UNKNOWN_KIND_PAUSE, "UnknownKind")
        return

    async def work(ctx: Context) -> None:
        await handlers[job.kind](ctx, job)
        await store.complete(ctx, job)

    try:
        await sessions.write(work)
    except Exception as error:
        if _is_congestion(error):  # without a database this fails too: the lease expires, and the job is leased again
            await _put_back(sessions, job, _CONGESTION_PAUSE, describe(error))
            log.warning("Job %s %s has to wait: %s", job.kind, job.key, describe(error))
        else:
            await _record_failure(sessions, job, error)


def _is_congestion(error: Exception) -> bool:
    """Whether the database or a lock was not to be had, which says nothing about the job."""
    if isinstance(error, asyncpg.QueryCanceledError):  # a statement that takes too long does so every time
        return False
    return isinstance(error, Unavailable) or isinstance(problem_for(error), Unavailable)


async def _put_back(sessions: Sessions, job: Job, pause: timedelta, error: str) -> None:
    await sessions.write(lambda ctx: store.put_back(ctx, job, ctx.now + pause, error))


async def _record_failure(sessions: Sessions, job: Job, error: Exception) -> None:
    is_last = job.attempts >= MOST_ATTEMPTS
    pause = _FIRST_PAUSE * 2 ** (job.attempts - 1)
    await sessions.write(lambda ctx: store.retry_later(ctx, job, None if is_last else ctx.now + pause, describe(error)))
    if is_last:
        log.error(
            "Job %s %s has failed %d times and is given up: %s. `rapport jobs list` shows it, `rapport jobs retry` "
            "runs it again",
            job.kind,
            job.key,
            job.attempts,
            describe(error),
            exc_info=error,
        )
    else:
        log.warning("Job %s %s failed, attempt %d: %s", job.kind, job.key, job.attempts, describe(error))
