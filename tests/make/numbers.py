"""Numbers that make each record like no other."""

import itertools

_numbers = itertools.count(1)


def number() -> int:
    """A number that was not given before."""
    return next(_numbers)
