"""The words by which customers are found, folded so that case, accents and scripts do not matter."""

import re
import string
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from anyascii import anyascii

LONGEST_WORD = 64
MOST_WORDS = 200
MOST_TERMS = 6
_WORD = re.compile(r"\w+")


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Without case, accents and width: Ångström is angstrom, ＺＯË is zoe. Other scripts stay as they are."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


def words(text: str) -> list[str]:
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def name_words(texts: Iterable[str]) -> set[str]:
    """The words of names and their transliterations into Latin letters: Иванов is found as ivanov too."""
    folded = {word for text in texts for word in words(text)}
    latin = {latin for word in folded if not word.isascii() for latin in words(anyascii(word))}
    return folded | latin


def contact_words(normalized: str) -> set[str]:
    """A contact point as a whole, and the parts by which people remember it."""
    if normalized.startswith("+") and normalized[1:].isdigit():
        return {normalized[1:], str(phonenumbers.parse(normalized).national_number)}
    whole = fold(normalized)[:LONGEST_WORD]
    name = whole.partition("@")[0]
    return {word for word in words(name) if len(word) > 1} | {name, whole}


def allows_similarity(word: str) -> bool:
    """Whether similar words may be meant. Numbers and whole addresses resemble too many others."""
    return "@" not in word and not any(character.isdigit() for character in word)


def terms(q: str) -> list[str]:
    """The terms of a query, all of which must match. A phone number is one term, and so is an e-mail address."""
    stripped = q.strip()
    if _PHONE.fullmatch(stripped):
        return [re.sub(r"\D", "", stripped).lstrip("0")[:LONGEST_WORD] or "0"]
    parts = (([fold(part)[:LONGEST_WORD]] if "@" in part[1:-1] else words(part)) for part in stripped.split())
    return list(dict.fromkeys(word for part in parts for word in part))[:MOST_TERMS]


def misspellings(word: str) -> set[str]:
    """The word and everything that is one typing error away from it, in Latin letters and digits.

    A letter wrong, missing, too many, or two swapped (Damerau, "A technique for computer detection and correction of
    spelling errors", 1964). Of an e-mail address only the part before the @ is varied. Words of fewer than three
    characters have no misspellings, since they would match everything.
    """
    word = word.partition("@")[0]
    if len(word) < _SHORTEST_MISSPELT:
        return set()
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = _LETTERS if word.isalpha() else _DIGITS if word.isdigit() else _LETTERS + _DIGITS
    wrong = {a + c + b[1:] for a, b in parts if b for c in letters}
    missing = {a + c + b for a, b in parts for c in letters}
    too_many = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    return wrong | missing | too_many | swapped | {word}


_LETTERS, _DIGITS = string.ascii_lowercase, string.digits
_SHORTEST_MISSPELT = 3
_PHONE = re.compile(r"\+?[\d\s()./-]{4,}")
