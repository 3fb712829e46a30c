import string
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.customers.search import (
    LONGEST_WORD,
    MOST_TERMS,
    allows_similarity,
    contact_words,
    fold,
    misspellings,
    name_words,
    terms,
    words,
)


class TestFold:
    @pytest.mark.parametrize(
        ("text", "folded"),
        [
            ("Ångström", "angstrom"),
            ("A\u030angstro\u0308m", "angstrom"),
            ("ＺＯË", "zoe"),
            ("STRASSE", "strasse"),
            ("Straße", "strasse"),
            ("ﬁn", "fin"),
            ("Ωμέγα", "ωμεγα"),
            ("ΩΜΈΓΑΣ", "ωμεγασ"),
            ("Иванов", "иванов"),
            ("王小明", "王小明"),
            ("İstanbul", "istanbul"),
        ],
    )
    def test_examples(self, text: str, folded: str) -> None:
        assert fold(text) == folded

    @given(st.text(max_size=50))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        once = fold(text)
        assert fold(once) == once or fold(fold(once)) == fold(once)


class TestWords:
    def test_apart_from_signs_between_them(self) -> None:
        assert words("Müller-Lüdenscheidt, O'Brien & Co.") == ["muller", "ludenscheidt", "o", "brien", "co"]

    def test_a_long_one_is_cut(self) -> None:
        assert words("x" * 1000) == ["x" * LONGEST_WORD]

    @pytest.mark.parametrize(
        ("name", "latin"), [("Иванов", "ivanov"), ("王小明", "wangxiaoming"), ("Παπαδοπούλου", "papadopoyloy")]
    )
    def test_of_names_in_latin_letters_too(self, name: str, latin: str) -> None:
        assert name_words([name]) == {fold(name), latin}

    def test_of_phone_numbers_with_and_without_their_country(self) -> None:
        assert contact_words("+442079460123") == {"442079460123", "2079460123"}

    def test_of_addresses_the_name_may_be_mistyped(self) -> None:
        found = contact_words("zoe.quartermain@example.com")
        assert {"zoe", "quartermain", "zoe.quartermain", "zoe.quartermain@example.com"} == found  # not "example", "com"

    @pytest.mark.parametrize(
        ("word", "likeness"), [("okafor", True), ("иванов", True), ("442079460123", False), ("zoe@example.com", False)]
    )
    def test_what_may_be_meant_by_something_like_it(self, word: str, likeness: bool) -> None:
        assert allows_similarity(word) == likeness


class TestTerms:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("Ada Okafor", ["ada", "okafor"]),
            ("  ada   ADA ", ["ada"]),
            ("020 7946 0123", ["2079460123"]),
            ("+44 (20) 7946-0123", ["442079460123"]),
            ("0000", ["0"]),
            ("Zoe@Example.com", ["zoe@example.com"]),
            ("ada zoe@example.com", ["ada", "zoe@example.com"]),
            ("ada@", ["ada"]),
            ("!!!", []),
            ("% _ *", ["_"]),
            ("12", ["12"]),
        ],
    )
    def test_examples(self, q: str, expected: list[str]) -> None:
        assert terms(q) == expected

    @given(st.text(min_size=1, max_size=200))
    def test_are_few_and_short(self, q: str) -> None:
        found = terms(q)
        assert len(found) <= MOST_TERMS and len(set(found)) == len(found)
        assert all(0 < len(term) <= LONGEST_WORD for term in found)


LATIN, DIGITS = string.ascii_lowercase, string.digits
WORDS = [
    "ada",
    "anna",
    "zoe",
    "aaaa",
    "okafor",
    "quartermain",
    "123",
    "4420",
    "a1b",
    "o_brien",
    "иван",
    "x" * LONGEST_WORD,
]


def distance(one: str, other: str) -> int:
    """Damerau and Levenshtein's, of the kind in which no letter is touched twice, straight from its definition."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        ways = [of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (one[i - 1] != other[j - 1])]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            ways.append(of(i - 2, j - 2) + 1)
        return min(ways)

    return of(len(one), len(other))


class TestMistakes:
    @pytest.mark.parametrize(
        ("one", "other", "apart"),
        [("ada", "ada", 0), ("ada", "aad", 1), ("ca", "abc", 3), ("kitten", "sitting", 3), ("", "ab", 2)],
    )
    def test_the_measure_itself(self, one: str, other: str, apart: int) -> None:
        assert distance(one, other) == apart

    @pytest.mark.parametrize("word", WORDS[:-1])
    def test_are_all_one_slip_away(self, word: str) -> None:
        found = misspellings(word)
        assert word in found
        assert {distance(word, form) for form in found} == {0, 1}

    @settings(max_examples=20)
    @given(st.text(LATIN + DIGITS + "_éж", min_size=3, max_size=6))
    def test_are_all_one_slip_away_in_any_word(self, word: str) -> None:
        assert {distance(word, form) for form in misspellings(word)} == {0, 1}

    @pytest.mark.parametrize(
        ("word", "alphabet"),
        [(word, LATIN if word.isalpha() else DIGITS if word.isdigit() else LATIN + DIGITS) for word in WORDS],
    )
    def test_hold_every_slip(self, word: str, alphabet: str) -> None:
        found, places = misspellings(word), range(len(word))
        for place in places:
            assert word[:place] + word[place + 1 :] in found  # missing
            assert {word[:place] + c + word[place + 1 :] for c in alphabet} <= found  # wrong
        for place in range(len(word) + 1):
            assert {word[:place] + c + word[place:] for c in alphabet} <= found  # too many
        for place in places[:-1]:
            assert word[:place] + word[place + 1] + word[place] + word[place + 2 :] in found  # swapped

    @pytest.mark.parametrize("word", ["aab", "zab", "12a"])
    def test_hold_nothing_but_slips_with_such_letters(self, word: str) -> None:
        """Of all that is not longer than a slip allows, made of few letters: what is near is found, the rest is not."""
        letters = set("abz12")
        every = {""}
        for _ in range(len(word) + 1):
            every |= {form + letter for form in every for letter in letters}
        near = {form for form in every if distance(word, form) <= 1}
        if word.isalpha():
            near = {form for form in near if form.isalpha()}
        assert {form for form in misspellings(word) if set(form) <= letters} == near

    @pytest.mark.parametrize("word", ["", "a", "ab", "12", "жа", "ab@example.com", "@example.com", "@"])
    def test_very_short_words_have_none(self, word: str) -> None:
        assert misspellings(word) == set()

    def test_of_an_address_only_what_stands_before_the_at(self) -> None:
        assert misspellings("zoe@example.com") == misspellings("zoe")
        assert not any("@" in form for form in misspellings("zoe.q@example.com"))

    def test_are_few_enough_to_be_asked_for(self) -> None:
        assert len(misspellings("x" * LONGEST_WORD)) < 54 * LONGEST_WORD
        assert (
            len(misspellings("okafor")) == 6 * 25 + 7 * 26 - 6 + 6 + 5 + 1
        )  # wrong, too many, missing, swapped, itself
