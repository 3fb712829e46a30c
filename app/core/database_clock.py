"""The database's time. The host of this process may be a day ahead or an hour behind: its own clock is never asked."""

import time
from datetime import datetime, timedelta
from typing import Any

_MAX_AGE = 30.0
"""Seconds after which the next statement is preceded by another measurement."""
# Unlike CLOCK_MONOTONIC it also runs while a laptop or a virtual machine sleeps.
_STEADY_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class DatabaseClock:
    """Measured now and then on a connection that is in use anyway; a steady clock counts on from there."""

    def __init__(self) -> None:
        self._start: datetime | None = None
        """The database's time when the steady clock was at zero."""
        self._measured_at = 0.0
        self._measuring = False

    def now(self) -> datetime:
        assert self._start is not None, "no connection has been used yet"
        return self._start + timedelta(seconds=_steady())

    def is_due(self) -> bool:
        return self._start is None or (not self._measuring and _steady() - self._measured_at > _MAX_AGE)

    async def measure(self, connection: Any) -> None:
        self._measuring = True
        try:
            asked = _steady()
            told: datetime = await connection.fetchval("SELECT clock_timestamp()")
            answered = _steady()
        finally:
            self._measuring = False
        # It was that time at some moment in between. A measurement that agrees with the last one changes nothing, so
        # that the time neither jumps nor runs backwards because a packet was slow.
        earliest, latest = told - timedelta(seconds=answered), told - timedelta(seconds=asked)
        if self._start is None:
            self._start = earliest + (latest - earliest) / 2
        self._start = min(max(self._start, earliest), latest)
        self._measured_at = answered


def _steady() -> float:
    return time.clock_gettime(_STEADY_CLOCK)
