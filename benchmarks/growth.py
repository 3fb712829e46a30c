"""Does it stay as quick with a hundred times as many receipts? One request after the other, on both stores in turn."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from statistics import median

from benchmarks import client, loading, requests, servers, shop
from benchmarks.client import Connection
from benchmarks.loading import Loaded
from benchmarks.postgres import Databases
from benchmarks.reads import Say

FEWER = 10_000
PER_CUSTOMER = 20
_SAMPLES = 400
_WARM = 60
_TURN = 20
"""Requests to the one store, then as many to the other."""


@dataclass(frozen=True)
class Grown:
    name: str
    few: float
    """Median milliseconds in the small store."""
    many: float

    @property
    def ratio(self) -> float:
        return self.many / self.few


@dataclass(frozen=True)
class Growth:
    small: shop.Scale
    large: shop.Scale
    grown: list[Grown]


def with_customers(databases: Databases, receipts: int, say: Say) -> Growth:
    """As a shop grows: more customers, each with as many receipts as before."""
    small, large = (shop.Scale(n // PER_CUSTOMER, n // 4, n) for n in (FEWER, receipts))
    return _measure(databases, small, large, say)


def with_receipts(databases: Databases, receipts: int, say: Say) -> Growth:
    """The same customers, each with more and more receipts."""
    customers = receipts // PER_CUSTOMER // 10
    small, large = (shop.Scale(customers, FEWER // 4, n) for n in (FEWER, receipts))
    return _measure(databases, small, large, say)


def _measure(databases: Databases, small: shop.Scale, large: shop.Scale, say: Say) -> Growth:
    stores = []
    for scale in (small, large):
        say(f"Loading {scale.customers:,} customers, {scale.receipts:,} receipts")
        stores.append(asyncio.run(loading.load(databases.make(), scale)))
    databases.settle()
    grown = []
    with ExitStack() as stack:
        asked = [_Asked(stack, loaded) for loaded in stores]
        for name in asked[0].each:
            for _ in range(_WARM):
                for one in asked:
                    one.ask(name)
            times: list[list[float]] = [[], []]
            for _ in range(_SAMPLES // _TURN):
                for one, taken in zip(asked, times, strict=True):
                    taken += [one.ask(name) for _ in range(_TURN)]
            few, many = (median(taken) * 1e3 for taken in times)
            grown.append(Grown(name, few, many))
            say(f"{name}: {few:.2f} ms, {many:.2f} ms, {many / few:.2f}")
    for loaded in stores:
        databases.drop(loaded.dsn)
    return Growth(small, large, grown)


class _Asked:
    """One store, its server, and what it is asked."""

    def __init__(self, stack: ExitStack, loaded: Loaded) -> None:
        server = stack.enter_context(servers.running(servers.SERVICE, loaded.dsn))
        self._connection = Connection(server.port)
        stack.callback(self._connection.close)
        searched = requests.searches(loaded)
        mixed = [
            q for three in zip(*(searched[k] for k in ("exact", "prefix", "mistyped")), strict=True) for q in three
        ]
        self.each: dict[str, Iterator[bytes]] = {
            "Timeline": _endless(requests.timelines(loaded)),
            "Profile": _endless(requests.profiles(loaded)),
            "Lookup by phone": _endless(requests.lookups(loaded)),
            "Search by name": _endless(mixed),
            "ReceiptDraft of 3 lines": _endless(requests.receipts(loaded), client.numbers(1)),
        }

    def ask(self, name: str) -> float:
        return self._connection.timed(next(self.each[name]))


def _endless(each: list[bytes], numbers: str = "") -> Iterator[bytes]:
    return client.Requests(each, numbers).endless()
