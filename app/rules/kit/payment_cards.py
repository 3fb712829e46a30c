"""Finds payment card numbers (PANs) in what is sent, where they must not be stored: PCI DSS requirement 3.

Every number that is found has the beginning and the exact length of a card scheme and a valid check digit
(`card_schemes.py`). By chance, one in ten numbers of that beginning and length has it too; so the way a number is
written decides as well, and the field it stands in (`number_fields.py`):

| Field      | What it is                            | Refused                          | Kept                       |
|------------|---------------------------------------|----------------------------------|----------------------------|
| text       | names, notes, bodies, answers, keys   | digits in a row, groups of equal | other groupings (phones,   |
|            | and values of attributes              | size, groups as on cards         | 3-7-7), dated numbers      |
| identifier | ids, numbers of receipts and orders,  | groups as on cards               | digits in a row            |
|            | articles, loyalty cards, phones       |                                  |                            |
| card       | payments, fields and neighbours named | any grouping                     | 3-7-7                      |
|            | after cards, words for cards near by  |                                  |                            |

Between two groups may be any signs but letters. Groups as on cards are 4-4-4-4, 4-4-4-4-3, 4-6-5 and 4-6-4. 3-7-7 are
orders at Amazon. Dated numbers are 16 digits in a row that begin with a day of 2022 to 2027, as those of many tills do.
Near by is within 40 characters.

Wherever they stand, these are kept: UUIDs, IBANs with a valid check number, dates, masked numbers (`411111******1111`),
numbers of fewer than 14 digits (EAN-13, most phone numbers, ids of 13 digits), and digits within a longer row.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any, NamedTuple

from app.rules.kit.card_schemes import LONGEST, SHORTEST, is_card_number
from app.rules.kit.number_fields import Strictness, card_words, strictness_of

_SEPARATORS = bytes(byte for byte in range(256) if not chr(byte).isalnum() or byte >= 128)
_SHAPE = bytes(ord("0") if chr(byte) in "0123456789" else ord("x") for byte in range(256))
_ENOUGH_BYTES = b"0" * SHORTEST
_GAP = 10
"""The most characters between two groups of one number."""
_ENOUGH_TEXT = re.compile(rf"(?:\d[\W_]{{0,{_GAP}}}){{{SHORTEST - 1}}}\d")
_LEAST = 10 ** (SHORTEST - 1)
_GROUP = re.compile(r"\d+")
_BREAK = re.compile(r"[^\W_]|[*#\u2022\u25cf\u2219\u00b7]{2}")
"""What ends a number: letters, and the signs by which digits are masked."""
_AS_ON_CARDS = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 6, 5), (4, 6, 4)})
_UUID = re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_RECENT_DATE = re.compile(r"2[2-7](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])")
_BESIDE = 40
_MOST_GROUPS = 8
"""Of a card number in groups of several sizes."""
_DATES = re.compile(
    r"(?<![\d./:-])(?:\d{4}-(?:0\d|1[0-2])-[0-3]\d|[0-3]?\d[./](?:0?[1-9]|1[0-2])[./](?:20)?\d\d)"
    r"(?:[T ,]{1,2}[0-2]?\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?)?(?![./:-]?\d)"
)
# Signs that Unicode counts as letters, and that people see as a dash or do not see at all.
_LOOKALIKES = str.maketrans({"\u30fc": "-", "\uff70": "-", **dict.fromkeys("\u115f\u1160\u3164\uffa0", " ")})
_ASCII = bytes(range(128))
_NAMED_SPACES = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|#160|#xa0|shy|#8239|#x202f);", re.IGNORECASE)


class _Group(NamedTuple):
    digits: str
    start: int
    end: int


def may_contain_card_number(raw: bytes | bytearray) -> bool:
    """A quick check of JSON in UTF-8: where it is false, there is no card number."""
    if b"\\" in raw or b"&" in raw:  # a separator or a digit may be escaped
        return True
    if not raw.isascii() and any(c.isdigit() for c in set(raw.translate(None, _ASCII).decode(errors="replace"))):
        return True
    return _ENOUGH_BYTES in raw.translate(_SHAPE, _SEPARATORS)


def find_card_number(value: Any, pointer: str = "", strictness: Strictness = Strictness.TEXT) -> str | None:
    """The JSON pointer of the first card number in a JSON value."""
    return next(_found(value, pointer, "", strictness), None)


def _found(value: Any, pointer: str, parent: str, strictness: Strictness) -> Iterator[str]:
    match value:
        case str():
            if has_card_number(value, strictness):
                yield pointer
        case bool():
            return
        case int() | float():
            if abs(value) >= _LEAST and value == value // 1:
                yield from _found(str(int(abs(value))), pointer, parent, strictness)
        case dict():
            for name, member in value.items():
                if isinstance(member, str) and len(member) < SHORTEST > len(name):  # nearly all of them
                    continue
                path = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
                if has_card_number(name):
                    yield path
                yield from _found(member, path, name, _strictness(name, member, parent, value, strictness))
        case list():
            for n, item in enumerate(value):
                yield from _found(item, f"{pointer}/{n}", parent, strictness)


def _strictness(name: str, member: Any, parent: str, neighbours: dict[str, Any], outer: Strictness) -> Strictness:
    """What is within a payment, or within an attribute that is named after cards, is about cards as a whole."""
    if outer is Strictness.CARD:
        return outer
    own = strictness_of(name, parent, neighbours)
    return Strictness.TEXT if isinstance(member, dict) and own is Strictness.IDENTIFIER else own


def has_card_number(text: str, strictness: Strictness = Strictness.TEXT) -> bool:
    if len(text) < SHORTEST:
        return False
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_LOOKALIKES))
    if "&" in plain:
        plain = _NAMED_SPACES.sub(" ", plain)
    if _ENOUGH_TEXT.search(plain) is None:
        return False
    plain = _DATES.sub(_blanked, _IBAN.sub(_blanked_iban, _UUID.sub(_blanked, plain)))
    words = [] if strictness is Strictness.CARD else list(card_words(plain))
    return any(_is_card(run, *window, strictness, words) for run in _runs(plain) for window in _windows(run))


def _is_card(run: list[_Group], first: int, last: int, strictness: Strictness, words: list[tuple[int, int]]) -> bool:
    groups = run[first : last + 1]
    sizes = tuple(len(group.digits) for group in groups)
    if not _counts(sizes, len(run), groups[0].digits, strictness):
        start, end = groups[0].start - _BESIDE, groups[-1].end + _BESIDE
        if not any(start <= word_end and word_start <= end for word_start, word_end in words):
            return False
        if not _counts(sizes, len(run), groups[0].digits, Strictness.CARD):
            return False
    return is_card_number("".join(group.digits for group in groups))


def _runs(text: str) -> Iterator[list[_Group]]:
    """Rows of groups of digits with nothing but separators between them."""
    run: list[_Group] = []
    for found in _GROUP.finditer(text):
        if run:
            gap = text[run[-1].end : found.start()]
            if len(gap) > _GAP or _BREAK.search(gap):
                yield run
                run = []
        digits = found[0] if found[0].isascii() else "".join(str(int(digit)) for digit in found[0])
        run.append(_Group(digits, *found.span()))
    if run:
        yield run


def _windows(run: list[_Group]) -> Iterator[tuple[int, int]]:
    """The first and the last of neighbouring groups that have as many digits as a card number."""
    most = _MOST_GROUPS if len(run) > LONGEST else LONGEST  # one digit a group is a number only by itself
    for first in range(len(run)):
        length = 0
        for last in range(first, min(first + most, len(run))):
            length += len(run[last].digits)
            if length > LONGEST:
                break
            if length >= SHORTEST:
                yield first, last


def _counts(sizes: tuple[int, ...], groups: int, begins: str, strictness: Strictness) -> bool:
    """Whether digits are written as a card number may be, if they are one.

    `sizes` are those of their groups, of which there are `groups` in the row; the first of them is `begins`.
    """
    if sizes in _AS_ON_CARDS:
        return True
    if strictness is Strictness.IDENTIFIER:
        return False
    if len(sizes) == 1:
        return strictness is Strictness.CARD or len(begins) != 16 or _RECENT_DATE.match(begins) is None
    # Groups of four are found among others of the kind, such as an expiry date; of another size only by themselves.
    if len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0] and (sizes[0] == 4 or len(sizes) == groups):
        return True
    return strictness is Strictness.CARD and len(sizes) <= _MOST_GROUPS and sizes != (3, 7, 7)


def _blanked(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def _blanked_iban(found: re.Match[str]) -> str:
    letters = found[0].replace(" ", "")
    if not 15 <= len(letters) <= 34:
        return found[0]
    number = int("".join(str(int(character, 36)) for character in letters[4:] + letters[:4]))
    return _blanked(found) if number % 97 == 1 else found[0]
