"""Response times with a hundred times as many receipts."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import client, load, requests, scaling, servers, shop
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
    with ExitStack() as stack:
        searches = requests.searches(shops[0])  # the same in both
        in_small, in_large = (_queries(stack, loaded, searches) for loaded in shops)
        results = scaling.compare(in_small, in_large, _SAMPLING, log)
    for loaded in shops:
        databases.drop(loaded.dsn)
    return Growth(small, large, results)


def _queries(stack: ExitStack, loaded: LoadedShop, searches: dict[str, list[bytes]]) -> Queries:
    server = stack.enter_context(servers.run_server(servers.SERVICE, loaded.dsn))
    connection = Connection(server.port)
    stack.callback(connection.close)

    def times(templates: list[bytes], number_prefix: str = "") -> Iterator[float]:
        return map(connection.timed, client.Requests(templates, number_prefix).endless())

    kinds = zip(*(searches[kind] for kind in ("A family name", "A beginning", "A mistyped name")), strict=True)
    return {
        "Timeline": times(requests.timelines(loaded)),
        "Profile": times(requests.profiles(loaded)),
        "Lookup by phone": times(requests.lookups(loaded)),
        "Search by name": times([search for mixed in kinds for search in mixed]),
        **{f"Search: {kind[0].lower()}{kind[1:]}": times(queries) for kind, queries in searches.items()},
        "Receipt of 3 lines": times(requests.receipts(loaded), client.number_prefix(1)),
    }
