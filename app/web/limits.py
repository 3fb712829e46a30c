"""How many requests a key may make, and how it is told: draft-ietf-httpapi-ratelimit-headers-11."""

import math
import time
from uuid import UUID

from cachetools import LRUCache

from app.core.errors import TooManyRequests

_WINDOW = 60


class RateLimit:
    """A token bucket for every key, in this worker: `limit` requests a minute, refilled steadily."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buckets: LRUCache[UUID, tuple[float, float]] = LRUCache(10_000)
        self._policy = f'"default";q={limit};w={_WINDOW}'.encode()

    def spend(self, key_id: UUID) -> list[tuple[bytes, bytes]]:
        """Take one request; answers with the headers that tell what is left. 429 when nothing is."""
        if not self._limit:
            return []
        now, rate = time.monotonic(), self._limit / _WINDOW
        left, since = self._buckets.get(key_id, (float(self._limit), now))
        left = min(float(self._limit), left + (now - since) * rate)
        if left < 1:
            self._buckets[key_id] = (left, now)
            wait = math.ceil((1 - left) / rate)
            state = f'"default";r=0;t={wait}'
            raise TooManyRequests(
                headers={"Retry-After": str(wait), "RateLimit-Policy": self._policy.decode(), "RateLimit": state}
            )
        self._buckets[key_id] = (left - 1, now)
        refill = math.ceil((self._limit - left + 1) / rate)
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", b'"default";r=%d;t=%d' % (left - 1, refill))]
