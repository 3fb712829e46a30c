"""Texts: what has nothing to see in it, and how identifiers are spelled alike."""

import unicodedata

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")
"""Letters and marks, by their category, that are drawn as nothing: Hangul fillers, the empty braille cell."""
_AROUND = frozenset("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\ufeff") | _BLANK_LETTERS
"""What is stripped beside white space. Tags and variation selectors are not: emoji end in them."""


def is_blank(text: str) -> bool:
    """Whether there is no visible character: white space, controls, zero-width and tag characters, blank letters."""
    return not any(_visible(character) for character in text)


def present(text: str | None) -> str | None:
    """None in the place of a blank text, which earlier releases have stored."""
    return None if text is None or is_blank(text) else text


def stripped(text: str) -> str:
    """Without the white space and the invisible characters before and after it."""
    bare = text.strip()
    while bare and (bare[0] in _AROUND or bare[-1] in _AROUND):
        bare = bare.strip("".join(_AROUND)).strip()
    return bare


def identifier(text: str) -> str:
    """The one spelling of an identifier: stripped and composed (NFC), because it is compared by equality."""
    if text.isascii():  # most are, and there are dozens in a receipt
        return text.strip()
    return unicodedata.normalize("NFC", stripped(text))


def _visible(character: str) -> bool:
    if character in _BLANK_LETTERS or "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff":
        return False
    if "\u180b" <= character <= "\u180f":
        return False
    return unicodedata.category(character) not in ("Zs", "Zl", "Zp", "Cc", "Cf")
