"""What a text says of how somebody felt."""

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.feedback import sentiment
from app.rules.feedback.sentiment import Sentiment, analyse
from tests.support.shared_data import naughty_strings

POSITIVE = [
    ("en", "The staff were friendly and the food was delicious."),
    ("en", "I love this shop!"),
    ("en", "Not bad at all."),
    ("en", "The queue was long but the service was excellent."),
    ("en", "No complaints"),
    ("en", "👍👍"),
    ("en", "see you again :)"),
    ("fr", "Un accueil chaleureux et un repas délicieux."),
    ("fr", "L'excellent service, très agréable."),
    ("nl", "Heerlijk gegeten en een zeer vriendelijke bediening."),
]
NEGATIVE = [
    ("en", "The waiter was rude and my soup was awful."),
    ("en", "I would never recommend this place."),
    ("en", "The room wasn’t good."),
    ("en", "Nice view, but a terrible, terrible breakfast."),
    ("en", "Never again"),
    ("en", "👎"),
    ("fr", "Service lent et repas vraiment mauvais."),
    ("fr", "Ce n'est pas bon."),
    ("nl", "Slecht eten en de ober was erg onvriendelijk."),
    ("nl", "Het was niet lekker."),
]
NEUTRAL = [
    ("en", "I bought two shirts on Tuesday."),
    ("fr", "La boutique est rue de Rivoli."),
    ("nl", "Wij kwamen om drie uur aan."),
]
KNOWN = ("good", "bad", "not", "very", "but", ",", "!", ":)", "👎", "don't", "l'or", "lent", "niet")
LANGUAGES = st.sampled_from(sorted(sentiment.LANGUAGES))


def score(text: str, language: str = "en") -> Decimal:
    found = analyse(text, language)
    assert found is not None
    return found.score


class TestJudge:
    @pytest.mark.parametrize(("language", "text"), POSITIVE)
    def test_praise_is_positive(self, language: str, text: str) -> None:
        found = analyse(text, language)
        assert found and found.sentiment is Sentiment.positive and found.score > 0

    @pytest.mark.parametrize(("language", "text"), NEGATIVE)
    def test_blame_is_negative(self, language: str, text: str) -> None:
        found = analyse(text, language)
        assert found and found.sentiment is Sentiment.negative and found.score < 0

    @pytest.mark.parametrize(("language", "text"), NEUTRAL)
    def test_a_mere_report_is_neutral(self, language: str, text: str) -> None:
        found = analyse(text, language)
        assert found and found.sentiment is Sentiment.neutral and found.score == 0

    @pytest.mark.parametrize("language", [None, "", "de", "zh", "EN", "english"])
    def test_a_language_that_is_not_known_is_not_judged(self, language: str | None) -> None:
        assert analyse("I love this shop! 👍", language) is None

    @pytest.mark.parametrize("text", ["", "  \n", "12 500", "?!?", "- - -", "\ufe0f"])
    def test_a_text_with_nothing_in_it_is_not_judged(self, text: str) -> None:
        assert analyse(text, "en") is None

    def test_stronger_words_weigh_more(self) -> None:
        assert score("slightly good") < score("good") < score("very good") < score("very good!!!")

    def test_a_negation_ends_where_the_clause_does(self) -> None:
        assert score("It was not good") < 0 < score("It was not late, good")

    def test_what_follows_but_counts_for_more(self) -> None:
        assert score("good but bad") < score("good and bad") < score("bad but good")

    def test_a_judgement_cannot_be_changed(self) -> None:
        found = analyse("good", "en")
        assert found is not None
        with pytest.raises(dataclasses.FrozenInstanceError):
            found.score = Decimal(0)  # type: ignore[misc]

    def test_only_the_start_is_read(self) -> None:
        start = "good " * (sentiment.READ // 5)
        assert score(start + "awful " * 10_000) == score(start) > 0

    @given(st.text(st.characters(), max_size=400), LANGUAGES)
    def test_any_text_has_a_score_in_range_or_none(self, text: str, language: str) -> None:
        holds(analyse(text, language))

    @given(st.lists(st.sampled_from(KNOWN)), LANGUAGES)
    def test_any_sequence_of_words_it_knows_has_one_too(self, words: list[str], language: str) -> None:
        holds(analyse(" ".join(words), language))

    @pytest.mark.parametrize("language", sorted(sentiment.LANGUAGES))
    def test_naughty_strings_are_texts_too(self, language: str) -> None:
        for text in naughty_strings():
            holds(analyse(text, language))


class TestLists:
    @pytest.mark.parametrize("name", ["en", "en_feedback", "fr", "nl", "signs"])
    def test_each_holds_folded_words_and_valences(self, name: str) -> None:
        words = sentiment._words((name,))
        assert len(words) > 100
        for word, valence in words.items():
            assert word and word == word.casefold() and "’" not in word
            assert 0 < abs(valence) <= 1


def holds(found: sentiment.Result | None) -> None:
    if found is not None:
        assert -1 <= found.score <= 1
        assert found.score.as_tuple().exponent == -3
        assert found.sentiment is (
            Sentiment.neutral
            if abs(found.score) < Decimal("0.05")
            else Sentiment.positive
            if found.score > 0
            else Sentiment.negative
        )
