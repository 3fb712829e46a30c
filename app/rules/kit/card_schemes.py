"""Which numbers payment cards have: the leading digits and lengths of each scheme, and the check digit.

The ranges are those that the schemes publish and ISO/IEC 7812 assigns, as collected in
https://en.wikipedia.org/wiki/Payment_card_number (issuer identification numbers). Three differences, each on purpose:
Visa's numbers of 13 digits are left out, since none has been valid for years and trade items (EAN-13) and ids of shop
systems have that length; Maestro has the ranges that are in use and the lengths from 16 on, since most of 50, 56 to 58
and 60 to 63 belongs to loyalty and gift cards; UATP is left out, since its 15 digits begin with 1, as counters and
clocks do.
"""

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


def is_card_number(digits: str) -> bool:
    """Whether the digits have the beginning and the exact length of a scheme, and a valid check digit."""
    return scheme_of(digits) is not None and passes_luhn(digits)


def scheme_of(digits: str) -> Scheme | None:
    return next((scheme for scheme in _BY_LENGTH.get(len(digits), ()) if _is_in(digits, scheme)), None)


def passes_luhn(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def _is_in(digits: str, scheme: Scheme) -> bool:
    return any(first <= digits[: len(first)] <= last for first, last in scheme.ranges)


_BY_LENGTH = {
    length: tuple(scheme for scheme in SCHEMES if length in scheme.lengths) for length in range(SHORTEST, LONGEST + 1)
}
