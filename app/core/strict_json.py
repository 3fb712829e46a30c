"""JSON as it was meant: anything that two parsers could read differently is refused."""

import json
from typing import Any

from app.core import errors

DEEPEST = 32


def parsed(raw: bytes | bytearray) -> Any:
    """JSON as RFC 8259 has it: UTF-8 (a byte order mark is passed over), no NaN, no name twice, 32 levels deep."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise errors.MalformedBody("The body is not UTF-8") from None
    try:
        value = _DECODER.decode(text)
    except RecursionError:
        raise errors.MalformedBody("The body is nested too deep") from None
    except _Twice as twice:
        raise errors.invalid("", "duplicate_key", f"The name {twice.name!r} stands twice in one object") from None
    except ValueError as error:
        raise errors.MalformedBody(f"The body is not JSON: {error}"[:300]) from None
    if text.count("[") + text.count("{") > DEEPEST and _deeper(value, DEEPEST):
        raise errors.invalid("", "too_deep", f"Should be nested at most {DEEPEST} levels deep")
    return value


class _Twice(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        raise _Twice(next(name for name, _ in pairs if name in seen or seen.add(name)))  # type: ignore[func-returns-value]
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _deeper(value: Any, left: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return left == 0 or any(_deeper(item, left - 1) for item in inner)


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_constant)
