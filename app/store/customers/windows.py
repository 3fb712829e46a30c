"""The windows that a search looks into: numbers of customers, newest first, as the blocks that the index has."""

from collections.abc import Sequence
from typing import NamedTuple

SURE = 10_000
"""How many numbers a look goes through whatever time it takes: all customers of a small store, whose pages are full."""
_SMALLEST, _FACTOR, _LEVELS = 9, 3, 5
"""Powers of two: the numbers in a block of the lowest level, and the blocks in one of the next level."""
BLOCKS = f"ARRAY[{', '.join(f'(number >> {_SMALLEST + _FACTOR * level}) * 8 + {level}' for level in range(_LEVELS))}]"
"""The blocks that a customer is in, one of each level; an expression of the index."""
_SIBLINGS = 1 << _FACTOR
_SIZES = [1 << (_SMALLEST + _FACTOR * level) for level in range(_LEVELS)]
_FEW = _SIZES[1]


class Window(NamedTuple):
    blocks: str
    """An array."""
    lowest: int
    """The lowest number in it."""


def windows(below: int, end: int = 0) -> list[Window]:
    """All numbers below one and not below another, newest first, where `end` is that of a window.

    Each has about as many as all before it, or some thousand.
    """
    lowest = (below - 1) >> _SMALLEST << _SMALLEST
    found = [_window(0, lowest >> _SMALLEST, 1)]
    while lowest > end:
        wanted = max(below - lowest, _FEW)
        level = max(n for n, size in enumerate(_SIZES) if not n or (size <= wanted and not lowest % size))
        above = lowest // _SIZES[level]
        most = above if level == _LEVELS - 1 else (above - 1) % _SIBLINGS + 1
        blocks = min(wanted // _SIZES[level], most)
        found.append(_window(level, above - blocks, blocks))
        lowest = found[-1].lowest
    return found


def sure(ahead: Sequence[Window], below: int) -> int:
    """How many windows are looked into whatever time it takes."""
    return 1 + sum(below - window.lowest < SURE for window in ahead[:-1])


def _window(level: int, first: int, blocks: int) -> Window:
    numbers = ",".join(str(n * 8 + level) for n in range(first, first + blocks))
    return Window(f"{{{numbers}}}", first * _SIZES[level])
