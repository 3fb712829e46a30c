"""What is searched for: the terms of a query, and the words that each of them may mean."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import groupby, product

from app.rules.customers.misspellings import misspellings
from app.rules.customers.phone_numbers import is_extension, parse_number, without_words
from app.rules.customers.search import (
    BEGINNING,
    IDENTITY_TAIL,
    LETTER,
    PHONE_TAIL,
    TAILS,
    WHOLE,
    is_beginning,
    is_letter,
)
from app.rules.customers.sender_headers import address_among_words, bare_address, bare_term
from app.rules.customers.word_forms import (
    LONGEST_WORD,
    bigrams,
    compact,
    fold,
    in_latin_letters,
    is_unspaced,
    pieces,
    searchable,
    with_digraphs,
)

MOST_TERMS = 6
# How well a word matches, from the same word down to one that only resembles it.
EXACT, JOINED, NUMBER_END, SPLIT, NUMBER = 1, 0.98, 0.97, 0.95, 0.94
PREFIX, PART, TYPO, IDENTITY_END, SIMILAR = 0.9, 0.85, 0.8, 0.75, 0.7


class Grouping(Enum):
    """What groups of digits are that stand beside one another, the likeliest first."""

    USUAL = auto()
    """One number, if there is nothing else or it has the length of a phone number."""
    APART = auto()
    """Each is a number of its own."""
    TOGETHER = auto()
    """One number, however short it is and whatever signs are between them."""


@dataclass(frozen=True, slots=True)
class Term:
    word: str
    spellings: tuple[str, ...] = ()
    """Other words that it is as well, each of which may be completed like the word itself."""
    joined: tuple[str, ...] = ()
    """Words that it is together with its neighbours."""
    digits: str = ""
    """If it is a number of at least four digits, these: numbers may end with them."""
    is_exact: bool = False
    """Whether it is looked for without typing errors."""

    @property
    def is_of_few(self) -> bool:
        """Whether hardly anybody can have it, in a store of any size: an address, or many digits of a number."""
        return len(self.digits) >= _LONGEST_TAIL or "@" in self.word[1:]

    @property
    def begins(self) -> list[str]:
        """What words that complete it begin with, as far as they have to be looked up."""
        return [form for form in self.forms if not is_beginning(form) and not is_letter(form)]

    @property
    def forms(self) -> tuple[str, ...]:
        return (self.word, *self.spellings)

    @property
    def exact(self) -> dict[str, float]:
        """The words that it is, and how well each of them matches."""
        found = {BEGINNING + form: PREFIX for form in self.forms if is_beginning(form)}
        if not self.digits:
            found |= {LETTER + form: PART for form in self.forms if is_letter(form)}
            words = (WHOLE + form if len(self.grams) == 1 else form for form in self.forms)
            return found | dict.fromkeys(self.joined, JOINED) | dict.fromkeys(words, EXACT)
        found |= dict.fromkeys(self.joined, JOINED) | dict.fromkeys(self.forms, NUMBER)
        found[WHOLE + self.digits] = EXACT
        if len(self.digits) in TAILS:
            found |= {PHONE_TAIL + self.digits: NUMBER_END, IDENTITY_TAIL + self.digits: IDENTITY_END}
        return found

    @property
    def tails(self) -> dict[str, float]:
        """The words of those whose numbers may end with it, if it is too long for a word: their numbers prove it."""
        if len(self.digits) <= _LONGEST_TAIL:
            return {}
        end = self.digits[-_LONGEST_TAIL:]
        return {PHONE_TAIL + end: NUMBER_END, IDENTITY_TAIL + end: IDENTITY_END}

    @property
    def grams(self) -> list[str]:
        """If it is of a script without blanks between words, the parts of a word that contains it."""
        return bigrams(self.word) if is_unspaced(self.word) else []

    @property
    def proof(self) -> list[str]:
        """Patterns, one of which a word of the customer is like if the tails or the grams are more than a chance."""
        if not self.digits:
            return [f"%{self.word}%"] if self.grams else []
        stripped = self.digits.lstrip("0")
        ends = [self.digits, *([stripped] if len(stripped) >= _SURELY_A_NUMBER else [])]
        return [f"%{end}" for end in dict.fromkeys(ends)]

    @property
    def misspellings(self) -> set[str]:
        if self.is_exact:
            return set()
        if self.digits:
            return misspellings(self.word) if len(self.digits) > _SHORTEST_TAIL else set()
        return set() if self.grams else misspellings(self.word)

    @property
    def splits(self) -> list[tuple[str, ...]]:
        """The words that it may be together, those of equal length first: jeanluc may be jean luc.

        Of three words, the first two are short, as in de la Cruz and van der Berg.
        """
        if not self.word.isalpha() or is_unspaced(self.word) or len(self.word) < _SHORTEST_SPLIT:
            return []
        pairs = [(self.word[:n], self.word[n:]) for n in range(1, len(self.word) - 1)]
        threes = [
            (self.word[:n], self.word[n : n + m], self.word[n + m :])
            for n, m in product(_PARTICLE_LENGTHS, repeat=2)
            if n + m + 1 < len(self.word)
        ]
        return sorted([*pairs, *threes], key=lambda words: -min(map(len, words)))


def readings(q: str, region: str = "") -> Iterator[list[Term]]:
    """The different ways to read a query, the likeliest first: a whole number or address before a mistyped one."""
    known: list[list[Term]] = []
    usual, alone = terms(q, region), _number_among_words(q, region) or _address_among_words(q)
    if alone is not None and [alone] != usual:
        known = [[replace(term, is_exact=True) for term in reading] for reading in (usual, [alone])]
        yield from known
    for grouping in Grouping:
        reading = usual if grouping is Grouping.USUAL else terms(q, region, grouping)
        if reading not in known:
            known.append(reading)
            yield reading
    if alone is not None and [alone] not in known:
        yield [alone]


def terms(q: str, region: str = "", grouping: Grouping = Grouping.USUAL) -> list[Term]:
    """The terms of a query, all of which must match. A phone number is one term, unless its parts are to be found
    apart, and so is an e-mail address.

    `region` (ISO 3166-1) is the country of a number that is written without one. An extension is no term: whoever has
    the number is found, with any extension or none.
    """
    found = [term for chunk, extension in _chunks(q, grouping) for term in _group(chunk, extension, region)]
    return list({term.word: term for term in _with_neighbours(found)}.values())[:MOST_TERMS]


_SHORTEST_TAIL, _LONGEST_TAIL = min(TAILS), max(TAILS)
_SHORTEST_SPLIT = 4
_PARTICLE_LENGTHS = (2, 3)
_SURELY_A_NUMBER = 6
_DIGIT_GROUP = re.compile(r"\+?[(]?\d[\d()./\u2010-\u2015-]*")
_SHORTEST_PHONE = 7
_MOST_NEIGHBOURS = 3
_PERHAPS_EXTENSION = re.compile(r"(?<=\d)(?:(?P<commas>[\s.,:;-]*[,;][\s.,:;-]*)|\D+)\d+#?(?=\W*(?:\s|$))")
_NUMBER_AT_END = re.compile(r"(?:^|[\s:])([+(]*\d[\d\s()./\u2010-\u2015-]*)$")
_PHRASE_END = re.compile(r"[,;](?=\s|$)")
_NUMBER_NEXT = re.compile(r"\W*\d")


def _chunks(q: str, grouping: Grouping) -> list[tuple[str, str]]:
    """What stands between blanks, and its extension; a phone number is one chunk whatever is in it, unless apart."""
    runs: list[tuple[bool, list[str], str]] = []
    for text, extension in _with_extensions(q):
        for phrase in _PHRASE_END.split(text) if grouping is Grouping.TOGETHER else [text]:
            parts = filter(None, map(bare_term, phrase.split()))
            if grouping is Grouping.TOGETHER:
                parts = filter(_has_words, parts)
            runs += [(is_number, list(run), "") for is_number, run in groupby(parts, _is_digit_group)]
        if extension and runs:
            runs[-1] = (*runs[-1][:2], extension)
    chunks: list[tuple[str, str]] = []
    for is_number, run, extension in runs:
        joined = "".join(run)
        usual = len(runs) == 1 or _count_digits(joined) >= _SHORTEST_PHONE
        whole = is_number and (grouping is Grouping.TOGETHER or (grouping is Grouping.USUAL and usual))
        *others, last = [joined] if whole else run
        chunks += [*((chunk, "") for chunk in others), (last, extension)]
    return chunks


def _with_extensions(q: str) -> Iterator[tuple[str, str]]:
    """The text up to each extension of a number, and the extension; the last has none."""
    done = 0
    for found in _PERHAPS_EXTENSION.finditer(q):
        number = _NUMBER_AT_END.search(searchable(q[done : found.start()]))
        if number is not None and _has_extension(number[1], found) and is_extension(found[0]):
            yield q[done : found.start()], found[0]
            done = found.end()
    yield q[done:], ""


def _has_extension(number: str, found: re.Match[str]) -> bool:
    """Whether the number is long enough to have one: `1414 x42` is, `Box 12 x3` is not.

    Commas and semicolons are as often between two numbers, so these have to be behind a whole number and before none.
    """
    whole = _count_digits(number) >= _SHORTEST_PHONE
    if found["commas"]:
        return whole and _NUMBER_NEXT.match(found.string, found.end()) is None
    return whole or _count_digits(number.split()[-1]) >= _SHORTEST_TAIL


def _has_words(chunk: str) -> bool:
    return bool(pieces(searchable(chunk)))


def _count_digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _is_digit_group(chunk: str) -> bool:
    return _DIGIT_GROUP.fullmatch(searchable(chunk)) is not None


def _group(chunk: str, extension: str, region: str) -> list[Term]:
    """The terms of what stands between blanks; each may also be all of them together."""
    text = searchable(chunk)
    if "@" in text[1:-1]:
        return [Term(fold(bare_address(chunk))[:LONGEST_WORD])]
    if text.startswith("@") and len(text) > 1:
        account = fold(chunk)[1:LONGEST_WORD]
        return [Term(f"@{account}", (account,))]
    found = pieces(text)
    if _is_digit_group(chunk) or (len(found) == 1 and found[0].isdecimal()):
        return [_number(text, extension, region)]
    spelled_out = pieces(searchable(with_digraphs(chunk)))
    whole = text.strip("'")[:LONGEST_WORD]
    together = ("".join(found).replace("'", "")[:LONGEST_WORD], whole, f"@{whole}") if len(found) > 1 else ()
    terms = []
    for n, piece in enumerate(found):
        word = piece.replace("'", "")[:LONGEST_WORD]
        others = [spelled_out[n].replace("'", "")[:LONGEST_WORD]] if len(spelled_out) == len(found) else []
        if not is_unspaced(word) and not word.isascii():
            others += in_latin_letters(piece)
        spellings = tuple(dict.fromkeys(other for other in others if len(other) > 1 and other != word))
        # What stands beside a word without blanks is found for itself.
        terms.append(Term(word, spellings, () if is_unspaced(word) else together))
    return terms


def _number_among_words(q: str, region: str) -> Term | None:
    """A whole phone number that has words around it."""
    digits = "".join(filter(str.isdecimal, searchable(q)))
    number = parse_number(without_words(q, region), region) if digits and any(map(str.isalpha, q)) else None
    if number is None or not number.identifies or number.national not in digits:  # letters may stand for digits
        return None
    return _number(number.value, "", "")


def _address_among_words(q: str) -> Term | None:
    address = address_among_words(q)
    return Term(fold(address)[:LONGEST_WORD]) if address else None


def _number(text: str, extension: str, region: str) -> Term:
    """A number as it may be typed: with its country or a zero instead, with blanks, brackets and dashes.

    With what looks like its extension it may be another word: `1234x5678` may be a card.
    """
    entered = re.sub(r"\(0\)", "", text) if text.startswith(("+", "00")) else text
    digits = re.sub(r"[^0-9]", "", entered)[:LONGEST_WORD]
    stripped = digits.lstrip("0") or "0"
    number = parse_number(entered, region) if len(digits) >= _SHORTEST_PHONE else None
    e164 = number.value[1:] if number is not None and number.value.startswith("+") else ""
    spellings = tuple(dict.fromkeys(form for form in (digits, e164) if form and form != stripped))
    card = (compact(text + extension),) if extension else ()
    return Term(stripped, spellings, card, digits if len(digits) >= _SHORTEST_TAIL else "")


def _with_neighbours(flat: list[Term]) -> Iterator[Term]:
    """Terms that follow one another may be one word: Jean Luc may be Jeanluc, and SW1A 9ZZ SW1A9ZZ."""
    joined: list[dict[str, None]] = [dict.fromkeys(term.joined) for term in flat]
    for length in range(2, _MOST_NEIGHBOURS + 1):
        for first in range(len(flat) - length + 1):
            span = flat[first : first + length]
            if all(term.word.isalnum() and not is_unspaced(term.word) for term in span):
                word = "".join(term.digits or term.word for term in span)[:LONGEST_WORD]
                for n in range(first, first + length):
                    joined[n][word] = None
    for term, words in zip(flat, joined, strict=True):
        yield replace(term, joined=tuple(words))
