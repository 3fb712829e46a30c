import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.search import LONGEST_WORD, MOST_TERMS, contact_words, fold, has_likeness, name_words, terms, words


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
        assert has_likeness(word) == likeness


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
