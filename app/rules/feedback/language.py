"""Which language is a text written in? Said only where two judges agree: letter sequences and common words."""

import re
from collections import Counter
from functools import lru_cache
from typing import Any

READ = 500
"""Characters: more of them tell nothing new."""
FEWEST_LETTERS = 8
FEWEST_IDEOGRAPHS = 4
LIKELY = 0.5
"""How sure CLD3 has to be where the text's common words are of the same language."""
CERTAIN = 0.9
"""How sure it has to be on its own: where words are not parted by spaces, or no list of common words is known."""

_NAMES = {"iw": "he", "jw": "jv", "fil": "tl", "nb": "no"}
"""What CLD3 calls by an older name or a longer one than ISO 639-1 does."""
_UNPARTED = frozenset(("ja", "km", "ko", "lo", "my", "th", "zh"))
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
    if len(code) != 2 or found.probability < LIKELY:
        return None
    if code in _UNPARTED or code not in _common().languages:
        return code if found.probability >= CERTAIN else None
    votes = Counter(language for word in words for language in _common().by_word.get(word, ()))
    return code if votes[code] and votes[code] == max(votes.values()) else None


class _Common:
    """The languages that a word is common in: `de` is French, Spanish, Dutch and some more."""

    def __init__(self) -> None:
        import stopwordsiso

        self.languages = frozenset(stopwordsiso.langs())
        self.by_word: dict[str, tuple[str, ...]] = {}
        for language in sorted(self.languages - _UNPARTED):
            for word in stopwordsiso.stopwords(language):
                self.by_word[word] = (*self.by_word.get(word, ()), language)


# Both are read when the first text comes, not when the service or its command line starts.
@lru_cache(maxsize=1)
def _common() -> _Common:
    return _Common()


@lru_cache(maxsize=1)
def _letters() -> Any:
    from gcld3 import NNetLanguageIdentifier

    return NNetLanguageIdentifier(min_num_bytes=0, max_num_bytes=4 * READ)
