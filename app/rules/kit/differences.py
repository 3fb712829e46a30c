"""Differences between two JSON documents: what an event reports, and why a resent record is refused."""

from collections.abc import Sequence
from typing import Any

from app.rules.kit.equality import same

MOST = 100
"""How many differences are reported at most."""


def differences(stored: object, sent: object, pointer: str = "") -> list[dict[str, object]]:
    """The JSON pointer of every difference, with both values; a missing value is null."""
    if isinstance(stored, dict) and isinstance(sent, dict):
        keys = list(dict.fromkeys([*stored, *sent]))
        return [d for key in keys for d in differences(stored.get(key), sent.get(key), f"{pointer}/{key}")]
    if isinstance(stored, list) and isinstance(sent, list) and len(stored) == len(sent):
        return [
            d
            for i, (left, right) in enumerate(zip(stored, sent, strict=True))
            for d in differences(left, right, f"{pointer}/{i}")
        ]
    return [] if same(stored, sent) else [{"pointer": pointer, "stored": stored, "sent": sent}]


def at(document: Any, pointer: str) -> Any:
    """What a document has at a pointer that `differences` made; None where it has nothing."""
    for part in pointer.split("/")[1:]:
        if isinstance(document, Sequence) and not isinstance(document, str):
            document = document[int(part)]
        else:
            document = document.get(part) if isinstance(document, dict) else None
    return document


def as_errors(changes: list[dict[str, object]]) -> list[dict[str, Any]]:
    """The `errors` of a problem: the record is already stored with other values."""
    return [
        {**difference, "code": "differs", "detail": "A different value is already stored"} for difference in changes
    ]
