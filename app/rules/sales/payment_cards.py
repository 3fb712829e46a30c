"""Finds payment card numbers (PANs) in receipts, where they must not be stored: PCI DSS requirement 3.

A number counts as a PAN if it has the length and leading digits of a card scheme (ISO/IEC 7812) and passes the Luhn
check. Trade item numbers (GTIN-13 and -14) are allowed as the whole value of a `sku`.
"""

import re
from typing import Any

_THIRTEEN_DIGITS = re.compile(r"[0-9]{13}")
_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ \-\u00a0\u2010-\u2015]?\d){12,18}(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SCHEMES = re.compile(
    r"4(\d{12}|\d{15}|\d{18})"  # Visa
    r"|(5[1-5]\d{2}|222[1-9]|22[3-9]\d|2[3-6]\d{2}|27[01]\d|2720)\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|3(0[0-5]|[689]\d)\d{11,16}"  # Diners Club
    r"|(6011|65\d{2}|64[4-9]\d)\d{12,15}"  # Discover
    r"|35(2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|62\d{14,17}"  # UnionPay
    r"|(50|5[6-9]|6[0379])\d{11,17}"  # Maestro
    r"|220[0-4]\d{12,15}"  # Mir
)


def may_contain_card_number(text: str) -> bool:
    """A quick check of JSON text: where it is false, there is no card number."""
    return not text.isascii() or _THIRTEEN_DIGITS.search(text.replace(" ", "").replace("-", "")) is not None


def find_card_number(value: Any, pointer: str = "") -> str | None:
    """The JSON pointer of the first card number in a JSON value."""
    match value:
        case str():
            return pointer if _has_card_number(value, pointer) else None
        case bool():
            return None
        case int() | float():
            return pointer if value == value // 1 and _has_card_number(str(int(value)), pointer) else None
        case dict():
            members = ((f"{pointer}/{name}", part) for name, item in value.items() for part in (name, item))
            return next((found for path, part in members if (found := find_card_number(part, path))), None)
        case list():
            items = ((f"{pointer}/{n}", item) for n, item in enumerate(value))
            return next((found for path, item in items if (found := find_card_number(item, path))), None)
    return None


def _has_card_number(text: str, pointer: str) -> bool:
    if _UUID.fullmatch(text):  # the id of a customer may have as many digits by chance
        return False
    for match in _CANDIDATE.finditer(text):
        # int() reads the digits of every script; separators that the pattern does not have end a number.
        digits = "".join(str(int(c)) for c in match[0] if c.isdecimal())
        is_article = pointer.endswith("/sku") and match[0] == text and len(digits) in (13, 14) and _is_gtin(digits)
        if not is_article and _SCHEMES.fullmatch(digits) and _luhn(digits):
            return True
    return False


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(doubled) + sum(int(d) for d in digits[::-2])) % 10 == 0


def _is_gtin(digits: str) -> bool:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right."""
    body, check = digits[:-1], int(digits[-1])
    return -sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(body))) % 10 == check
