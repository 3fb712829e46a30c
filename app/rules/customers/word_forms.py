"""One form for the many spellings of a word: case, accents, width, apostrophes, scripts and transliterations."""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from app.rules.kit.texts import normalized

LONGEST_WORD = 64


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Without case, accents and width: Ångström is angstrom, ＺＯË is zoe. Other scripts stay as they are."""
    decomposed = normalized("NFKD", text.casefold())
    return normalized("NFC", "".join(c for c in decomposed if not unicodedata.combining(c)))


@lru_cache(maxsize=16_384)
def searchable(text: str) -> str:
    """Folded further than for sorting, so that spellings which people take for the same are the same.

    All Latin letters become ASCII ones, digits of every script too, apostrophes one, and kana katakana with large
    letters. Letters that Arabic, Hebrew and Cyrillic writers use for one another become one.
    """
    if text.isascii():
        return text.lower().translate(_APOSTROPHES)
    folded = normalized("NFKD", text.translate(_APOSTROPHES).casefold()).casefold()
    # The marks that make カ ガ are letters of their own to readers; accents are not.
    kept = "".join(c for c in folded if c in _VOICED or not unicodedata.combining(c))
    form = normalized("NFC", kept).translate(_SAME)
    return _NOT_ASCII.sub(_plain, _LONG_VOWEL.sub(_long_vowel, form.translate(_KATAKANA)))


def with_digraphs(text: str) -> str:
    """As where umlauts cannot be typed: Müller is Mueller, Østergård is Oestergaard."""
    return normalized("NFC", text).translate(_DIGRAPHS)


def in_latin_letters(text: str) -> list[str]:
    """The words of a text that are in other scripts, in Latin letters: Иванов is ivanov."""
    if text.isascii():
        return []
    found = pieces(normalized("NFKC", text).translate(_APOSTROPHES).casefold())
    return [_transliterated(word) for word in found if not searchable(word).isascii()]


def compact(text: str) -> str:
    """All letters and digits of a text as one word."""
    return "".join(character for character in searchable(text) if character.isalnum())[:LONGEST_WORD]


def pieces(text: str) -> list[str]:
    """The words of searchable text, apostrophes still in them: jean-luc has two, o'hara one.

    A word of a script without blanks between words is apart from letters beside it: abc商事 has two.
    """
    letters = "".join(c if _is_letter(c) else " " for c in text)
    found = (run for part in letters.split() for run in _RUNS.findall(part.strip("'")))
    return [piece for run in found if (piece := run.strip("'"))]


def is_unspaced(word: str) -> bool:
    """Whether it is of a script that puts no blanks between words, or of Hangul, which puts them where it likes."""
    return _UNSPACED.match(word) is not None


def unspaced_letters(word: str) -> list[str]:
    return _UNSPACED.findall(word)


def bigrams(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)]


def _is_letter(character: str) -> bool:
    # A vowel sign of Hindi or Thai is a mark, and no less a part of the word.
    return character.isalnum() or character == "'" or unicodedata.category(character)[0] == "M"


def _transliterated(word: str) -> str:
    return "".join(character for character in anyascii(word).lower() if character.isalnum())[:LONGEST_WORD]


def _plain(match: re.Match[str]) -> str:
    character = match.group()
    if unicodedata.category(character) == "Nd":
        return str(unicodedata.decimal(character))
    if unicodedata.category(character) == "Cf":  # joiners and marks of direction
        return ""
    return anyascii(character).lower() if character in _LATIN else character


def _long_vowel(match: re.Match[str]) -> str:
    """サトー is サトウ; a long vowel of another kind is as good as a short one: サーバー is サバ."""
    before = match.group(1)
    return before + "ウ" if before in _ROW_OF_O else before


_APOSTROPHES = str.maketrans(dict.fromkeys("’‘‛ʼʻʽʾʿˈʹ′‵`´＇՚ꞌ׳״", "'"))
_DIGRAPHS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa"}
)
_SAME = str.maketrans(
    dict(zip("ىیےکةۀہھەٱ", "يييكههههها", strict=True))
    | dict(zip("ךםןףץ", "כמנפצ", strict=True))
    | {"ـ": "", "ς": "σ", "ԥ": "п", "ґ": "г"}
)
_SMALL_KANA = dict(zip("ァィゥェォッャュョヮヵヶ", "アイウエオツヤユヨワカケ", strict=True))
_KATAKANA = str.maketrans(
    {chr(c): _SMALL_KANA.get(chr(c + 0x60), chr(c + 0x60)) for c in range(0x3041, 0x3097)} | _SMALL_KANA
)
_VOICED = "\u3099\u309a"
_ROW_OF_O = "オコソトノホモヨロヲゴゾドボポ"
_LONG_VOWEL = re.compile("(.)ー+")
_LATIN_BLOCKS = ((0xAA, 0x2B0), (0x1E00, 0x1F00), (0x2C60, 0x2C80), (0xA722, 0xA800))
_LATIN = {chr(c) for block in _LATIN_BLOCKS for c in range(*block) if chr(c).isalpha()}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_UNSPACED_LETTERS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_UNSPACED = re.compile(f"[{_UNSPACED_LETTERS}]")
_RUNS = re.compile(f"[{_UNSPACED_LETTERS}]+|[^{_UNSPACED_LETTERS} ]+")
