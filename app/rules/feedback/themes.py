"""Finding themes in texts, by the words and phrases that the business gave them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from app.rules.kit.texts import normalized

READ = 50_000
"""Characters; what comes after them is not read."""
_PIECE = 2_000

_STEMMERS = {
    "ar": "arabic", "ca": "catalan", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "ne": "nepali", "nl": "dutch",
    "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
# Accents, Arabic and Hebrew vowel points, joiners and soft hyphens. Marks that make another letter stay: й, ї, が.
_MARKS = re.compile(
    "(?<![иу])\u0306|(?<!і)\u0308|[\u0300-\u0305\u0307\u0309-\u036f\u0591-\u05bd\u064b-\u0652]"
    "|[\u00ad\u200b-\u200d\ufe0e\ufe0f]"
)
_BETWEEN = re.compile(
    r"[\s\x00-/:-@\[-`{-\xa9\xab-\xb4\xb6-\xb9\xbb-\xbf\u060c\u061b\u061f\u06d4\u0964\u0965\u2000-\u2bff\u3000-\u303f"
    "\ufe10-\ufe1f\ufe30-\ufe4f\U0001f000-\U0001faff]+"
)
# Thai, Lao, Burmese, Khmer, kana, Han: no spaces between words. Korean has them, but its words grow endings.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)


@dataclass(frozen=True)
class Theme:
    code: str
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    """Consecutive words, whatever punctuation is between them."""
    languages: tuple[str, ...] = ()
    """ISO 639-1. Looked for only in texts of these languages, and in those whose language is not known; empty: all."""


@dataclass(frozen=True)
class _Index:
    """Codes of themes by what is looked for."""

    words: dict[tuple[str, ...], set[str]]
    lengths: dict[str, set[int]]
    """By the first word: the numbers of words of what begins with it."""
    parts: dict[str, set[str]]
    """For scripts without spaces between words."""


class Themes:
    """Compiled once; the cost of a text is then about its length, however many words the themes have."""

    def __init__(self, themes: Iterable[Theme]) -> None:
        self._themes = tuple(themes)
        self._languages = {language for theme in self._themes for language in theme.languages} | _STEMMERS.keys()
        self._indexes: dict[str | None, _Index] = {}

    def find(self, text: str, language: str | None) -> list[str]:
        """The codes of the themes that a text mentions, sorted."""
        folded = _read(text)
        supported = language if language is None or language in self._languages else ""
        index = self._indexes.get(supported) or self._indexes.setdefault(supported, self._index(supported))
        codes_found: set[str] = set()
        tokens = _stems(_BETWEEN.split(folded), supported)
        for position, token in enumerate(tokens):
            for length in index.lengths.get(token, ()):
                codes_found |= index.words.get(tuple(tokens[position : position + length]), set())
        if index.parts and _UNSPACED.search(folded):
            run = "".join(folded.split())
            # Most parts do not even begin in the text: that is cheaper to check than to search.
            beginnings = {run[position : position + 2] for position in range(len(run))} | set(run)
            for part, codes in index.parts.items():
                if part[:2] in beginnings and part in run:
                    codes_found |= codes
        return sorted(codes_found)

    def _index(self, language: str | None) -> _Index:
        index = _Index(defaultdict(set), defaultdict(set), defaultdict(set))
        for theme in self._themes:
            if theme.languages and language is not None and language not in theme.languages:
                continue
            for words in (*theme.words, *theme.phrases):
                folded = _fold(words)
                if _UNSPACED.search(folded):
                    index.parts["".join(folded.split())].add(theme.code)
                elif tokens := _stems(_BETWEEN.split(folded), language):
                    index.words[tuple(tokens)].add(theme.code)
                    index.lengths[tokens[0]].add(len(tokens))
        return index


def _read(text: str) -> str:
    """Folded piece by piece, up to the limit: one character may fold to eighteen letters."""
    folded = ""
    for start in range(0, min(len(text), READ), _PIECE):
        folded += _fold(text[start : start + _PIECE])
        if len(folded) >= READ:
            break
    return folded[:READ]


def is_searchable(words: str) -> bool:
    """Whether there is anything in the words that could be found."""
    folded = _fold(words)
    return bool(_UNSPACED.search(folded) or any(_BETWEEN.split(folded)))


def _fold(text: str) -> str:
    """Without case, accents and width. Not search.fold: that one remembers what it folded, and takes ば for は."""
    return normalized("NFC", _MARKS.sub("", normalized("NFKD", text.casefold())))


def _stems(words: Iterable[str], language: str | None) -> list[str]:
    words = [word for word in words if word]
    stemmer = _stemmer(_STEMMERS.get(language or ""))
    return words if stemmer is None else stemmer.stemWords(words)


@cache
def _stemmer(name: str | None) -> Any:
    import Stemmer

    return Stemmer.Stemmer(name) if name in Stemmer.algorithms() else None
