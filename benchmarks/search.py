"""Searching for customers in a small and in a large store, by each kind of search term."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import load, requests, scaling, servers, shop
from benchmarks.client import Connection
from benchmarks.load import LoadedShop
from benchmarks.postgres import Databases
from benchmarks.scaling import Log, Queries, ResponseTime

SMALL = 10_000
"""Customers in the small store."""
_SAMPLING = scaling.Sampling(warm_up=40, samples=200, turn=20)
_PAGES = 5
"""The page that is asked for where it is not the first."""


@dataclass(frozen=True)
class Searches:
    small: int
    large: int
    results: list[ResponseTime]


def measure(databases: Databases, customers: int, log: Log) -> Searches:
    shops = []
    for count in (SMALL, customers):
        log(f"Loading {count:,} customers")
        shops.append(asyncio.run(load.load(databases.create(), shop.Scale(count, 0, 0))))
    databases.checkpoint()
    results = compare(shops, log)
    for loaded in shops:
        databases.drop(loaded.dsn)
    return Searches(SMALL, customers, results)


def compare(shops: Sequence[LoadedShop], log: Log) -> list[ResponseTime]:
    """The same searches, of customers of the first store, in both."""
    asked = requests.searches(shops[0])
    with ExitStack() as stack:
        small, large = (_queries(stack, loaded.dsn, asked) for loaded in shops)
        return scaling.compare(small, large, _SAMPLING, log)


def _queries(stack: ExitStack, dsn: str, asked: dict[str, list[bytes]]) -> Queries:
    server = stack.enter_context(servers.run_server(servers.SERVICE, dsn))
    connection = Connection(server.port)
    stack.callback(connection.close)

    def times(requests_: list[bytes]) -> Iterator[float]:
        return map(connection.timed, itertools.cycle(requests_))

    later = {
        f"Page {_PAGES} of {name.lower()}": times([_later_page(connection, request) for request in asked[name][:40]])
        for name in ("A name of many", "One or two letters", "A mail domain", "Two words of many")
    }
    return {name: times(requests_) for name, requests_ in asked.items()} | later


def _later_page(connection: Connection, request: bytes) -> bytes:
    page = request
    for _ in range(_PAGES - 1):
        cursor = json.loads(connection.send(page).body)["next_cursor"]
        if cursor is None:
            break
        page = requests.next_page(request, cursor)
    return page
