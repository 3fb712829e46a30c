"""The windows that a search looks into: every number is in one of them, whichever way it goes."""

import json
from itertools import pairwise
from random import Random

import pytest

from app.store.customers.windows import (
    SURE,
    Ahead,
    Rest,
    Window,
    ahead,
    among,
    block_of,
    lowest_of,
    without_overlaps,
)

_SIZES = [512, 4_096, 32_768, 262_144, 2_097_152]


def ways(found: Ahead) -> list[list[Window]]:
    narrow, wide = list(found.windows[: found.narrow]), list(found.windows[found.narrow :])
    return [narrow, [*narrow[: found.fork], *wide]] if wide else [narrow]


def covered(window: Window) -> list[tuple[int, int]]:
    """Ranges of numbers from one up to another, lowest first; a block may go beyond the window, which ends it."""
    if window.blocks is None:
        return [(window.lowest, window.above)]
    blocks = json.loads(window.blocks.translate(str.maketrans("{}", "[]")))
    ranges = sorted((block // 8 * _SIZES[block % 8], (block // 8 + 1) * _SIZES[block % 8]) for block in blocks)
    return [(lowest, min(above, window.above)) for lowest, above in ranges]


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
        for rest in Rest:
            assert all(is_whole(way, below, 0) for way in ways(ahead(below, rest=rest))), (below, rest)
        found = ahead(below)
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


@pytest.mark.parametrize("below", [513, 767, 768, 1_025, 1_000_001, 1_000_192])
def test_the_first_window_has_not_only_the_newest_few(below: int) -> None:
    (lowest, above), *_ = covered(ahead(below).windows[0])
    assert 256 <= below - lowest <= 767
    assert above in (lowest + 512, lowest + 1_024)


def test_a_small_store_is_looked_through_whatever_time_it_takes() -> None:
    for below in (2, 600, SURE, SURE + 1):
        found = ahead(below)
        assert found.sure == found.narrow
    large = ahead(1_000_000)
    assert large.fork < large.sure < large.narrow
    assert large.windows[large.sure - 1].lowest <= 1_000_000 - SURE < large.windows[large.sure - 2].lowest


@pytest.mark.parametrize("rest", [Rest.RARE, Rest.RARE_PARTS])
@pytest.mark.parametrize("below", [1, 513, 9_000, 100_001, 1_000_001, 20_000_001])
def test_what_is_rare_takes_two_windows_if_there_are_few(below: int, rest: Rest) -> None:
    """One of the newest, and one of all others; else as many as usual."""
    found = ahead(below, rest=rest)
    wide = found.windows[found.narrow :]
    assert len(wide) == (below > 5_120) and found.fork == 1
    assert all(window.lowest == 0 and window.above == found.windows[0].lowest for window in wide)
    assert all(window.blocks for window in found.windows[: found.narrow])
    assert all((window.blocks is None) == (rest is Rest.RARE) for window in wide)


@pytest.mark.parametrize(("below", "wide"), [(5_000, []), (200_001, [0]), (1_000_001, [950_272, 0])])
def test_some_of_the_newest_are_looked_into_before_a_list_that_may_be_long(below: int, wide: list[int]) -> None:
    found = ahead(below, rest=Rest.RARE_TOGETHER)
    assert [window.lowest for window in found.windows[found.narrow :]] == wide and found.fork == 1
    assert [window.blocks is None for window in found.windows[found.narrow :]] == [not lowest for lowest in wide]


@pytest.mark.parametrize("below", [770, 9_000, 100_001, 1_000_001])
def test_the_way_ends_after_two_windows_where_sets_tell_the_rest(below: int) -> None:
    found = ahead(below, rest=Rest.SETS)
    assert len(found.windows) == found.narrow and found.fork == 2
    assert found.windows[1].lowest % 4_096 == 0


@pytest.mark.parametrize("wanted", [1, 21, 400])
def test_scattered_blocks_are_looked_into_newest_first(wanted: int) -> None:
    random = Random(3)
    numbers = random.sample(range(0, 1_000_000, 512), 1_000)
    blocks = [block_of(number, 0) for number in numbers if number >= 32_768] + [block_of(0, 1), block_of(4_096, 1)]
    found = among(random.sample(blocks, len(blocks)), 1_000_000, wanted)
    looked_into = [range_ for window in found.windows for range_ in reversed(covered(window))]
    assert sorted(looked_into) == sorted((lowest_of(block), lowest_of(block) + _SIZES[block % 8]) for block in blocks)
    assert looked_into == sorted(looked_into, reverse=True) and found.windows[-1].lowest == 0
    assert all(window.lowest == covered(window)[0][0] for window in found.windows[:-1])
    assert len(covered(found.windows[0])) == min(wanted + 4, 64)


def test_scattered_blocks_end_where_others_follow() -> None:
    found = among([block_of(number, 0) for number in (40_960, 65_536)], 131_072, 1, 32_768)
    assert [(window.lowest, window.above) for window in found.windows] == [(32_768, 131_072)]


def test_no_block_is_in_another_one() -> None:
    """Else numbers of the larger one that are below a window of the smaller one would be looked into by nobody."""
    small, medium, large = block_of(66_000, 0), block_of(66_000, 1), block_of(66_000, 2)
    others = [block_of(1, 0), block_of(140_000, 1)]
    assert sorted(without_overlaps([small, medium, *others, small])) == sorted([medium, *others])
    assert sorted(without_overlaps([small, medium, large, *others])) == sorted([large, *others])
    assert without_overlaps([]) == []
