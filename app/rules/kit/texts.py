"""Texts: what has nothing to see in it, and how identifiers are spelled alike."""

import re
import unicodedata
from functools import lru_cache
from typing import Literal

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Letters and marks, by their category, that are drawn as nothing: Hangul fillers, the empty braille cell."""
_WHITE_SPACE = frozenset(character for character in map(chr, range(0x3001)) if character.isspace())
_AROUND = "".join(
    sorted(_WHITE_SPACE | frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff") | _BLANK_LETTERS)
)
"""What is stripped. Tags and variation selectors are not: emoji end in them."""
_ASCII = bytes(range(128))
_ASCII_BLANK = "".join(map(chr, (*range(0x21), 0x7F)))
_MOST_MARKS = 30
_FEW = 100
"""Characters that are normalised at once, whatever they are."""


def is_blank(text: str) -> bool:
    """Whether there is no visible character: white space, controls, zero-width and tag characters, blank letters."""
    if text.isascii():
        return not text.strip(_ASCII_BLANK)
    return not any(_visible(character) for character in text)


def present(text: str | None) -> str | None:
    """None in the place of a blank text, which earlier releases have stored."""
    return None if text is None or is_blank(text) else text


def stripped(text: str) -> str:
    """Without the white space and the invisible characters before and after it."""
    return text.strip(_AROUND)


def identifier(text: str) -> str:
    """The one spelling of an identifier: stripped and composed (NFC), because it is compared by equality."""
    if text.isascii():  # most are, and there are dozens in a receipt
        return text.strip()
    return normalized("NFC", stripped(text))


def normalized(form: Literal["NFC", "NFKC", "NFKD"], text: str) -> str:
    """A normal form of Unicode, in linear time.

    The marks on one letter are put into order, for which Python takes the square of their number. More than 30, which
    no language writes (UAX 15, section 13, Stream-Safe Text Format), are put into order in pieces.
    """
    if len(text) <= _FEW or text.isascii():
        return unicodedata.normalize(form, text)
    others = text.encode(errors="surrogatepass").translate(None, _ASCII).decode(errors="surrogatepass")
    if not (marks := sorted(c for c in set(others) if _is_mark(c))):
        return unicodedata.normalize(form, text)
    many = re.compile(f"([{''.join(map(re.escape, marks))}]{{{_MOST_MARKS}}})")
    return "".join(unicodedata.normalize(form, piece) for piece in many.split(text))


@lru_cache(maxsize=4_096)
def _is_mark(character: str) -> bool:
    return unicodedata.combining(unicodedata.normalize("NFKD", character)[0]) != 0


def _visible(character: str) -> bool:
    if character in _BLANK_LETTERS or "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff":
        return False
    if "\u180b" <= character <= "\u180f":
        return False
    return unicodedata.category(character) not in ("Zs", "Zl", "Zp", "Cc", "Cf")
