"""Finds payment card numbers (PANs), which have no business in a receipt: PCI DSS 3 forbids to keep them unprotected.

A number is taken for one when it has the length and leading digits of a card scheme (ISO/IEC 7812) and passes the Luhn
check. Trade item numbers (GTIN-13 and -14) that stand alone where an article number belongs are let through.
"""

import re
from typing import Any

_THIRTEEN_DIGITS = re.compile(r"[0-9]{13}")
_CANDIDATE = re.compile(r"(?<!\d)\d(?:[ \-\u00a0\u2010-\u2015]?\d){12,18}(?!\d)")
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


def suspicious(text: str) -> bool:
    """Could there be a card number in this JSON text? A quick look before anything is walked through: no is certain."""
    return not text.isascii() or _THIRTEEN_DIGITS.search(text.replace(" ", "").replace("-", "")) is not None


def pointer(value: Any, at: str = "") -> str | None:
    """Where the first card number stands in a JSON value, as a JSON pointer."""
    match value:
        case str():
            return at if _is_in(value, at) else None
        case bool():
            return None
        case int() | float():
            return at if value == value // 1 and _is_in(str(int(value)), at) else None
        case dict():
            named = ((f"{at}/{name}", name, item) for name, item in value.items())
            return next((p for path, name, item in named if (p := pointer(name, path) or pointer(item, path))), None)
        case list():
            return next((p for n, item in enumerate(value) if (p := pointer(item, f"{at}/{n}"))), None)
    return None


def _is_in(text: str, at: str) -> bool:
    for found in _CANDIDATE.finditer(text):
        # int() reads the digits of every script; other separators than ours end a number.
        digits = "".join(str(int(c)) for c in found[0] if c.isdecimal())
        article = at.endswith("/sku") and found[0] == text and len(digits) in (13, 14) and _is_gtin(digits)
        if not article and _SCHEMES.fullmatch(digits) and _luhn(digits):
            return True
    return False


def _luhn(digits: str) -> bool:
    doubled = (sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return (sum(doubled) + sum(int(d) for d in digits[::-2])) % 10 == 0


def _is_gtin(digits: str) -> bool:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right."""
    body, check = digits[:-1], int(digits[-1])
    return -sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(body))) % 10 == check
