"""`rapport worker`: a process that runs jobs and answers no requests."""

import asyncio

from app.cli import runtime
from app.cli.console import load_settings, open_database


def run_worker() -> None:
    """Run due jobs (escalations, recalculations under new policies) until stopped. Several may run at once."""
    from app import worker

    settings = load_settings()
    with runtime.stopped_by_signals(), open_database(settings) as dsn:
        runtime.migrate(settings, dsn)
        asyncio.run(worker.run_until_signalled(runtime.sessions(settings, dsn, worker.ACTOR)))
