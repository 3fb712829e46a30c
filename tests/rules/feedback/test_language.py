"""Which language a text is in, and where that is not said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.feedback import language
from tests.support.shared_data import naughty_strings

SENTENCES = {
    "en": "The food was good but we waited far too long for the bill.",
    "fr": "Le repas était bon mais nous avons attendu trop longtemps.",
    "nl": "Het eten was lekker maar we hebben te lang moeten wachten.",
    "de": "Das Essen war gut, aber wir haben viel zu lange gewartet.",
    "es": "La comida estaba buena pero tuvimos que esperar demasiado.",
    "it": "Il cibo era buono ma abbiamo aspettato troppo a lungo.",
    "pt": "A comida estava boa, mas esperamos muito tempo pela conta.",
    "sv": "Maten var god men vi fick vänta alldeles för länge på notan.",
    "pl": "Jedzenie było dobre, ale zbyt długo czekaliśmy na rachunek.",
    "ru": "Еда была вкусной, но мы слишком долго ждали счёт.",
    "el": "Το φαγητό ήταν καλό αλλά περιμέναμε πάρα πολύ.",
    "tr": "Yemek güzeldi ama hesap için çok uzun süre bekledik.",
    "he": "האוכל היה טוב אבל חיכינו יותר מדי זמן לחשבון.",
    "ar": "كان الطعام جيدا ولكننا انتظرنا طويلا من أجل الفاتورة.",
    "ja": "料理は美味しかったですが、待ち時間が長すぎました。",
    "zh": "菜很好吃，但是等账单的时间太长了。",
    "ko": "음식은 맛있었지만 계산서를 너무 오래 기다렸습니다.",
    "th": "อาหารอร่อยแต่เรารอบิลนานเกินไป",
}


class TestDetect:
    @pytest.mark.parametrize("code", SENTENCES)
    def test_a_sentence_is_known(self, code: str) -> None:
        assert language.detect(SENTENCES[code]) == code

    @pytest.mark.parametrize(
        "text", ["", "   ", "ok", "No", "super!", "12 34 56 78 90", "👍👍👍👍👍👍👍👍👍", "...!?", "好吃"]
    )
    def test_what_is_too_short_is_not_guessed(self, text: str) -> None:
        assert language.detect(text) is None

    @pytest.mark.parametrize("text", ["asdfgh qwertz yxcvbn", "Xqzt brrplk vvnmm kjh", "AAAAAAAAAAAAAAAAAAAAAAAA"])
    def test_what_is_no_language_is_not_guessed(self, text: str) -> None:
        assert language.detect(text) is None

    def test_only_the_start_is_read(self) -> None:
        start = (SENTENCES["en"] + " ") * 20
        assert language.detect(start[: language.READ] + SENTENCES["ru"] * 1_000) == "en"

    def test_half_a_character_and_a_zero_are_no_hindrance(self) -> None:
        assert language.detect("\ud800" + SENTENCES["fr"] + "\0") == "fr"

    @given(st.text(st.characters(), max_size=700))
    def test_any_text_has_a_code_of_two_letters_or_none(self, text: str) -> None:
        code = language.detect(text)
        assert code is None or (len(code) == 2 and code.isascii() and code.islower())

    def test_naughty_strings_are_texts_too(self) -> None:
        for text in naughty_strings():
            code = language.detect(text)
            assert code is None or len(code) == 2
