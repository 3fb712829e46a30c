"""The application under test: its clock, its settings, the admin's key, and the types of what the fixtures hand out."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from app.core.sessions import Sessions
from app.core.settings import Settings

ADMIN_KEY = "rapport_the_admin_key_of_all_the_tests"

Keys = Callable[..., Awaitable[httpx.AsyncClient]]
MakeApp = Callable[..., Awaitable[FastAPI]]
Connect = Callable[..., httpx.AsyncClient]
NewSessions = Callable[[], Sessions]
Worker = Callable[..., Awaitable[int]]


class TestClock:
    """What time it is: always the same, until a test lets some pass."""

    __test__ = False
    START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __init__(self) -> None:
        self.now = self.START

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float = 1) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


def plain_settings(**changed: Any) -> Settings:
    return Settings(
        _env_file=None, **{"rate_limit": 0, "answer_rate_limit": 0, "wrong_key_limit": 0, "sample": False, **changed}
    )
