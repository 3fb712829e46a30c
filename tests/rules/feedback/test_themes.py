"""What a text is about, by a business's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.feedback.themes import READ, Theme, Themes
from tests.support.shared_data import naughty_strings

SHOP = Themes(
    [
        Theme("waiting", words=("queue", "wait"), phrases=("took too long",)),
        Theme("price", words=("expensive", "cher", "teuer", "贵", "価格")),
        Theme("staff", words=("staff", "waiter", "personnel"), phrases=("front desk",)),
        Theme("delivery", words=("배송", "จัดส่ง", "livraison", "доставка", "check-in")),
        Theme("café", words=("café",)),
        Theme("kind", words=("art",), languages=("de",)),
    ]
)


class TestFound:
    @pytest.mark.parametrize(
        ("text", "language", "codes"),
        [
            ("The queues were endless", "en", ["waiting"]),
            ("We waited and waited", "en", ["waiting"]),
            ("WAITING!", "en", ["waiting"]),
            ("It took - as ever - TOO long", "en", []),
            ("It took, too, long", "en", ["waiting"]),
            ("Nobody at the front-desk, expensive", "en", ["price", "staff"]),
            ("Trop chère, la livraison", "fr", ["delivery", "price"]),
            ("Les livraisons", "fr", ["delivery"]),
            ("Viel zu teuer", "de", ["price"]),
            ("Проблемы с доставкой", "ru", ["delivery"]),
            ("太贵了", "zh", ["price"]),
            ("価格が高い", "ja", ["price"]),
            ("배송이 늦었어요", "ko", ["delivery"]),
            ("การจัดส่งช้า", "th", ["delivery"]),
            ("Kaffee im CAFE\u0301", "de", ["café"]),
            ("cafe", None, ["café"]),
            ("The ｑｕｅｕｅ", "en", ["waiting"]),
            ("Checking in? No: check-in.", "en", ["delivery"]),
            ("", "en", []),
            ("!!!", None, []),
        ],
    )
    def test_by_word_and_phrase(self, text: str, language: str | None, codes: list[str]) -> None:
        assert SHOP.find(text, language) == codes

    def test_without_a_language_words_are_looked_for_as_they_are(self) -> None:
        assert SHOP.find("queues", None) == []
        assert SHOP.find("queue", None) == ["waiting"]

    def test_a_language_without_a_stemmer_is_no_hindrance(self) -> None:
        assert SHOP.find("queue", "ja") == SHOP.find("queue", "xx") == ["waiting"]

    def test_a_part_of_a_word_is_not_the_word(self) -> None:
        assert SHOP.find("unexpensively awaited cheri", None) == []

    def test_a_theme_of_other_languages_is_left_out(self) -> None:
        assert SHOP.find("art", "en") == SHOP.find("art", "xx") == []
        assert SHOP.find("art", "de") == SHOP.find("art", None) == ["kind"]

    def test_sounding_marks_make_another_kana(self) -> None:
        themes = Themes([Theme("mother", words=("ハハ",))])
        assert themes.find("パパ", "ja") == []
        assert themes.find("ハハ", "ja") == ["mother"]

    def test_a_word_of_signs_alone_is_never_found(self) -> None:
        assert Themes([Theme("none", words=("!", "", "👍"))]).find("! 👍", None) == []

    def test_only_the_start_is_read(self) -> None:
        assert SHOP.find(" " * READ + "queue", "en") == []

    def test_thousands_of_words_in_a_long_text(self) -> None:
        themes = Themes(Theme(f"t{n}", words=tuple(f"w{n}x{k}" for k in range(50))) for n in range(100))
        assert themes.find("a " * 20_000 + "w7x3 W99x49", None) == ["t7", "t99"]

    @given(st.text(st.characters(), max_size=300), st.sampled_from([None, "en", "fr", "ar", "hi", "zh", "xx"]))
    def test_any_text_can_be_searched(self, text: str, language: str | None) -> None:
        assert set(SHOP.find(text, language)) <= {"waiting", "price", "staff", "delivery", "café", "kind"}

    def test_naughty_strings_are_texts_and_words_too(self) -> None:
        themes = Themes([Theme("naughty", words=tuple(naughty_strings()))])
        for text in naughty_strings():
            themes.find(text, "en")


WORDS = st.text("ab", min_size=1, max_size=2)
PHRASES = st.lists(WORDS, min_size=1, max_size=3).map(tuple)


class TestLikeBruteForce:
    @given(st.lists(st.lists(PHRASES, max_size=3), max_size=4), st.lists(WORDS, max_size=12))
    def test_phrases_of_words(self, themes: list[list[tuple[str, ...]]], text: list[str]) -> None:
        asked = [Theme(str(n), phrases=tuple(" ".join(p) for p in phrases)) for n, phrases in enumerate(themes)]
        expected = [
            str(n)
            for n, phrases in enumerate(themes)
            if any(tuple(text[i : i + len(p)]) == p for p in phrases for i in range(len(text)))
        ]
        assert Themes(asked).find(", ".join(text).upper(), None) == expected

    @given(st.lists(st.lists(st.text("好吃", min_size=1, max_size=3), max_size=3), max_size=4), st.text("好吃不a "))
    def test_words_that_no_space_parts(self, themes: list[list[str]], text: str) -> None:
        asked = [Theme(str(n), words=tuple(words)) for n, words in enumerate(themes)]
        run = text.replace(" ", "")
        expected = [str(n) for n, words in enumerate(themes) if any(word in run for word in words)]
        assert Themes(asked).find(text, "zh") == expected
