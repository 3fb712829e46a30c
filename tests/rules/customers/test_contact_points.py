import csv
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers.contact_points import Normalized, NotAContact, normalize, normalize_email, normalize_phone
from app.rules.customers.customers import ContactKind
from tests.support.shared_data import vectors


class TestPhone:
    @pytest.mark.parametrize(
        ("spelling", "region"),
        [
            ("+442079460123", "GB"),
            ("020 7946 0123", "GB"),
            ("(020) 7946-0123", "GB"),
            ("+44 (0)20 7946 0123", "US"),
            ("0044 20 7946 0123", "GB"),
            ("00442079460123", "DE"),
            ("011 44 20 7946 0123", "US"),
            ("tel:+44-20-7946-0123", "GB"),
            ("０２０ ７９４６ ０１２３", "GB"),
            ("٠٢٠ ٧٩٤٦ ٠١٢٣", "GB"),
            ("  020\u00a07946\u00a00123  ", "GB"),
        ],
    )
    def test_spellings_of_one_number(self, spelling: str, region: str) -> None:
        assert normalize_phone(spelling, region) == Normalized("+442079460123")

    @pytest.mark.parametrize("extension", ["x12", "ext. 12", "ext 12", "#12", ";ext=12"])
    def test_an_extension_is_kept_beside(self, extension: str) -> None:
        assert normalize_phone(f"020 7946 0123 {extension}", "GB") == Normalized("+442079460123", "12")

    def test_the_region_is_for_those_without_a_country(self) -> None:
        assert normalize_phone("030 901820", "DE").value == "+4930901820"
        assert normalize_phone("+33 1 42 68 53 00", "DE").value == "+33142685300"

    def test_vanity_letters(self) -> None:
        assert normalize_phone("1-800-FLOWERS", "US").value == "+18003569377"

    @pytest.mark.parametrize(
        "value", ["", "x", "12", "999", "+", "+999 12345678", "1" * 40, "someone@example.com", "\x00"]
    )
    def test_what_is_none(self, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize_phone(value, "GB")

    def test_every_countrys_examples(self) -> None:
        """Written in any way and read at home or abroad, a number is the same one, and of no other country."""
        for row in csv.DictReader(vectors("phone_examples.csv").splitlines()):
            if row["expect"] == "valid":
                assert normalize_phone(row["e164"], "GB").value == row["e164"]
                assert normalize_phone(row["international"], "US").value == row["e164"]
                assert normalize_phone(row["national"], row["region"]).value == row["e164"]
            else:
                with suppress(NotAContact):
                    assert normalize_phone(row["e164"], "GB").value == row["e164"]

    @given(st.text(max_size=60))
    def test_any_text_is_a_number_or_none(self, value: str) -> None:
        try:
            found = normalize_phone(value, "GB")
        except NotAContact:
            return
        assert found.value[0] == "+" and found.value[1:].isdecimal() and len(found.value) <= 18
        assert normalize_phone(found.value, "US").value == found.value


class TestEmail:
    @pytest.mark.parametrize(
        ("spelling", "canonical"),
        [
            ("Ada@Example.COM", "ada@example.com"),
            (" ada@example.com ", "ada@example.com"),
            ("ada@b\u00fccher.example", "ada@b\u00fccher.example"),
            ("ada@xn--bcher-kva.example", "ada@b\u00fccher.example"),
            ("jos\u0065\u0301@example.com", "jos\u00e9@example.com"),
            ('"ada"@example.com', "ada@example.com"),
            ("ada+till@example.com", "ada+till@example.com"),
        ],
    )
    def test_spellings(self, spelling: str, canonical: str) -> None:
        assert normalize_email(spelling) == canonical

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "ada",
            "ada@",
            "@example.com",
            "a@b@example.com",
            "ada\u200b@example.com",
            "ada\u202e@example.com",
            "ada@exam\u00adple.com",
            "ada\uff20example.com",
            "ada@-.example",
            "ada@example..com",
            "a" * 300 + "@example.com",
        ],
    )
    def test_what_is_none(self, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize_email(value)

    def test_vectors(self) -> None:
        for vector in json.loads(vectors("email_vectors.json")):
            kind, text = vector["test"], vector["input"]
            if kind in ("test_email_valid", "test_email_valid_intl_local_part") and "<" not in text:
                assert normalize_email(text) == vector["expect"].lower(), text
            elif kind in ("test_email_invalid_syntax", "test_email_unsafe_character") and text == text.strip():
                with pytest.raises(NotAContact):
                    normalize_email(text)
            else:  # where opinions differ: it is one or none, and always the same one
                with suppress(NotAContact):
                    assert normalize_email(normalize_email(text)) == normalize_email(text)


class TestOthers:
    @pytest.mark.parametrize(
        ("kind", "value", "form"),
        [
            (ContactKind.INSTAGRAM, "@Ada.Okafor", "ada.okafor"),
            (ContactKind.INSTAGRAM, "https://www.instagram.com/Ada.Okafor/?hl=en", "ada.okafor"),
            (ContactKind.TELEGRAM, "t.me/Ada", "ada"),
            (ContactKind.FACEBOOK, "https://facebook.com/ada", "ada"),
            (ContactKind.FACEBOOK, "HTTPS://WWW.FACEBOOK.COM/ada", "ada"),
            (ContactKind.WEB, "https://www.Example.com/Ada/", "example.com/ada"),
            (ContactKind.WEB, "http://example.com", "example.com"),
            (ContactKind.OTHER, "  Room   12 ", "room 12"),
            (ContactKind.OTHER, "Ｒｏｏｍ", "room"),
            (ContactKind.INSTAGRAM, "@", "@"),
            (ContactKind.WHATSAPP, "020 7946 0123", "+442079460123"),
        ],
    )
    def test_forms(self, kind: ContactKind, value: str, form: str) -> None:
        assert normalize(kind, value, "GB").value == form

    @pytest.mark.parametrize("kind", [ContactKind.WEB, ContactKind.OTHER, ContactKind.TELEGRAM])
    def test_nothing_is_none(self, kind: ContactKind) -> None:
        with pytest.raises(NotAContact):
            normalize(kind, " \t", "GB")

    @given(st.sampled_from(ContactKind), st.text(min_size=1, max_size=40))
    def test_a_form_is_its_own_form(self, kind: ContactKind, value: str) -> None:
        try:
            form = normalize(kind, value, "GB").value
            again = normalize(kind, form, "GB").value
        except NotAContact:
            return
        assert form
        if kind in (ContactKind.PHONE, ContactKind.WHATSAPP, ContactKind.EMAIL, ContactKind.OTHER):
            assert again == form
