"""Searching for customers in a large store, by each kind of search term."""

import asyncio
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks import load, requests, servers, shop
from benchmarks.client import Connection
from benchmarks.postgres import Databases
from benchmarks.scaling import Log

_SAMPLES = 200
_WARM_UP = 20


@dataclass(frozen=True)
class SearchTime:
    """Milliseconds."""

    kind: str
    median: float
    percentile_95: float


def measure(databases: Databases, customers: int, log: Log) -> list[SearchTime]:
    log(f"Loading {customers:,} customers")
    loaded = asyncio.run(load.load(databases.create(), shop.Scale(customers, 0, 0)))
    databases.checkpoint()
    results = []
    with servers.run_server(servers.SERVICE, loaded.dsn) as service:
        connection = Connection(service.port)
        for kind, queries in requests.searches(loaded).items():
            times = [connection.timed(request) * 1e3 for request in queries[: _WARM_UP + _SAMPLES]][_WARM_UP:]
            result = SearchTime(kind, median(times), quantiles(times, n=20)[-1])
            log(f"Search, {kind}: {result.median:.1f} ms, {result.percentile_95:.1f} ms")
            results.append(result)
        connection.close()
    databases.drop(loaded.dsn)
    return results
