"""Where two JSON documents differ: what a change is told by, and why what comes twice is refused."""

from typing import Any

MOST = 100
"""As many as are told of at once."""


def differences(stored: object, sent: object, pointer: str = "") -> list[dict[str, object]]:
    """Every place where two JSON documents differ, as JSON pointers with both values; missing is null."""
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


def as_errors(found: list[dict[str, object]]) -> list[dict[str, Any]]:
    """The errors of a problem: what was sent is known already, and is another there."""
    return [{**each, "code": "differs", "detail": "Is known with another value"} for each in found]
