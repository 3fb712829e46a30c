"""Searching for customers in a small and in a large store, by each kind of search term."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import load, requests, scaling, servers, shop
from benchmarks.client import Connection
from benchmarks.load import LoadedShop
from benchmarks.postgres import Databases
from benchmarks.scaling import Log, ResponseTime

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
        small, large = (servers.connect(stack, loaded.dsn) for loaded in shops)
        equal = equal_pages(small, asked, _SAMPLING)
        later = [times(connection, _later_pages(connection, asked)) for connection in (small, large)]
        return scaling.compare(
            times(small, equal) | later[0],
            times(large, equal) | later[1],
            _SAMPLING,
            log,
            times(large, asked),
        )


def equal_pages(small: Connection, asked: dict[str, list[bytes]], sampling: scaling.Sampling) -> dict[str, list[bytes]]:
    """The requests that are sampled, each with a page of what the small store finds: one more on a page is not growth.

    Where it finds nobody, the page is of one.
    """
    return {
        name: [requests.shorter_page(r, max(1, _count(small, r))) for r in requests_[: sampling.requests]]
        for name, requests_ in asked.items()
    }


def times(connection: Connection, asked: Mapping[str, Sequence[bytes]]) -> dict[str, Iterator[float]]:
    return {name: map(connection.timed, itertools.cycle(requests_)) for name, requests_ in asked.items()}


def _count(connection: Connection, request: bytes) -> int:
    return len(json.loads(connection.send(request).body)["items"])


def _later_pages(connection: Connection, asked: Mapping[str, Sequence[bytes]]) -> dict[str, list[bytes]]:
    return {
        f"Page {_PAGES} of {name.lower()}": [_later_page(connection, request) for request in asked[name][:40]]
        for name in ("A name of many", "One or two letters", "A mail domain", "Two words of many")
    }


def _later_page(connection: Connection, request: bytes) -> bytes:
    page = request
    for _ in range(_PAGES - 1):
        cursor = json.loads(connection.send(page).body)["next_cursor"]
        if cursor is None:
            break
        page = requests.next_page(request, cursor)
    return page
