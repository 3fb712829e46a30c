"""A line in the log for each answer 503: which request, what failed, and where to look further."""

import asyncio
import logging
import time
from collections.abc import Mapping
from typing import Any

from app.core.failures import describe, sqlstate

log = logging.getLogger("rapport.unavailable")
_WINDOW = 10.0
"""Seconds."""
_MAX_LINES = 50
"""Lines in a window: a database that is away turns every request into one. The others are counted."""


class UnavailabilityLog:
    def __init__(self, database_log: str | None = None) -> None:
        """`database_log` is the file that the embedded database writes its own log to."""
        self._database_log = database_log
        self._window_ends_at = 0.0
        self._lines = self._omitted = 0

    def record(self, scope: Mapping[str, Any], request_id: str, error: BaseException) -> None:
        if (now := time.monotonic()) >= self._window_ends_at:
            self._window_ends_at, self._lines = now + _WINDOW, 0
        self._lines += 1
        if self._lines > _MAX_LINES:
            self._count(now)
            return
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "operation": getattr(scope.get("route"), "name", None),
            "reason": describe(error),
            "detail": getattr(error, "detail", None) if sqlstate(error) is None else None,
            "sqlstate": sqlstate(error),
            "database_log": self._database_log,
        }
        present = {name: value for name, value in fields.items() if value is not None}
        log.warning("Answered 503: %s", describe(error), extra={"fields": present})

    def _count(self, now: float) -> None:
        if not self._omitted:
            asyncio.get_running_loop().call_later(self._window_ends_at - now, self._report_omitted)
        self._omitted += 1

    def _report_omitted(self) -> None:
        count, self._omitted = self._omitted, 0
        log.warning("Answered 503 %d more times in %g s", count, _WINDOW, extra={"fields": {"omitted": count}})
