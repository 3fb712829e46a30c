"""Response times on a small and on a large store, one request after the other, on both in turn."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Any

Log = Callable[[str], Any]
Queries = Mapping[str, Iterator[float]]
"""By name, an endless series of requests: each step sends one and gives its response time in seconds."""


@dataclass(frozen=True)
class Sampling:
    warm_up: int
    samples: int
    turn: int
    """Requests to one store before as many to the other."""

    @property
    def requests(self) -> int:
        return self.warm_up + self.samples


@dataclass(frozen=True)
class ResponseTime:
    """Median milliseconds."""

    name: str
    small: float
    large: float
    full: float | None = None
    """On the large store, where it answers more than the small one."""

    @property
    def ratio(self) -> float:
        return self.large / self.small


def compare(
    small: Queries, large: Queries, sampling: Sampling, log: Log, full: Queries = MappingProxyType({})
) -> list[ResponseTime]:
    """Measure every query on both stores, and those that are `full` on the large one as well."""
    results = []
    for name in small:
        stores = [queries[name] for queries in (small, large, full) if name in queries]
        for _ in range(sampling.warm_up):
            for store in stores:
                next(store)
        seconds: list[list[float]] = [[] for _ in stores]
        for _ in range(sampling.samples // sampling.turn):
            for store, taken in zip(stores, seconds, strict=True):
                taken += [next(store) for _ in range(sampling.turn)]
        result = ResponseTime(name, *(median(taken) * 1e3 for taken in seconds))
        more = f"; {result.full:.2f} ms in full" if result.full is not None else ""
        log(f"{name}: {result.small:.2f} ms, {result.large:.2f} ms, {result.ratio:.2f}{more}")
        results.append(result)
    return results
