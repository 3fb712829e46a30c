"""The sentiment of a text, by word lists: no network, no model, a fraction of a millisecond.

The method is VADER's (Hutto and Gilbert, 2014): words have a valence; a negation before them turns it round, an
intensifier makes it stronger, what stands after "but" counts for more. It knows words only: irony is taken literally.
docs/feedback.md has its accuracy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from importlib import resources
from math import sqrt

ANALYZER = "rapport-lexicon"
VERSION = "1"
"""Stored with each result. Raise it with every change of a rule, a number or a list, so that earlier results can be
found and analysed again."""

READ = 5_000
"""Characters; what comes after them is not read."""


class Sentiment(StrEnum):
    """Whether a text is positive, negative or neither."""

    negative = "negative"
    neutral = "neutral"
    positive = "positive"


@dataclass(frozen=True)
class Result:
    score: Decimal
    """-1 to 1, three decimals. A rank and not a share: 0.8 is not twice 0.4."""
    sentiment: Sentiment


@dataclass(frozen=True)
class _Rules:
    lists: tuple[str, ...]
    negations: frozenset[str]
    stronger: frozenset[str]
    weaker: frozenset[str]
    contrasts: frozenset[str]
    """Words such as "but": what follows them counts for more."""


def _rules(lists: str, negations: str, stronger: str, weaker: str, contrasts: str) -> _Rules:
    sets = (frozenset(words.split()) for words in (negations, stronger, weaker, contrasts))
    return _Rules(tuple(lists.split()), *sets)


_RULES = {
    "en": _rules(
        "en en_feedback",
        "not no never none nobody nothing nowhere neither nor without hardly barely scarcely rarely seldom cannot cant"
        " dont doesnt didnt isnt wasnt arent werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint lacks lack"
        " lacking lacked",
        "very really so extremely absolutely totally completely incredibly truly highly super too especially"
        " particularly exceptionally utterly most",
        "slightly somewhat fairly rather quite kinda almost little partly",
        "but however",
    ),
    "fr": _rules(
        "fr",
        "pas jamais aucun aucune rien sans ni guère",
        "très vraiment trop extrêmement si tellement super absolument totalement tout",
        "peu assez plutôt",
        "mais cependant pourtant",
    ),
    "nl": _rules(
        "nl",
        "niet geen nooit niets niemand zonder nergens noch nauwelijks",
        "zeer heel erg echt super ontzettend te enorm uiterst",
        "beetje redelijk vrij nogal",
        "maar echter",
    ),
}
LANGUAGES = frozenset(_RULES)
"""ISO 639-1 codes of the supported languages."""

_WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|[.,;:!?]+|\S")
_STOPS = frozenset(".,;:!?")
_LOOK_BACK = 3
_NEGATED = -0.74
_STRONGER, _WEAKER = 1.3, 0.7
_BEFORE_BUT, _AFTER_BUT = 0.5, 1.5
_EXCLAIMED, _MOST_EXCLAIMED = 0.07, 4
_SATURATION = 15 / 16
_NEUTRAL = Decimal("0.05")
_THOUSANDTH = Decimal("0.001")


def analyse(text: str, language: str | None) -> Result | None:
    """None where the language is unknown or not among LANGUAGES, and for a text without words and signs.

    A text whose words are all unknown is neutral.
    """
    rules = _RULES.get(language or "")
    if rules is None:
        return None
    text = text[:READ].casefold().replace("’", "'").replace("\ufe0f", "")
    valences, signs = _words(rules.lists), _words(("signs",))
    tokens = list(_tokens(text, valences, signs))
    if not any(token in signs or token[0].isalpha() for token in tokens):
        return None
    score = Decimal(_score(tokens, rules, valences, signs, text.count("!"))).quantize(_THOUSANDTH)
    return Result(score, _sentiment(score))


def _sentiment(score: Decimal) -> Sentiment:
    if abs(score) < _NEUTRAL:
        return Sentiment.neutral
    return Sentiment.positive if score > 0 else Sentiment.negative


@cache
def _words(lists: tuple[str, ...]) -> dict[str, float]:
    """Valences by word or pair of words; later lists override earlier ones."""
    folder = resources.files("app.rules.feedback") / "lexicons"
    lines = (line for name in lists for line in (folder / f"{name}.txt").read_text(encoding="utf-8").splitlines())
    pairs = (line.rpartition("\t") for line in lines if not line.startswith("# "))
    return {word: int(thousandths) / 1000 for word, _, thousandths in pairs}


def _tokens(text: str, valences: dict[str, float], signs: dict[str, float]) -> Iterator[str]:
    for piece in text.split():
        if piece in signs:
            yield piece
            continue
        for token in _WORD.findall(piece):
            # l'accueil is accueil, well-cooked is well and cooked, unless the whole is known. Don't stays don't.
            if token not in valences and token[0].isalpha() and not token.endswith("n't"):
                yield from re.split("['-]", token)
            else:
                yield token


def _score(tokens: list[str], rules: _Rules, valences: dict[str, float], signs: dict[str, float], marks: int) -> float:
    before = 0.0
    after = 0.0
    contrasted = False
    for position, token in enumerate(tokens):
        if token in rules.contrasts:
            before, after, contrasted = before + after, 0.0, True
        after += signs[token] if token in signs else _valence(tokens, position, rules, valences)
    total = before * _BEFORE_BUT + after * _AFTER_BUT if contrasted else after
    exclaimed = min(marks, _MOST_EXCLAIMED) * _EXCLAIMED
    total += exclaimed if total > 0 else -exclaimed if total < 0 else 0
    return total / sqrt(total * total + _SATURATION)


def _valence(tokens: list[str], position: int, rules: _Rules, valences: dict[str, float]) -> float:
    token = tokens[position]
    if position and (pair := valences.get(f"{tokens[position - 1]} {token}")) is not None:
        return pair
    valence = valences.get(token, 0.0)
    if not valence or token in rules.negations:
        return 0.0
    negated = False
    for earlier in reversed(tokens[max(0, position - _LOOK_BACK) : position]):
        if earlier[0] in _STOPS or earlier in rules.contrasts:
            break
        if earlier in rules.negations or earlier.endswith("n't"):
            negated = True
        elif earlier in rules.stronger:
            valence *= _STRONGER
        elif earlier in rules.weaker:
            valence *= _WEAKER
    return valence * _NEGATED if negated else valence
