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
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

from app.rules.kit.card_schemes import BEGINNINGS, LONGEST, SHORTEST, LuhnSums, has_beginning
from app.rules.kit.json_pointers import escaped
from app.rules.kit.number_fields import CardWords, Strictness, names_card, strictness_of
from app.rules.kit.texts import normalized

_SEPARATORS = bytes(byte for byte in range(256) if not chr(byte).isalnum() or byte >= 128)
_SHAPE = bytes(ord("0") if chr(byte) in "0123456789" else ord("x") for byte in range(256))
_ENOUGH_BYTES = b"0" * SHORTEST
_GAP = 10
"""The most characters between two groups of one number."""
_ENOUGH_TEXT = re.compile(rf"(?:\d[\W_]{{0,{_GAP}}}){{{SHORTEST - 1}}}\d")
_LEAST = 10 ** (SHORTEST - 1)
_GROUP = re.compile(r"\d++")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
"""Of another script."""
_SIGNS = re.compile(r"\D++")
_MASKS = "[*#\u2022\u25cf\u2219\u00b7]{2}"
# Groups of digits in a row. What ends it: letters, and the signs by which digits are masked.
_ROW = re.compile(rf"\d++(?:(?:(?!{_MASKS})[\W_]){{1,{_GAP}}}+\d++)*+")
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
REFUSAL = "Looks like a payment card number, which must not be stored: mask it"
# Signs that Unicode counts as letters, and that people see as a dash or do not see at all.
_LOOKALIKES = str.maketrans({"\u30fc": "-", "\uff70": "-", **dict.fromkeys("\u115f\u1160\u3164\uffa0", " ")})
_ASCII = bytes(range(128))
_NAMED_SPACES = re.compile(r"&(?:nbsp|ensp|emsp|thinsp|#160|#xa0|shy|#8239|#x202f);", re.IGNORECASE)


class _Group(NamedTuple):
    """Of digits: in the text from `start` to `end`."""

    start: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.start


def may_contain_card_number(raw: bytes | bytearray) -> bool:
    """A quick check of JSON in UTF-8: where it is false, there is no card number."""
    if b"\\" in raw or b"&" in raw:  # a separator or a digit may be escaped
        return True
    if not raw.isascii() and any(c.isdigit() for c in set(raw.translate(None, _ASCII).decode(errors="replace"))):
        return True
    return _ENOUGH_BYTES in raw.translate(_SHAPE, _SEPARATORS)


def find_card_number(value: Any, pointer: str = "", strictness: Strictness = Strictness.TEXT) -> str | None:
    """The JSON pointer of the first card number in a JSON value."""
    return _found(value, pointer, "", strictness) if _has_enough_digits(value) else None


def _found(value: Any, pointer: str, parent: str, strictness: Strictness) -> str | None:
    if isinstance(value, dict):
        return _found_in_object(value, pointer, parent, strictness)
    if isinstance(value, list):
        found = (
            _found(item, f"{pointer}/{n}", parent, strictness)
            for n, item in enumerate(value)
            if _has_enough_digits(item)
        )
        return next((at for at in found if at is not None), None)
    text = value if isinstance(value, str) else str(int(abs(value)))
    return pointer if has_card_number(text, strictness) else None


def _found_in_object(members: dict[str, Any], pointer: str, parent: str, outer: Strictness) -> str | None:
    """What is within a payment, or within an attribute that is named after cards, is about cards as a whole."""
    within: Strictness | None = None
    for name, member in members.items():
        if isinstance(member, str) and len(member) < SHORTEST > len(name):  # nearly all of them
            continue
        if len(name) >= SHORTEST and has_card_number(name):
            return f"{pointer}/{escaped(name)}"
        if not _has_enough_digits(member):
            continue
        if within is None:
            within = Strictness.CARD if outer is Strictness.CARD or names_card(members) else Strictness.TEXT
        own = within if within is Strictness.CARD else strictness_of(name, parent)
        if own is Strictness.IDENTIFIER and isinstance(member, dict):
            own = Strictness.TEXT
        if (found := _found(member, f"{pointer}/{escaped(name)}", name, own)) is not None:
            return found
    return None


def _has_enough_digits(value: Any) -> bool:
    """Whether there may be a card number in it; of texts and numbers, whether they have so many digits at all."""
    if isinstance(value, str):
        if len(value) < SHORTEST:
            return False
        return not value.isascii() or "&" in value or _ENOUGH_TEXT.search(value) is not None
    if isinstance(value, dict | list):
        return bool(value)
    return isinstance(value, int | float) and abs(value) >= _LEAST and value == value // 1


def has_card_number(text: str, strictness: Strictness = Strictness.TEXT) -> bool:
    if len(text) < SHORTEST:
        return False
    plain = text if text.isascii() else normalized("NFKC", text.translate(_LOOKALIKES))
    if "&" in plain:
        plain = _NAMED_SPACES.sub(" ", plain)
    if _ENOUGH_TEXT.search(plain) is None:
        return False
    plain = _DATES.sub(_blanked, _IBAN.sub(_blanked_iban, _UUID.sub(_blanked, plain)))
    plain = plain if plain.isascii() else _OTHER_DIGIT.sub(_digit, plain)
    words: CardWords | None = None
    for row in _ROW.finditer(plain):
        if row.end() - row.start() < SHORTEST:
            continue
        run = [_Group(*group.span()) for group in _GROUP.finditer(plain, *row.span())]
        for groups in _card_numbers(run, _SIGNS.sub("", row[0])):
            if _counts(groups, len(run), plain, strictness):
                return True
            if strictness is not Strictness.CARD and _counts(groups, len(run), plain, Strictness.CARD):
                words = words or CardWords(plain)
                if words.between(groups[0].start - _BESIDE, groups[-1].end + _BESIDE):
                    return True
    return False


def _card_numbers(run: list[_Group], digits: str) -> Iterator[list[_Group]]:
    """Neighbouring groups whose digits are, one after the other, a card number. `digits` are those of the whole run."""
    most = _MOST_GROUPS if len(run) > LONGEST else LONGEST  # one digit a group is a number only by itself
    sums = LuhnSums(digits)
    ends = list(accumulate(group.size for group in run))
    start = 0
    for first, next_start in enumerate(ends):
        if digits[start : start + 2] in BEGINNINGS:
            last = bisect_left(ends, start + SHORTEST, first)
            while last < min(first + most, len(run)) and ends[last] <= start + LONGEST:
                if sums.pass_luhn(start, ends[last]) and has_beginning(digits[start : ends[last]]):
                    yield run[first : last + 1]
                last += 1
        start = next_start


def _counts(groups: list[_Group], row: int, text: str, strictness: Strictness) -> bool:
    """Whether a card number is written as one may be. Its groups are in a text, among `row` ones in a row."""
    sizes = tuple(group.size for group in groups)
    if sizes in _AS_ON_CARDS:
        return True
    if strictness is Strictness.IDENTIFIER:
        return False
    if len(sizes) == 1:
        return strictness is Strictness.CARD or sizes != (16,) or _RECENT_DATE.match(text, groups[0].start) is None
    # Groups of four are found among others of the kind, such as an expiry date; of another size only by themselves.
    if len(set(sizes[:-1])) == 1 and sizes[-1] <= sizes[0] and (sizes[0] == 4 or len(sizes) == row):
        return True
    return strictness is Strictness.CARD and len(sizes) <= _MOST_GROUPS and sizes != (3, 7, 7)


def _digit(found: re.Match[str]) -> str:
    return str(int(found[0]))


def _blanked(found: re.Match[str]) -> str:
    return "x" * len(found[0])


def _blanked_iban(found: re.Match[str]) -> str:
    letters = found[0].replace(" ", "")
    if not 15 <= len(letters) <= 34:
        return found[0]
    number = int("".join(str(int(character, 36)) for character in letters[4:] + letters[:4]))
    return _blanked(found) if number % 97 == 1 else found[0]
