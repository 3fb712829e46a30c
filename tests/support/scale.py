"""How much the longest tests do: a part of it with each change, all of it by `make test-all`."""

import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")

ALL = os.environ.get("TEST_ALL") == "1"
SEED = os.environ.setdefault("TEST_SEED", f"{datetime.now(UTC):%Y%m%d}")
"""Chooses that part. The day it is, unless it is given, as it is to the processes that share the tests of one run."""


def scaled(part: int, whole: int) -> int:
    """`part` of the work by default, `whole` where all is asked for."""
    return whole if ALL else part


def sampled(items: Sequence[T], share: float) -> list[T]:
    """`share` of the items, in their order, others with each seed; all where all is asked for."""
    if ALL:
        return list(items)
    chosen = set(random.Random(SEED).sample(range(len(items)), round(share * len(items))))
    return [item for n, item in enumerate(items) if n in chosen]
