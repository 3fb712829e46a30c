import hashlib
import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.access import tokens
from app.rules.surveys import receipt_codes as codes

SECRET = bytes(range(32))


class TestTokens:
    def test_need_no_escaping_and_are_never_alike(self) -> None:
        made = {tokens.new_token() for _ in range(1_000)}
        assert len(made) == 1_000
        assert all(re.fullmatch(rf"[A-Za-z0-9_-]{{{tokens.LENGTH}}}", token) for token in made)

    def test_are_kept_as_their_sha256(self) -> None:
        assert tokens.hash_token("abc") == hashlib.sha256(b"abc").digest()

    @given(st.text(st.characters()))
    def test_any_text_has_a_hash(self, token: str) -> None:
        assert len(tokens.hash_token(token)) == 32

    def test_even_text_that_is_none(self) -> None:
        assert tokens.hash_token("\ud800") != tokens.hash_token("\ud801")


class TestReceiptCodes:
    def test_are_what_their_definition_says(self) -> None:
        """Worked out with openssl: another answer would make every printed receipt worthless."""
        assert codes.code(SECRET, "till", "2026-000117") == "6K6K-JB0C"

    @given(st.text(), st.text())
    def test_are_eight_letters_of_crockford(self, source: str, receipt_no: str) -> None:
        code = codes.code(SECRET, source, receipt_no)
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}", code)
        assert codes.matches(SECRET, source, receipt_no, code)

    def test_belong_to_a_receipt_of_a_source_of_an_installation(self) -> None:
        made = {
            codes.code(SECRET, "till", "1"),
            codes.code(SECRET, "till", "2"),
            codes.code(SECRET, "web", "1"),
            codes.code(SECRET, "till1", ""),
            codes.code(SECRET[::-1], "till", "1"),
        }
        assert len(made) == 5

    @pytest.mark.parametrize("change", [str.lower, lambda c: c.replace("-", ""), lambda c: c.replace("-", " - ")])
    def test_are_read_as_people_type_them(self, change: Callable[[str], str]) -> None:
        for n in range(200):
            assert codes.matches(SECRET, "till", str(n), change(codes.code(SECRET, "till", str(n))))

    def test_letters_that_look_like_digits_are_those(self) -> None:
        made = [(n, codes.code(SECRET, "till", str(n))) for n in range(500)]
        ones = next((n, code) for n, code in made if "1" in code and "0" in code)
        for one, naught in [("I", "O"), ("l", "o"), ("L", "0"), ("i", "O")]:
            assert codes.matches(SECRET, "till", str(ones[0]), ones[1].replace("1", one).replace("0", naught))

    @given(st.text())
    def test_nothing_else_fits(self, sent: str) -> None:
        assert not codes.matches(SECRET, "till", "2026-000117", f"{sent}U")

    def test_no_code_fits_another_receipt(self) -> None:
        assert not any(codes.matches(SECRET, "till", "1", codes.code(SECRET, "till", str(n))) for n in range(2, 500))
