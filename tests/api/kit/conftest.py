"""What tests of many requests at once need."""

import asyncpg
import pytest

from app.core.database import RETRYABLE


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A transaction that the database ended because of a deadlock is not run again: its request fails."""
    others = tuple(error for error in RETRYABLE if error is not asyncpg.DeadlockDetectedError)
    assert len(others) == len(RETRYABLE) - 1
    monkeypatch.setattr("app.core.sessions.RETRYABLE", others)
