"""Words by which a customer is found: folded, so that case, accents and scripts do not stand between."""

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
    """The words of names, and how they are written in Latin letters: Иванов is found as ivanov too."""
    found = {word for text in texts for word in words(text)}
    latin = {spelled for word in found if not word.isascii() for spelled in words(anyascii(word))}
    return found | latin


def contact_words(normalized: str) -> set[str]:
    """Of a contact point: the whole, and the parts by which people remember it."""
    if normalized.startswith("+") and normalized[1:].isdigit():
        return {normalized[1:], str(phonenumbers.parse(normalized).national_number)}
    whole = fold(normalized)[:LONGEST_WORD]
    name = whole.partition("@")[0]
    return {word for word in words(name) if len(word) > 1} | {name, whole}


def has_likeness(word: str) -> bool:
    """Is a word that looks like this one perhaps meant? Numbers and whole addresses look like too many others."""
    return "@" not in word and not any(character.isdigit() for character in word)


def terms(q: str) -> list[str]:
    """What is looked for: every term has to be found, in some spelling. A number is one term, an e-mail address too."""
    stripped = q.strip()
    if _PHONE.fullmatch(stripped):
        return [re.sub(r"\D", "", stripped).lstrip("0")[:LONGEST_WORD] or "0"]
    parts = (([fold(part)[:LONGEST_WORD]] if "@" in part[1:-1] else words(part)) for part in stripped.split())
    return list(dict.fromkeys(word for part in parts for word in part))[:MOST_TERMS]


def mistakes(word: str) -> set[str]:
    """All that is a single slip of the finger away, in Latin letters and digits.

    A letter wrong, missing, too many, or two swapped (Damerau, "A technique for computer detection and correction of
    spelling errors", 1964). Of an e-mail address what stands before the @ may be mistaken: whole addresses all look
    alike. Very short words have none: they would mean everything.
    """
    word = word.partition("@")[0]
    if len(word) < _SHORTEST_MISTAKEN:
        return set()
    parts = [(word[:i], word[i:]) for i in range(len(word) + 1)]
    letters = _LETTERS if word.isalpha() else _DIGITS if word.isdigit() else _LETTERS + _DIGITS
    wrong = {a + c + b[1:] for a, b in parts if b for c in letters}
    missing = {a + c + b for a, b in parts for c in letters}
    too_many = {a + b[1:] for a, b in parts if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in parts if len(b) > 1}
    return wrong | missing | too_many | swapped | {word}


_LETTERS, _DIGITS = string.ascii_lowercase, string.digits
_SHORTEST_MISTAKEN = 3
_PHONE = re.compile(r"\+?[\d\s()./-]{4,}")
