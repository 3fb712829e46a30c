"""The words by which customers are found: of their names, contact points, identities and addresses.

Beside plain words there are marked ones, which no text contains: the last digits of numbers, whole numbers that are
identities, the first letters of words, all letters of scripts without blanks, tags, and values of fields that lists are
filtered by.
"""

import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, groupby, islice, takewhile
from types import MappingProxyType
from typing import NamedTuple

import phonenumbers

from app.rules.customers.word_forms import (
    LONGEST_WORD,
    bigrams,
    compact,
    fold,
    in_latin_letters,
    is_unspaced,
    pieces,
    searchable,
    unspaced_letters,
    with_digraphs,
)
from app.rules.kit.texts import normalized

__all__ = [
    "FILTERS",
    "MARKS",
    "MOST_WORDS",
    "Sought",
    "allows_similarity",
    "beginning_of",
    "beginnings",
    "customer_words",
    "distinct_tags",
    "field_word",
    "fold",
    "is_beginning",
    "is_letter",
    "is_lettered",
    "lettered_beginnings",
    "letters",
    "tag_word",
    "whole_words",
]

MOST_WORDS = 400
TAILS = (4, 5, 6)
"""How many last digits of a number are a word. Of a million customers, few have a number with the same last six."""
# Folding turns each of these marks into something else, so they begin no other word.
PHONE_TAIL, IDENTITY_TAIL, WHOLE, BEGINNING, LETTER, _TAG, _FIELD = "…", "‥", "＝", "＾", "＊", "＃", "＆"
MARKS = PHONE_TAIL + IDENTITY_TAIL + WHOLE + BEGINNING + LETTER + _TAG + _FIELD
FILTERS = ("kind", "trade", "role", "owner", "acquisition_source", "country", "postal_code", "system")
"""Those of lists of customers whose values are words too; so are tags."""
LONGEST_BEGINNING = 4
"""Up to how many first letters of a word are a word: too many words begin with them to look each of those up."""
MOST_DIGITS = 6
"""Up to how many first digits of a number are a word."""
_LONGEST_MARKED = max(LONGEST_BEGINNING, MOST_DIGITS)
_SHORTEST_NUMBER = 6
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_SHORTEST_SIMILAR = 3
_PUNCTUATION = frozenset(string.punctuation)
_LAST_NUMBER = re.compile(r"[0-9]([./-]?[0-9])*$")
_BRITISH_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})", re.IGNORECASE)


class Sought(NamedTuple):
    """What a customer is found by, as it is stored."""

    names: Sequence[str]
    numbers: Sequence[str] = ()
    """Phone numbers in E.164."""
    addresses: Sequence[str] = ()
    """Normalised contact points that are no numbers: e-mail addresses and accounts."""
    identities: Sequence[str] = ()
    places: Sequence[str] = ()
    """Postal codes and cities."""
    tags: Sequence[str] = ()
    fields: Mapping[str, Iterable[str]] = MappingProxyType({})
    """Values by FILTERS."""


def customer_words(sought: Sought) -> set[str]:
    """At most MOST_WORDS; where there are more, those of parts and beginnings of names are left out first."""
    names = [_name_words(name) for name in sought.names]
    parts = [
        map(tag_word, sought.tags),
        (field_word(name, value) for name, values in sought.fields.items() for value in values),
        *(plain for plain, _ in names),
        *map(number_words, sought.numbers),
        *map(address_words, sought.addresses),
        *map(identity_words, sought.identities),
        *map(place_words, sought.places),
        *(grams for _, grams in names),
    ]
    found = dict.fromkeys(word for word in chain(*parts) if word)
    found |= dict.fromkeys(lettered_beginnings(found))
    return set(islice(found | dict.fromkeys(chain(beginnings(found), letters(found))), MOST_WORDS))


def lettered_beginnings(words: Iterable[str]) -> list[str]:
    """The letters that words with digits begin with: smith of smith42. So what begins with letters completes them as a
    word of letters alone, of which there are few.
    """
    found = ("".join(takewhile(_is_lettered, word)) for word in _plain(words))
    return [word for word in found if len(word) >= _SHORTEST_SIMILAR and not is_unspaced(word)]


def is_lettered(word: str) -> bool:
    """Whether words that it completes are found as words of letters alone."""
    return len(word) >= _SHORTEST_SIMILAR and all(map(_is_lettered, word))


def beginnings(words: Iterable[str]) -> Iterator[str]:
    """The marked words of the first letters or digits of words. What an address begins with, its name does too."""
    for word in _plain(words):
        for length in range(1, min(_LONGEST_MARKED, len(word) - 1) + 1):
            if is_beginning(word[:length]):
                yield BEGINNING + word[:length]


def is_beginning(text: str) -> bool:
    """Whether all words that begin with it have its marked word."""
    if text.isdecimal():
        return len(text) <= MOST_DIGITS
    return 0 < len(text) <= LONGEST_BEGINNING and text.isalpha() and not is_unspaced(text)


def beginning_of(text: str) -> str | None:
    """The longest of the marked words that all words have which begin with this text."""
    found = (text[:length] for length in range(_LONGEST_MARKED, 0, -1))
    return next((BEGINNING + begin for begin in found if "@" not in text and is_beginning(begin)), None)


def letters(words: Collection[str]) -> list[str]:
    """The marked words of the letters of scripts without blanks, but for those that are words themselves.

    They are sorted, so that those which there is room for are the same whenever they are made.
    """
    found = set(unspaced_letters("".join(_plain(words))))
    return sorted(LETTER + letter for letter in found.difference(words))


def is_letter(text: str) -> bool:
    """Whether all words that have it anywhere have its marked word, or are it."""
    return len(text) == 1 and is_unspaced(text)


def number_words(e164: str) -> list[str]:
    """A phone number with and without its country, and its ends."""
    if not _E164.fullmatch(e164):
        return address_words(e164)
    national = str(phonenumbers.parse(e164).national_number)
    return [e164[1:], national, *tails(PHONE_TAIL, e164)]


def address_words(normalized: str) -> list[str]:
    """An e-mail address or an account as a whole, and the parts by which people remember it."""
    whole = fold(normalized)[:LONGEST_WORD]
    name, at, domain = whole.partition("@")
    parts = [word for word in words(name) if len(word) > 1]
    return [whole, name, *parts, *([at + domain] if name and domain else [])]


def identity_words(external_id: str) -> list[str]:
    """An identity with and without the signs in it, its parts, and the ends of a long number."""
    whole = "".join(searchable(external_id).split())
    ending = _LAST_NUMBER.search(whole)
    digits = re.sub("[^0-9]", "", ending.group()) if ending else ""
    marked = tails(IDENTITY_TAIL, digits) if len(digits) >= _SHORTEST_NUMBER else []
    if whole.isdecimal():
        marked.append((WHOLE + whole)[:LONGEST_WORD])
    return [*words(external_id), compact(external_id), *marked]


def tails(mark: str, number: str) -> list[str]:
    """The marked words of the last digits of a number, which has at least six."""
    return [mark + number[-length:] for length in TAILS]


def place_words(place: str) -> list[str]:
    """A city, or a postal code with and without a blank: SW1A 9ZZ and sw1a9zz are the same."""
    if code := _BRITISH_POSTCODE.fullmatch(place.strip()):
        return words(f"{code[1]}-{code[2]}")
    found = words(place)
    if any(character.isdecimal() for character in place):
        found.append(compact(place))
    grams = (gram for word in found if is_unspaced(word) for gram in bigrams(word))
    return [*found, *whole_words(place), *grams]


def whole_words(text: str) -> list[str]:
    """The marked words of two letters of a script without blanks, which other words have as a part too."""
    runs = ("".join(run) for run in _unspaced_runs(text))
    found = dict.fromkeys(word for word in (*words(text), *runs) if len(word) == 2 and is_unspaced(word))
    return [WHOLE + word for word in found]


def tag_word(tag: str) -> str:
    """The word by which customers with a tag are filtered, in whatever case it is written."""
    return _TAG + _caseless(tag)


def distinct_tags(tags: Iterable[str]) -> list[str]:
    """One of each, as it was spelled first: what differs in case only is found by the same word."""
    first: dict[str, str] = {}
    for tag in tags:
        first.setdefault(tag_word(tag), tag)
    return list(first.values())


def field_word(name: str, value: str) -> str:
    """The word of customers with this value of a filter. Values that differ in case or blanks only have the same."""
    return f"{_FIELD}{name}={_caseless(value).replace(' ', '')}"


def words(text: str) -> list[str]:
    """The words of a text, and what they are when written as one: O'Hara has o, hara and ohara."""
    return list(dict.fromkeys(word for chunk in searchable(text).split() for word in _chunk_words(chunk)))


def allows_similarity(word: str) -> bool:
    """Whether similar words may be meant. Numbers and whole addresses resemble too many others."""
    plain = len(word) >= _SHORTEST_SIMILAR and word[0] not in MARKS and "@" not in word
    return plain and not any(character.isdigit() for character in word)


def _name_words(name: str) -> tuple[list[str], list[str]]:
    """The words of a name and their transliterations, and the parts by which words without blanks are found."""
    plain = words(name)
    if (spelled_out := with_digraphs(name)) != name:
        plain += words(spelled_out)
    plain += in_latin_letters(name) + whole_words(name)
    grams: list[str] = []
    for run in _unspaced_runs(name):
        whole = "".join(run)
        plain += whole[:1], *(whole[n : n + LONGEST_WORD] for n in range(0, max(len(whole) - _STRIDE, 1), _STRIDE))
        grams += bigrams(whole)
        if len(run) == 2:  # a given name and a family name, say, which is written first: 花 鈴木 is 鈴木花 as well
            plain.append("".join(reversed(run))[:LONGEST_WORD])
            grams += bigrams(plain[-1])
    return plain, grams


def _plain(words: Iterable[str]) -> Iterator[str]:
    """Neither addresses nor marked words."""
    return (word for word in words if "@" not in word and word[0] not in MARKS)


def _is_lettered(character: str) -> bool:
    return not character.isdigit() and character not in _PUNCTUATION


def _caseless(text: str) -> str:
    return normalized("NFKC", normalized("NFKC", text).casefold())


_STRIDE = LONGEST_WORD // 2


def _chunk_words(chunk: str) -> Iterator[str]:
    found = pieces(chunk)
    for piece in found:
        yield piece.replace("'", "")[:LONGEST_WORD]
        if "'" in piece:
            yield from (part[:LONGEST_WORD] for part in piece.split("'") if part)
    if len(found) > 1:
        yield "".join(found).replace("'", "")[:LONGEST_WORD]


def _unspaced_runs(name: str) -> Iterator[list[str]]:
    """Words that follow one another in a script without blanks are one, whatever is between them: 김 철수 is 김철수."""
    found = (piece for chunk in searchable(name).split() for piece in pieces(chunk))
    for is_run, run in groupby(found, is_unspaced):
        if is_run:
            yield list(run)
