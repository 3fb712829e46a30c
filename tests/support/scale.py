"""How much the longest tests do: a part of it with each change, all of it by `make test-all`."""

import os

ALL = os.environ.get("TEST_ALL") == "1"


def scaled(part: int, whole: int) -> int:
    """`part` of the work by default, `whole` where all is asked for."""
    return whole if ALL else part
