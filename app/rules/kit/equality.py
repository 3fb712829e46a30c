"""When two values are equal, however they are spelled: each has one form that is compared in its stead."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from app.rules.kit.texts import normalized, stripped


class Null:
    """The form of a null inside free JSON, where it is not the same as a member that is absent."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Null)

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "null"


def number(value: Any) -> Any:
    """`1`, `1.0` and `1.00` are one; what is no number is left as it is."""
    try:
        exact = Decimal(str(value))
    except ArithmeticError:
        return value
    if not exact.is_finite():
        return value
    digits = f"{exact:f}"
    shortest = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if exact == 0 else shortest


def moment(value: Any) -> Any:
    """The same moment with any offset; what is no moment is left as it is."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return value
    if not isinstance(value, datetime) or value.tzinfo is None:
        return str(value)
    return value.astimezone(UTC).isoformat()


def text(value: Any) -> Any:
    """Composed or decomposed, it is the same text."""
    return normalized("NFC", value) if isinstance(value, str) else value


def name(value: Any) -> Any:
    """The same without what surrounds it."""
    return text(stripped(value)) if isinstance(value, str) else value


def note(value: Any) -> Any:
    """The same with the line ends of any system, and without what surrounds it."""
    return name(value.replace("\r\n", "\n").replace("\r", "\n")) if isinstance(value, str) else value


def free(value: Any) -> Any:
    """Of any JSON: types are told apart (`true` is not `1`), numbers are compared by value, members have no order."""
    if value is None:
        return Null()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        members = {text(key): free(element) for key, element in value.items()}
        # Two names may be one when they are composed: then each stays as it is.
        return members if len(members) == len(value) else {key: free(element) for key, element in value.items()}
    if isinstance(value, list | tuple):
        return [free(element) for element in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def same(one: object, other: object) -> bool:
    """Whether two values of the same JSON type are equal: a Boolean is no number."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
