"""Rate limits, and the headers that report them (draft-ietf-httpapi-ratelimit-headers-11)."""

import math
import time
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address

from cachetools import LRUCache
from starlette.types import Scope

from app.core.errors import TooManyRequests

_WINDOW = 60
_MAX_BUCKETS = 10_000


class RateLimit:
    """A token bucket for each key or address, in this process: `limit` requests a minute, refilled steadily."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buckets: LRUCache[Hashable, tuple[float, float]] = LRUCache(_MAX_BUCKETS)
        self._policy = f'"default";q={limit};w={_WINDOW}'.encode()

    def is_spent(self, client: Hashable) -> bool:
        """Whether the next request would be refused."""
        tokens, updated_at = self._buckets.get(client, (1.0, 0.0))
        return bool(self._limit) and tokens + (time.monotonic() - updated_at) * self._limit / _WINDOW < 1

    def spend(self, client: Hashable) -> list[tuple[bytes, bytes]]:
        """Count one request; returns the headers that report what remains. Raises TooManyRequests."""
        if not self._limit:
            return []
        now, refill_rate = time.monotonic(), self._limit / _WINDOW
        tokens, updated_at = self._buckets.get(client, (float(self._limit), now))
        tokens = min(float(self._limit), tokens + (now - updated_at) * refill_rate)
        if tokens < 1:
            self._buckets[client] = (tokens, now)
            wait = math.ceil((1 - tokens) / refill_rate)
            state = f'"default";r=0;t={wait}'
            raise TooManyRequests(
                headers={"Retry-After": str(wait), "RateLimit-Policy": self._policy.decode(), "RateLimit": state}
            )
        self._buckets[client] = (tokens - 1, now)
        full_in = math.ceil((self._limit - tokens + 1) / refill_rate)
        return [(b"ratelimit-policy", self._policy), (b"ratelimit", b'"default";r=%d;t=%d' % (tokens - 1, full_in))]


def address(scope: Scope) -> str:
    """The client's address; of IPv6 its /64 network, since one household or server has all addresses of it."""
    host: str = (scope.get("client") or ("", 0))[0]
    try:
        parsed = ip_address(host)
    except ValueError:
        return host
    if not isinstance(parsed, IPv6Address):
        return host
    return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
