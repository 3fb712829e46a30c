"""Response times on a small and on a large store, one request after the other, on both in turn."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median
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


@dataclass(frozen=True)
class ResponseTime:
    """Median milliseconds."""

    name: str
    small: float
    large: float

    @property
    def ratio(self) -> float:
        return self.large / self.small


def compare(small: Queries, large: Queries, sampling: Sampling, log: Log) -> list[ResponseTime]:
    """Measure every query on both stores."""
    results = []
    for name in small:
        stores = small[name], large[name]
        for _ in range(sampling.warm_up):
            for store in stores:
                next(store)
        seconds: tuple[list[float], list[float]] = [], []
        for _ in range(sampling.samples // sampling.turn):
            for store, taken in zip(stores, seconds, strict=True):
                taken += [next(store) for _ in range(sampling.turn)]
        result = ResponseTime(name, median(seconds[0]) * 1e3, median(seconds[1]) * 1e3)
        log(f"{name}: {result.small:.2f} ms, {result.large:.2f} ms, {result.ratio:.2f}")
        results.append(result)
    return results
