"""Differences between two JSON documents: what an event reports, and why a resent record is refused."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.rules.kit.equality import same
from app.rules.kit.json_pointers import Path, pointer

MOST = 100
"""How many differences are reported at most."""


class Difference(NamedTuple):
    path: Path
    stored: object
    sent: object


def differences(stored: object, sent: object) -> list[dict[str, object]]:
    """The JSON pointer of every difference, with both values; a missing value is null."""
    return [{"pointer": pointer(path), "stored": old, "sent": new} for path, old, new in differing(stored, sent)]


def differing(stored: object, sent: object, path: Path = ()) -> Iterator[Difference]:
    """Where two documents differ; a missing value is None."""
    if isinstance(stored, dict) and isinstance(sent, dict):
        for key in dict.fromkeys([*stored, *sent]):
            yield from differing(stored.get(key), sent.get(key), (*path, key))
    elif isinstance(stored, list) and isinstance(sent, list) and len(stored) == len(sent):
        for n, (left, right) in enumerate(zip(stored, sent, strict=True)):
            yield from differing(left, right, (*path, n))
    elif not same(stored, sent):
        yield Difference(path, stored, sent)


def as_errors(changes: list[dict[str, object]]) -> list[dict[str, Any]]:
    """The `errors` of a problem: the record is already stored with other values."""
    return [
        {**difference, "code": "differs", "detail": "A different value is already stored"} for difference in changes
    ]
