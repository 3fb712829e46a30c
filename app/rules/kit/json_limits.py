"""Limits for free-form JSON values: what the database can store and clients can process."""

import json
from typing import Any

MOST_BYTES = 16_384
MOST_DEPTH = 8
MOST_KEYS = 200
_MOST_NUMBER = 2**53 - 1
# PostgreSQL writes out every digit of a number: smaller ones would be answered longer than they may be sent.
_LEAST_NUMBER = 1e-30


def problem(value: Any) -> tuple[str, str] | None:
    """What is wrong with this value, as (code, detail), or None. Looks no deeper than the limit."""
    try:
        fault = _walk(value, 0)
    except UnicodeEncodeError:
        return "surrogate", "Must not contain lone surrogates"
    if fault is None and len(json.dumps(value, ensure_ascii=False).encode()) > MOST_BYTES:
        return "too_large", f"Must be at most {MOST_BYTES} bytes of JSON"
    return fault


def _walk(value: Any, depth: int) -> tuple[str, str] | None:
    if depth > MOST_DEPTH:
        return "too_deep", f"Must be nested at most {MOST_DEPTH} levels deep"
    match value:
        case str():
            return _text(value)
        case bool() | None:
            return None
        case int():
            return None if abs(value) <= _MOST_NUMBER else ("number_range", "Numbers must lie within ±(2^53-1)")
        case float():
            fits = value == 0 or _LEAST_NUMBER <= abs(value) <= _MOST_NUMBER
            return (
                None
                if fits
                else (
                    "number_range",
                    "Numbers must be finite, lie within ±(2^53-1), and not be closer to zero than 1e-30",
                )
            )
        case dict():
            if len(value) > MOST_KEYS:
                return "too_many_keys", f"Must have at most {MOST_KEYS} keys"
            return next((p for k, v in value.items() if (p := _text(k) or _walk(v, depth + 1))), None)
        case list():
            return next((p for item in value if (p := _walk(item, depth + 1))), None)
    return "json_type", "Must be a JSON value"


def _text(value: str) -> tuple[str, str] | None:
    value.encode()
    return ("control_character", "Must not contain NUL characters") if "\0" in value else None
