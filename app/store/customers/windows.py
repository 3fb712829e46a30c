"""The windows that a search looks into: numbers of customers, newest first, as the blocks that the index has."""

from collections.abc import Collection, Sequence
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

SURE = 10_000
"""How many numbers a look goes through whatever time it takes: all customers of a small store, whose pages are full."""
_SMALLEST, _FACTOR, _LEVELS = 9, 3, 5
"""Powers of two: the numbers in a block of the lowest level, and the blocks in one of the next level."""
SMALLEST = 1 << _SMALLEST
"""The numbers in a block of the lowest level."""


def sql_block_of(number: str, level: int) -> str:
    """SQL expression: as `block_of`."""
    return f"({number} >> {_SMALLEST + _FACTOR * level}) * 8 + {level}"


def sql_lowest_of(block: str) -> str:
    """SQL expression: as `lowest_of`."""
    return f"(({block} >> 3) << ({_SMALLEST} + {_FACTOR} * ({block} & 7))::int)"


def sql_size_of(block: str) -> str:
    """SQL expression: how many numbers a block has."""
    return f"({SMALLEST} << ({_FACTOR} * ({block} & 7))::int)"


BLOCKS = f"ARRAY[{', '.join(sql_block_of('number', level) for level in range(_LEVELS))}]"
"""The blocks that a customer is in, one of each level; an expression of the index."""
_SIZES = [1 << (_SMALLEST + _FACTOR * level) for level in range(_LEVELS)]
_FEWEST = _SIZES[0] // 2
"""If the newest block has fewer numbers than so many yet, the first window has the next one as well."""
_FEW = _SIZES[1]
NEWEST = _SIZES[0] + _FEW
"""About how many numbers the windows before a fork have."""
_EAGER = 1 << 17
_MOST_BLOCKS = 64
"""How many of scattered blocks are in the first window at most: each has a list of its own."""
_SPARE_BLOCKS = 4
_WIDE = 32
_LONG = 8 * _SIZES[2]
"""Where there are fewer numbers than so many, no list of a word is long."""
MOST = 2
"""A last window that has more than one in so many of all numbers is looked into by words alone."""
RARE = 2
"""So few hits in the first windows are of words that hardly anybody has: the next window may be much larger."""


def block_of(number: int, level: int) -> int:
    """As the index has it."""
    return (number >> (_SMALLEST + _FACTOR * level)) * 8 + level


def lowest_of(block: int) -> int:
    """The lowest number in it."""
    return (block >> 3) << (_SMALLEST + _FACTOR * (block & 7))


def size_of(level: int) -> int:
    """How many numbers a block has."""
    return _SIZES[level]


class Window(NamedTuple):
    blocks: str | None
    """An array; None where words alone are asked for."""
    lowest: int
    """The lowest number in it."""
    above: int
    """The lowest number above it."""


class Rest(Enum):
    """How to look for words that hardly anybody had in the first windows."""

    WINDOWS = "windows"
    RARE = "rare"
    """By words alone: one of them is rare, and its list short. To find each of it in a list of blocks as well takes
    longer than to read what they have above."""
    RARE_TOGETHER = "rare together"
    """As `RARE`, of several words, one of which may have a long list: this is read to the end. So some of the newest
    are looked into before."""
    RARE_PARTS = "rare parts"
    """As `RARE`, but in one window of the largest blocks: of a term that may be several words together, the planner
    expects so many that it would read all customers."""
    SETS = "sets"
    """Not by windows: sets of words tell where these are together."""


class Ahead(NamedTuple):
    """All numbers below one and not below another, in windows; newest first, and in two ways.

    To look once more costs about as much as to read some more customers, so windows grow quickly. Beyond the first ones
    they do so the more, the fewer hits these had.
    """

    windows: Sequence[Window]
    """First the narrow ones, then the wide ones that go on from where the way forks."""
    narrow: int
    """How many are narrow."""
    fork: int
    """After how many windows the wide ones may be taken. Without wide ones, the way may end there."""
    sure: int
    """How many are looked into whatever time it takes."""

    @property
    def arguments(self) -> tuple[list[str | None], list[int], int, int, int]:
        """Those of a statement."""
        blocks, above = [window.blocks for window in self.windows], [window.above for window in self.windows]
        return blocks, above, self.narrow, self.fork, self.sure

    @property
    def if_rare(self) -> "Ahead":
        """It ends at the fork if the windows before it had more than a few: only what is rare is looked for further."""
        if self.narrow == len(self.windows):
            return self
        windows = [*self.windows[: self.fork], *self.windows[self.narrow :]]
        return self._replace(windows=windows, narrow=self.fork)


@lru_cache(maxsize=256)
def ahead(below: int, end: int = 0, *, is_all: bool = False, rest: Rest = Rest.WINDOWS) -> Ahead:
    """`end` is the lowest number of a window, or 0 for all numbers below `below`; only for these, there may be another
    `rest` than windows.

    If these are all that there are, a last window that has most of them is without blocks. Of words that many have, GIN
    walks the lists in step, and the lists of blocks with them: without these it takes half the time. What it finds
    above the window, this look has found before: not much, or it had ended.
    """
    assert rest is Rest.WINDOWS or not end, "other ways lead to the lowest number"
    above = ((below - 1) >> _SMALLEST << _SMALLEST) + _SIZES[0]
    lowest = above - _SIZES[0]
    if lowest > end and below - lowest < _FEWEST:
        lowest -= _SIZES[0]
    narrow = [_window(above, lowest)]
    if lowest > end:
        narrow.append(_next(lowest, end, _FEW))
    is_rare = rest in (Rest.RARE, Rest.RARE_TOGETHER, Rest.RARE_PARTS)
    if is_rare:
        narrow = [_window(above, narrow[-1].lowest)]
    fork, wide = len(narrow), []
    while narrow[-1].lowest > end:
        before = below - narrow[-1].lowest
        narrow.append(_next(narrow[-1].lowest, end, before if before > _EAGER else 4 * before))
    if is_rare and len(narrow) > fork:
        above, largest = narrow[fork - 1].lowest, None
        if rest is Rest.RARE_PARTS:
            largest = _array([block_of(n, _LEVELS - 1) for n in range(0, above, _SIZES[-1])])
        if rest is Rest.RARE_TOGETHER and above > _LONG:
            wide.append(_next(above, end, _SIZES[2]))
            above = wide[-1].lowest
        wide.append(Window(largest, 0, above))
    elif rest is Rest.WINDOWS and len(narrow) > fork + 1:
        seen = below - narrow[fork - 1].lowest
        wide = [_next(narrow[fork - 1].lowest, end, _WIDE * seen)]
        while wide[-1].lowest > end:
            wide.append(_next(wide[-1].lowest, end, 4 * (below - wide[-1].lowest)))
    elif rest is Rest.WINDOWS:
        fork = len(narrow)
    sure = 1 + sum(below - window.lowest < SURE for window in narrow[:-1])
    windows = narrow + wide
    if is_all:
        windows = [w._replace(blocks=None) if not w.lowest and MOST * w.above > below else w for w in windows]
    return Ahead(windows, len(narrow), fork, sure)


def without_overlaps(blocks: Collection[int]) -> list[int]:
    """Each once, and none of those that are in another one of them."""
    once = set(blocks)

    def is_in_another(block: int) -> bool:
        return any(block_of(lowest_of(block), level) in once for level in range((block & 7) + 1, _LEVELS))

    return [block for block in once if not is_in_another(block)]


def among(blocks: Sequence[int], below: int, wanted: int, end: int = 0) -> Ahead:
    """These blocks, from the newest one on. None has numbers from `below` on or below `end`, and no number is in two of
    them. Nearly each has somebody who is looked for: about as many blocks as are `wanted` come first.
    """
    newest_first = sorted(blocks, key=lowest_of, reverse=True)
    windows: list[Window] = []
    first, count = 0, min(wanted + _SPARE_BLOCKS, _MOST_BLOCKS)
    while first < len(newest_first):
        some = newest_first[first : first + count]
        first, count = first + count, 4 * count
        above = windows[-1].lowest if windows else below
        lowest = lowest_of(some[-1]) if first < len(newest_first) else end
        windows.append(Window(_array(some), lowest, above))
    return Ahead(windows, len(windows), len(windows), 1)


def _next(above: int, end: int, wanted: int) -> Window:
    """Of about as many numbers as are wanted."""
    size = max(size for size in _SIZES if size <= wanted)
    return _window(above, max((above - wanted) // size * size, end))


def _window(above: int, lowest: int) -> Window:
    """Of the largest blocks that there are."""
    top, blocks = above, []
    while above > lowest:
        level = max(n for n, size in enumerate(_SIZES) if not above % size and size <= above - lowest)
        above -= _SIZES[level]
        blocks.append(above // _SIZES[level] * 8 + level)
    return Window(_array(blocks), lowest, top)


def _array(blocks: Sequence[int]) -> str:
    return f"{{{','.join(map(str, blocks))}}}"
