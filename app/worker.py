"""The worker: takes due jobs from the queue and runs them, and looks after what is kept for searches. Any number of
workers may run at once.
"""

import asyncio
import contextlib
import logging
import signal
from contextlib import AbstractAsyncContextManager

from app.core.failures import describe
from app.core.sessions import Sessions
from app.jobs import HANDLERS, UPKEEP
from app.services.kit import job_runner

ACTOR = "worker"
"""The actor that events name."""
log = logging.getLogger("rapport.worker")
_PAUSE = 1.0
"""Seconds between two polls of an empty queue."""
_BETWEEN_UPKEEP = 60.0
"""Seconds between two times that what has nothing to do is looked after."""
_LONGEST_PAUSE = 30.0
"""Seconds, at most, between two attempts to reach a database that does not answer."""

_GRACE, _GIVING_BACK = 2.0, 1.0
"""Seconds that a job has to finish at the end, and to be given back: container engines kill after ten in all."""


async def run_until_signalled(opening: AbstractAsyncContextManager[Sessions]) -> None:
    """Run jobs until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opening as sessions:
        await run(sessions, stop)


async def run(sessions: Sessions, stop: asyncio.Event, pause: float = _PAUSE) -> None:
    """Run due jobs until `stop` is set; a job that was begun then has two seconds to finish, or is done again later."""
    jobs = asyncio.create_task(_run_jobs(sessions, stop, pause))
    try:
        await stop.wait()
        await asyncio.wait({jobs}, timeout=_GRACE)
    finally:
        jobs.cancel()
        await asyncio.wait({jobs}, timeout=_GIVING_BACK)


async def _run_jobs(sessions: Sessions, stop: asyncio.Event, pause: float) -> None:
    now = asyncio.get_running_loop().time
    wait, upkeep_at = pause, now()
    while not stop.is_set():
        try:
            busy = await job_runner.run_due(sessions, HANDLERS, stop=stop) > 0
            if now() >= upkeep_at and not stop.is_set():
                has_more = await _keep_up(sessions)
                upkeep_at = now() + (0.0 if has_more else _BETWEEN_UPKEEP)
                busy = busy or has_more
            wait = 0.0 if busy else pause
        except Exception as error:  # the database is restarting or being moved: it will be back
            log.warning("Running due jobs failed: %s", describe(error))
            wait = min(max(wait, pause) * 2, _LONGEST_PAUSE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)


async def _keep_up(sessions: Sessions) -> bool:
    """Whether there is more to do at once. What fails waits for its next turn, and keeps no job waiting."""
    has_more = False
    for work in UPKEEP:
        try:
            has_more |= await sessions.write(work)
        except Exception as error:
            log.warning("%s failed: %s", work.__name__, describe(error))
    return has_more
