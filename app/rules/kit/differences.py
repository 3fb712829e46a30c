"""Differences between two JSON documents: what an event reports, and why a resent record is refused."""

from typing import Any

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
    return [] if stored == sent else [{"pointer": pointer, "stored": stored, "sent": sent}]


def as_errors(changes: list[dict[str, object]]) -> list[dict[str, Any]]:
    """The `errors` of a problem: the record is already stored with other values."""
    return [
        {**difference, "code": "differs", "detail": "A different value is already stored"} for difference in changes
    ]
