"""The windows that a search looks into: every number is in one of them, whichever way it goes."""

import json
from itertools import pairwise
from random import Random

import pytest

from app.store.customers.windows import SURE, Ahead, Window, ahead

_SIZES = [512, 4_096, 32_768, 262_144, 2_097_152]


def ways(found: Ahead) -> list[list[Window]]:
    narrow, wide = found.windows[: found.narrow], found.windows[found.narrow :]
    return [narrow, narrow[: found.fork] + wide] if wide else [narrow]


def covered(window: Window) -> list[tuple[int, int]]:
    """Ranges of numbers from one up to another, lowest first."""
    assert window.blocks is not None
    blocks = json.loads(window.blocks.translate(str.maketrans("{}", "[]")))
    return sorted((block // 8 * _SIZES[block % 8], (block // 8 + 1) * _SIZES[block % 8]) for block in blocks)


def is_whole(way: list[Window], below: int, end: int) -> bool:
    """Whether the windows have all numbers from `end` up to `below` once, newest first."""
    expected = None
    for window in way:
        ranges = covered(window)
        for (_, above), (lowest, _) in pairwise(ranges):
            if above != lowest:
                return False
        if ranges[0][0] != window.lowest or (expected is not None and ranges[-1][1] != expected):
            return False
        if expected is None and not ranges[0][0] < below <= ranges[-1][1]:
            return False
        expected = window.lowest
    return expected == end


@pytest.mark.parametrize("most", [600, 5_000, 10_000, 60_000, 1_000_000, 20_000_000])
def test_all_numbers_are_in_one_window_of_each_way(most: int) -> None:
    random = Random(most)
    for below in [1, 2, 512, 513, most, *(random.randrange(1, most) for _ in range(300))]:
        found = ahead(below)
        assert all(is_whole(way, below, 0) for way in ways(found)), below
        end = random.choice([window.lowest for window in found.windows])
        assert all(is_whole(way, below, end) for way in ways(ahead(below, end))), (below, end)


@pytest.mark.parametrize("below", [501, 100_001, 200_001, 1_000_001])
def test_words_alone_are_asked_for_where_a_last_window_has_most_numbers(below: int) -> None:
    found = ahead(below, is_all=True)
    for window, usual in zip(found.windows, ahead(below).windows, strict=True):
        has_most = not window.lowest and 2 * window.above > below
        assert window == (usual._replace(blocks=None) if has_most else usual)
    assert found.windows[-1].blocks is None
    assert all(window.blocks for window in ahead(below).windows)


@pytest.mark.parametrize(
    ("below", "narrow", "rare"), [(501, 1, 1), (10_001, 3, 3), (100_001, 4, 3), (1_000_001, 7, 4), (10_000_001, 9, 6)]
)
def test_there_are_few(below: int, narrow: int, rare: int) -> None:
    ways_ = ways(ahead(below))
    assert (len(ways_[0]), len(ways_[-1])) == (narrow, rare)


def test_a_small_store_is_looked_through_whatever_time_it_takes() -> None:
    for below in (2, 600, SURE, SURE + 1):
        found = ahead(below)
        assert found.sure == found.narrow
    large = ahead(1_000_000)
    assert large.fork < large.sure < large.narrow
    assert large.windows[large.sure - 1].lowest <= 1_000_000 - SURE < large.windows[large.sure - 2].lowest
