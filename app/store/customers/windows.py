"""The windows that a search looks into: numbers of customers, newest first, as the blocks that the index has."""

from typing import NamedTuple

SURE = 10_000
"""How many numbers a look goes through whatever time it takes: all customers of a small store, whose pages are full."""
_SMALLEST, _FACTOR, _LEVELS = 9, 3, 5
"""Powers of two: the numbers in a block of the lowest level, and the blocks in one of the next level."""
BLOCKS = f"ARRAY[{', '.join(f'(number >> {_SMALLEST + _FACTOR * level}) * 8 + {level}' for level in range(_LEVELS))}]"
"""The blocks that a customer is in, one of each level; an expression of the index."""
_SIZES = [1 << (_SMALLEST + _FACTOR * level) for level in range(_LEVELS)]
_FEW = _SIZES[1]
_EAGER = 1 << 17
_WIDE = 32
MOST = 2
"""A last window that has more than one in so many of all numbers is looked into by words alone."""
RARE = 2
"""So few hits in the first windows are of words that hardly anybody has: the next window may be much larger."""


class Window(NamedTuple):
    blocks: str | None
    """An array; None where words alone are asked for."""
    lowest: int
    """The lowest number in it."""
    above: int
    """The lowest number above it."""


class Ahead(NamedTuple):
    """All numbers below one and not below another, in windows; newest first, and in two ways.

    To look once more costs about as much as to read some more customers, so windows grow quickly. Beyond the first ones
    they do so the more, the fewer hits these had.
    """

    windows: list[Window]
    """First the narrow ones, then the wide ones that go on from where the way forks."""
    narrow: int
    """How many are narrow."""
    fork: int
    """After how many windows the wide ones may be taken; as many as are narrow where there are none."""
    sure: int
    """How many are looked into whatever time it takes."""

    @property
    def arguments(self) -> tuple[list[str | None], list[int], int, int, int]:
        """Those of a statement."""
        blocks, above = [window.blocks for window in self.windows], [window.above for window in self.windows]
        return blocks, above, self.narrow, self.fork, self.sure


def ahead(below: int, end: int = 0, *, is_all: bool = False) -> Ahead:
    """`end` is the lowest number of a window, or 0 for all numbers below `below`.

    If these are all that there are, a last window that has most of them is without blocks. Of words that many have, GIN
    walks the lists in step, and the lists of blocks with them: without these it takes half the time. What it finds
    above the window, this look has found before: not much, or it had ended.
    """
    lowest = (below - 1) >> _SMALLEST << _SMALLEST
    narrow = [_window(lowest + _SIZES[0], lowest)]
    if lowest > end:
        narrow.append(_next(narrow[0].lowest, end, _FEW))
    fork, wide = len(narrow), []
    while narrow[-1].lowest > end:
        before = below - narrow[-1].lowest
        narrow.append(_next(narrow[-1].lowest, end, before if before > _EAGER else 4 * before))
    if len(narrow) > fork + 1:
        seen = below - narrow[fork - 1].lowest
        wide = [_next(narrow[fork - 1].lowest, end, _WIDE * seen)]
        while wide[-1].lowest > end:
            wide.append(_next(wide[-1].lowest, end, 4 * (below - wide[-1].lowest)))
    sure = 1 + sum(below - window.lowest < SURE for window in narrow[:-1])
    windows = narrow + wide
    if is_all:
        windows = [w._replace(blocks=None) if not w.lowest and MOST * w.above > below else w for w in windows]
    return Ahead(windows, len(narrow), fork if wide else len(narrow), sure)


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
    return Window(f"{{{','.join(map(str, blocks))}}}", lowest, top)
