"""How many requests somebody may make, and how they are told: draft-ietf-httpapi-ratelimit-headers-11."""

import math
import time
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address

from cachetools import LRUCache
from starlette.types import Scope

from app.core.errors import TooManyRequests

_WINDOW = 60


class RateLimit:
    """A token bucket for every key or address, in this worker: `limit` requests a minute, refilled steadily."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buckets: LRUCache[Hashable, tuple[float, float]] = LRUCache(10_000)
        self._policy = f'"default";q={limit};w={_WINDOW}'.encode()

    def spend(self, who: Hashable) -> list[tuple[bytes, bytes]]:
        """Take one request; answers with the headers that tell what is left. 429 when nothing is."""
        if not self._limit:
            return []
        now, rate = time.monotonic(), self._limit / _WINDOW
        left, since = self._buckets.get(who, (float(self._limit), now))
        left = min(float(self._limit), left + (now - since) * rate)
        if left < 1:
            self._buckets[who] = (left, now)
            wait = math.ceil((1 - left) / rate)
            state = f'"default";r=0;t={wait}'
            raise TooManyRequests(
                headers={"Retry-After": str(wait), "RateLimit-Policy": self._policy.decode(), "RateLimit": state}
            )
        self._buckets[who] = (left - 1, now)
        refill = math.ceil((self._limit - left + 1) / rate)
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", b'"default";r=%d;t=%d' % (left - 1, refill))]


def address(scope: Scope) -> str:
    """Where a request comes from. Of IPv6 the network: one household or server has all addresses of a /64."""
    host = (scope.get("client") or ("", 0))[0]
    try:
        parsed = ip_address(host)
    except ValueError:
        return host
    if not isinstance(parsed, IPv6Address):
        return host
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
