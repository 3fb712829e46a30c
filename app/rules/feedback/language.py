"""Detecting the language of a text: only where letter sequences (CLD3) and common words agree."""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

READ = 500
"""Characters: more of them tell nothing new."""
FEWEST_LETTERS = 8
FEWEST_IDEOGRAPHS = 4
MIN_PROBABILITY = 0.5
"""Of CLD3, where the common words of the text are of the same language."""
MIN_PROBABILITY_ALONE = 0.9
"""Of CLD3, where common words cannot be checked: scripts without spaces, languages without a list."""

_NAMES = {"iw": "he", "jw": "jv", "fil": "tl", "nb": "no"}
"""ISO 639-1 codes of languages for which CLD3 has other codes."""
_UNSPACED = frozenset(("ja", "km", "ko", "lo", "my", "th", "zh"))
_WORD = re.compile(r"[^\W\d_]+")
_IDEOGRAPH = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def detect(text: str) -> str | None:
    """Its ISO 639-1 code. None for texts too short to tell, mixed ones, and Latin spellings of other scripts."""
    start = text[:READ]
    # A half of a surrogate pair, or a zero, is nothing that CLD3 takes.
    clean = start.encode("utf-8", "replace").decode("utf-8").replace("\0", " ")
    words = _WORD.findall(clean.casefold())
    letters = sum(map(len, words))
    if letters < (FEWEST_IDEOGRAPHS if _IDEOGRAPH.search(clean) else FEWEST_LETTERS):
        return None
    found = _letters().FindLanguage(clean)
    code = _NAMES.get(found.language, found.language)
    if len(code) != 2 or found.probability < MIN_PROBABILITY:
        return None
    if code in _UNSPACED or code not in _common().languages:
        return code if found.probability >= MIN_PROBABILITY_ALONE else None
    votes = Counter(language for word in words for language in _common().by_word.get(word, ()))
    return code if votes[code] and votes[code] == max(votes.values()) else None


class _CommonWords:
    """The languages that a word is common in: `de` is French, Spanish, Dutch and some more."""

    def __init__(self) -> None:
        import stopwordsiso

        self.languages = frozenset(stopwordsiso.langs())
        self.by_word: dict[str, tuple[str, ...]] = {}
        for language in sorted(self.languages - _UNSPACED):
            for word in stopwordsiso.stopwords(language):
                self.by_word[word] = (*self.by_word.get(word, ()), language)


# Both are read when the first text comes, not when the service or its command line starts.
@lru_cache(maxsize=1)
def _common() -> _CommonWords:
    return _CommonWords()


@lru_cache(maxsize=1)
def _letters() -> Any:
    from gcld3 import NNetLanguageIdentifier

    return NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * READ)
