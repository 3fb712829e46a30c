"""Finding a customer among very many, by all that people type."""

import asyncio
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks import loading, requests, servers, shop
from benchmarks.client import Connection
from benchmarks.postgres import Databases
from benchmarks.reads import Say

_SAMPLES = 200
_WARM = 20


@dataclass(frozen=True)
class Searched:
    kind: str
    middle: float
    """Milliseconds; half of the requests took longer."""
    slow: float
    """One in twenty took longer."""


def measure(databases: Databases, customers: int, say: Say) -> list[Searched]:
    say(f"Loading {customers:,} customers")
    loaded = asyncio.run(loading.load(databases.make(), shop.Scale(customers, 0, 0)))
    databases.settle()
    found = []
    with servers.running(servers.SERVICE, loaded.dsn) as service:
        connection = Connection(service.port)
        for kind, each in requests.searches(loaded).items():
            times = [connection.timed(request) * 1e3 for request in each[: _WARM + _SAMPLES]][_WARM:]
            found.append(Searched(kind, median(times), quantiles(times, n=20)[-1]))
            say(f"Search, {kind}: {found[-1].middle:.1f} ms, {found[-1].slow:.1f} ms")
        connection.close()
    databases.drop(loaded.dsn)
    return found
