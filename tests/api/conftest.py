"""What tests need that go past HTTP: transactions as the service opens them, and the worker's round."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import pytest

from app.core.database import Database
from app.core.sessions import Sessions
from app.core.settings import Settings
from app.jobs import HANDLERS
from app.reactions import REACTIONS
from app.services.kit import job_runner
from tests.support.application import NewSessions, TestClock, Worker


@pytest.fixture
def sessions(app: Any, admin_id: UUID) -> Sessions:
    """On the connections of the application."""
    service = app.state.service
    return Sessions(
        service.database, admin_id, "tests", frozenset({"admin"}), b"k" * 32, "GB", service.clock, REACTIONS
    )


@pytest.fixture
async def new_sessions(empty_database: str, clock: TestClock) -> AsyncIterator[NewSessions]:
    """Makes sessions with connections of their own, as another process has them."""
    settings = Settings(_env_file=None, database_url=empty_database, pool_size=2)
    async with AsyncExitStack() as stack:

        def make() -> Sessions:
            database = Database(empty_database, settings)
            stack.push_async_callback(database.close)
            return Sessions(database, UUID(int=0), "worker", frozenset({"admin"}), b"k" * 32, "GB", clock, REACTIONS)

        yield make


@pytest.fixture
def work(new_sessions: NewSessions) -> Worker:
    """Does what is due by the tests' clock until nothing is; says how much it was."""

    async def until_idle(most: int = 10_000) -> int:
        worker, total = new_sessions(), 0
        while done := await job_runner.run_due(worker, HANDLERS):
            total += done
            assert total <= most, "the worker goes round in circles"
        return total

    return until_idle
