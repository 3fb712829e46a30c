"""Which numbers payment cards have: the leading digits and lengths of each scheme, and the check digit.

The ranges are those that the schemes publish and ISO/IEC 7812 assigns, as collected in
https://en.wikipedia.org/wiki/Payment_card_number (issuer identification numbers). Three differences, each on purpose:
Visa's numbers of 13 digits are left out, since none has been valid for years and trade items (EAN-13) and ids of shop
systems have that length; Maestro has the ranges that are in use and the lengths from 16 on, since most of 50, 56 to 58
and 60 to 63 belongs to loyalty and gift cards; UATP is left out, since its 15 digits begin with 1, as counters and
clocks do.
"""

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import NamedTuple


class Scheme(NamedTuple):
    name: str
    ranges: tuple[tuple[str, str], ...]
    """The first and the last beginning of each range, of equal length."""
    lengths: tuple[int, ...]


SCHEMES = (
    Scheme("Visa", (("4", "4"),), (16, 19)),
    Scheme("Mastercard", (("51", "55"), ("2221", "2720")), (16,)),
    Scheme("American Express", (("34", "34"), ("37", "37")), (15,)),
    Scheme("Diners Club", (("300", "305"), ("3095", "3095"), ("36", "36"), ("38", "39")), (14, 16, 17, 18, 19)),
    Scheme("Discover", (("6011", "6011"), ("644", "649"), ("65", "65")), (16, 17, 18, 19)),
    Scheme("JCB", (("3528", "3589"),), (16, 17, 18, 19)),
    Scheme("UnionPay", (("62", "62"), ("8100", "8171")), (16, 17, 18, 19)),
    Scheme(
        "Maestro and Bancontact",
        (("5018", "5018"), ("5020", "5020"), ("5038", "5038"), ("5893", "5893"), ("6304", "6304"), ("67", "67")),
        (16, 17, 18, 19),
    ),
    Scheme("Mir", (("2200", "2204"),), (16, 17, 18, 19)),
    Scheme("BORICA", (("2205", "2205"),), (16,)),
    Scheme("Dankort", (("5019", "5019"),), (16,)),
    Scheme(
        "RuPay",
        (("508500", "508999"), ("606985", "607984"), ("608001", "608500"), ("817200", "820199")),
        (16,),
    ),
    Scheme("Troy", (("9792", "9792"),), (16,)),
    Scheme("Verve", (("506099", "506198"), ("507865", "507964"), ("650002", "650027")), (16, 17, 18, 19)),
    Scheme(
        "Elo and Hipercard",
        (
            *(("506699", "506778"), ("509000", "509999")),
            *((iin, iin) for iin in ("384100", "606282", "627780", "636297", "636368", "637095", "637568", "637599")),
            *((iin, iin) for iin in ("637609", "637612")),
        ),
        (16,),
    ),
    Scheme("LankaPay", (("357111", "357111"),), (16,)),
    Scheme("UzCard and Humo", (("8600", "8600"), ("9860", "9860")), (16,)),
    Scheme("UkrCard", (("604001", "604200"),), (16, 17, 18, 19)),
)
SHORTEST, LONGEST = 14, 19
_LONGEST_BEGINNING = 6


def is_card_number(digits: str) -> bool:
    """Whether the digits have the beginning and the exact length of a scheme, and a valid check digit."""
    return has_beginning(digits) and passes_luhn(digits)


def has_beginning(digits: str) -> bool:
    if len(digits) not in _RANGES:
        return False
    beginnings, ends = _RANGES[len(digits)]
    beginning = digits[:_LONGEST_BEGINNING]
    at = bisect_right(beginnings, beginning) - 1
    return at >= 0 and beginning <= ends[at]


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    return LuhnSums(digits).pass_luhn(0, len(digits))


class LuhnSums:
    """Tells of any part of a row of digits whether its check digit is valid, in constant time."""

    def __init__(self, digits: str) -> None:
        values = digits.encode().translate(_VALUES)
        doubled = values.translate(_DOUBLED)
        odd_doubled, even_doubled = bytearray(values), bytearray(doubled)
        odd_doubled[1::2], even_doubled[1::2] = doubled[1::2], values[1::2]
        self._sums = [array("I", accumulate(row, initial=0)) for row in (even_doubled, odd_doubled)]

    def pass_luhn(self, start: int, end: int) -> bool:
        sums = self._sums[end % 2]  # the last digit is not doubled
        return (sums[end] - sums[start]) % 10 == 0


def _ranges(length: int) -> tuple[list[str], list[str]]:
    """The first and the last beginnings, of six digits, of the ranges that have numbers of this length, in order."""
    merged: list[tuple[str, str]] = []
    for first, last in sorted(
        (first.ljust(_LONGEST_BEGINNING, "0"), last.ljust(_LONGEST_BEGINNING, "9"))
        for scheme in SCHEMES
        if length in scheme.lengths
        for first, last in scheme.ranges
    ):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return [first for first, _ in merged], [last for _, last in merged]


_RANGES = {length: _ranges(length) for length in range(SHORTEST, LONGEST + 1)}
BEGINNINGS = frozenset(
    f"{beginning:02}"
    for firsts, lasts in _RANGES.values()
    for first, last in zip(firsts, lasts, strict=True)
    for beginning in range(int(first[:2]), int(last[:2]) + 1)
)
"""The first two digits of all card numbers."""
_VALUES = bytes((byte - ord("0")) % 256 for byte in range(256))
_DOUBLED = bytes(sum(divmod(2 * value, 10)) if value < 10 else 0 for value in range(256))
