"""Response times with a hundred times as many receipts."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import client, load, requests, scaling, search, servers, shop
from benchmarks.client import Connection
from benchmarks.load import LoadedShop
from benchmarks.postgres import Databases
from benchmarks.scaling import Log, Queries, ResponseTime

SMALL = 10_000
"""Receipts in the small store."""
RECEIPTS_PER_CUSTOMER = 20
_SAMPLING = scaling.Sampling(warm_up=60, samples=400, turn=20)


@dataclass(frozen=True)
class Growth:
    small: shop.Scale
    large: shop.Scale
    results: list[ResponseTime]


def with_customers(databases: Databases, receipts: int, log: Log) -> Growth:
    """More customers, each with as many receipts as before."""
    small, large = (shop.Scale(n // RECEIPTS_PER_CUSTOMER, n // 4, n) for n in (SMALL, receipts))
    return _measure(databases, small, large, log)


def with_receipts(databases: Databases, receipts: int, log: Log) -> Growth:
    """As many customers, each with more receipts."""
    customers = receipts // RECEIPTS_PER_CUSTOMER // 10
    small, large = (shop.Scale(customers, SMALL // 4, n) for n in (SMALL, receipts))
    return _measure(databases, small, large, log)


def _measure(databases: Databases, small: shop.Scale, large: shop.Scale, log: Log) -> Growth:
    shops = []
    for scale in (small, large):
        log(f"Loading {scale.customers:,} customers, {scale.receipts:,} receipts")
        shops.append(asyncio.run(load.load(databases.create(), scale)))
    databases.checkpoint()
    asked = requests.searches(shops[0])  # the same in both
    with ExitStack() as stack:
        small_store, large_store = (servers.connect(stack, loaded.dsn) for loaded in shops)
        equal = search.equal_pages(small_store, asked, _SAMPLING)
        results = scaling.compare(
            _queries(small_store, shops[0], equal),
            _queries(large_store, shops[1], equal),
            _SAMPLING,
            log,
            _searches(large_store, asked),
        )
    for loaded in shops:
        databases.drop(loaded.dsn)
    return Growth(small, large, results)


def _queries(connection: Connection, loaded: LoadedShop, searches: dict[str, list[bytes]]) -> Queries:
    def times(templates: list[bytes], number_prefix: str = "") -> Iterator[float]:
        return map(connection.timed, client.Requests(templates, number_prefix).endless())

    return {
        "Timeline": times(requests.timelines(loaded)),
        "Profile": times(requests.profiles(loaded)),
        "Lookup by phone": times(requests.lookups(loaded)),
        **_searches(connection, searches),
        "Receipt of 3 lines": times(requests.receipts(loaded), client.number_prefix(1)),
    }


def _searches(connection: Connection, asked: dict[str, list[bytes]]) -> Queries:
    kinds = zip(*(asked[kind] for kind in ("A family name", "A beginning", "A mistyped name")), strict=False)
    named = {f"Search: {kind[0].lower()}{kind[1:]}": requests_ for kind, requests_ in asked.items()}
    return search.times(connection, {"Search by name": [request for mixed in kinds for request in mixed], **named})
