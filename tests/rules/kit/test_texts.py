"""What is blank, and how identifiers are spelled alike."""

import re
import unicodedata
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.rules.kit import equality, texts
from app.schemas.kit.types import Label, Line, Name, Note, Reference, Tag
from tests.support.deadlines import ended_within

_MARKS = re.compile("[\u0301\u0327\u0f73]+")

BLANK = [
    "   ",
    "\t",
    "\u00a0",
    "\u200b",
    "\u3164",
    "\u2800",
    "\ufeff",
    "\U000e0041\U000e007f",
    "\u2003\u200d",
    "\u115f",
]
SEEN = ["0", "é", "\u0301", "👋🏽", "🏴\U000e0067\U000e0062\U000e007f", "‎a", "\U0001fae9", "の", ".", "\ue000"]


@pytest.mark.parametrize("text", BLANK)
def test_what_has_no_visible_character_is_blank(text: str) -> None:
    assert texts.is_blank(text)


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_is_not(text: str) -> None:
    assert not texts.is_blank(f" {text} ")


@pytest.mark.parametrize("type_", [Label, Name, Line, Note, Reference, Tag])
@pytest.mark.parametrize("text", BLANK)
def test_no_type_of_text_takes_blanks(type_: Any, text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(type_).validate_python(text)


@given(st.text(min_size=1, max_size=20))
def test_names_are_refused_just_where_they_are_blank_or_have_controls(text: str) -> None:
    controls = any(c < " " or c == "\x7f" for c in text)
    try:
        assert TypeAdapter(Name).validate_python(text) == text
        assert not texts.is_blank(text) and not controls
    except ValidationError:
        assert texts.is_blank(text) or controls


@given(st.text(max_size=20))
def test_identifiers_have_one_spelling(text: str) -> None:
    spelled = texts.identifier(text)
    assert texts.identifier(f" \ufeff{text}\u00a0\u200b") in (
        spelled,
        texts.identifier(unicodedata.normalize("NFC", text)),
    )
    assert texts.identifier(spelled) == spelled
    assert texts.identifier(unicodedata.normalize("NFD", text)) == spelled


def test_identifiers_are_stripped_and_composed() -> None:
    assert texts.identifier("\ufeff 1001\u00a0\u200b") == "1001"
    assert texts.identifier("Zoe\u0301 ") == "Zo\u00e9"
    assert texts.identifier("🏴\U000e0067\U000e0062\U000e007f") == "🏴\U000e0067\U000e0062\U000e007f"
    assert texts.identifier("a \u200b b") == "a \u200b b"


@pytest.mark.parametrize(
    "text",
    [
        " \u200b" * 250_000 + "a" + " \u200b" * 250_000,
        "a" + "\u0301" * 100_000 + "\u0327" * 100_000,
        "\u0f73" * 200_000,
    ],
    ids=["blanks", "marks", "double marks"],
)
def test_long_texts_are_read_in_linear_time(text: str) -> None:
    """Before anything is known of their length, and in values that may be long. Each took minutes."""
    with ended_within(20):
        for type_ in (Label, Reference):
            with pytest.raises(ValidationError) if len(text) < 400_000 else nullcontext():
                TypeAdapter(type_).validate_python(text)
        assert equality.text(text) == equality.text(equality.text(text))


@given(st.text(alphabet="ae\u0301\u0327\u0f73\u1100\u1161", max_size=200))
def test_a_normal_form_is_that_of_unicode_where_marks_are_few(text: str) -> None:
    expected = unicodedata.normalize("NFC", text)
    assert texts.normalized("NFC", text) == expected or max(map(len, _MARKS.findall(text)), default=0) >= 30
