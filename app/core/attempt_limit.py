"""How often somebody may be wrong before they are no longer listened to for a while."""

from collections import deque
from collections.abc import Hashable
from datetime import datetime, timedelta

from cachetools import LRUCache

_MOST_KEPT = 100_000


class Guesses:
    """Counts, in this process, what was wrong in the last `span` about each thing that may be guessed."""

    def __init__(self, most: int, span: timedelta) -> None:
        self._most, self._span = most, span
        self._missed: LRUCache[Hashable, deque[datetime]] = LRUCache(_MOST_KEPT)

    def wait(self, what: Hashable, now: datetime) -> timedelta | None:
        """How long until one more may be made; None when it may be made now."""
        missed = self._missed.get(what)
        if missed is None or len(missed) < self._most or missed[0] + self._span <= now:
            return None
        return missed[0] + self._span - now

    def miss(self, what: Hashable, now: datetime) -> None:
        if what not in self._missed:
            self._missed[what] = deque(maxlen=self._most)
        self._missed[what].append(now)
