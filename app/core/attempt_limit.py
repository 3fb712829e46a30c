"""Limits failed attempts: after too many within a window, further attempts have to wait."""

from collections import deque
from collections.abc import Hashable
from datetime import datetime, timedelta

from cachetools import LRUCache

_MAX_KEYS = 100_000


class AttemptLimit:
    """Counts failures per key in this process, over a sliding window."""

    def __init__(self, max_failures: int, window: timedelta) -> None:
        self._max_failures, self._window = max_failures, window
        self._failures: LRUCache[Hashable, deque[datetime]] = LRUCache(_MAX_KEYS)

    def retry_after(self, key: Hashable, now: datetime) -> timedelta | None:
        """How long to wait before the next attempt; None where it may be made now."""
        failures = self._failures.get(key)
        if failures is None or len(failures) < self._max_failures or failures[0] + self._window <= now:
            return None
        return failures[0] + self._window - now

    def record_failure(self, key: Hashable, now: datetime) -> None:
        if key not in self._failures:
            self._failures[key] = deque(maxlen=self._max_failures)
        self._failures[key].append(now)
