"""Strict JSON: refuses whatever two parsers could read differently."""

import json
from collections import Counter
from typing import Any

from app.core import errors

MAX_DEPTH = 32
_TOO_LONG = "integer string conversion"
"""What Python says of an integer of more than 4,300 digits."""


def parse(raw: bytes | bytearray) -> Any:
    """JSON of RFC 8259 in UTF-8 (a byte order mark is skipped), without NaN or duplicate keys, up to 32 levels deep.

    Raises MalformedBody, and ValidationFailed for duplicate keys and too much nesting.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise errors.MalformedBody("The body is not valid UTF-8") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise errors.MalformedBody("The body is nested too deeply") from None
    except _DuplicateKey as duplicate:
        raise errors.invalid("", "duplicate_key", f"Duplicate key {duplicate.key!r} in one object") from None
    except ValueError as error:
        fault = "a number has too many digits" if _TOO_LONG in str(error) else error
        raise errors.MalformedBody(f"The body is not valid JSON: {fault}"[:300]) from None
    if text.count("[") + text.count("{") > MAX_DEPTH and _exceeds_depth(value, MAX_DEPTH):
        raise errors.invalid("", "too_deep", f"Must be nested at most {MAX_DEPTH} levels deep")
    return value


class _DuplicateKey(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key, count in counts.items() if count > 1))
    return members


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _exceeds_depth(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    items = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_exceeds_depth(item, levels - 1) for item in items)


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_keys, parse_constant=_refuse_constant)
