"""The worker: does what falls due, as long as it runs. Any number of them may run beside each other."""

import asyncio
import contextlib
import logging
import signal
from contextlib import AbstractAsyncContextManager

from app.core.sessions import Sessions
from app.services.kit import job_runner

ACTOR = "worker"
"""As events show it."""
log = logging.getLogger("rapport.worker")
_PAUSE = 1.0
"""Seconds between looks at an empty queue."""
_LONGEST_PAUSE = 30.0


async def until_told(opened: AbstractAsyncContextManager[Sessions]) -> None:
    """Run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened as sessions:
        await run(sessions, stop)


async def run(sessions: Sessions, stop: asyncio.Event, pause: float = _PAUSE) -> None:
    """Until `stop` is set: take what is due, and do it; a job that was begun is finished."""
    wait = pause
    while not stop.is_set():
        try:
            busy = await job_runner.run_due(sessions) > 0
            wait = 0.0 if busy else pause
        except Exception as error:  # the database is away, or being moved: it will be back
            log.warning("worker: %s", type(error).__name__)
            wait = min(max(wait, pause) * 2, _LONGEST_PAUSE)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), wait)
