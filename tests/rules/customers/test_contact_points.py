import csv
import json
import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.customers.contact_points import Normalized, NotAContact, normalize, normalize_email, normalize_phone
from app.rules.customers.customers import ContactKind
from app.rules.customers.nobody import as_values, identity_of_nobody
from app.rules.customers.phone_numbers import with_country_code
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
            ("tel:+44-20-7946-0123;phone-context=example.com", "GB"),
            ("TEL:+442079460123", "US"),
            ("sip:+442079460123@voip.example.com;user=phone", "GB"),
            ("<sip:+442079460123@voip.example.com>", "GB"),
            ('"Zoë, at home" <sip:%2B442079460123:secret@voip.example.com>', "GB"),
            ("sips:020-7946-0123@voip.example.com", "GB"),
            ("whatsapp:+442079460123", "US"),
            ("442079460123@s.whatsapp.net", "US"),
            ("442079460123:12@s.whatsapp.net", "US"),
            ("442079460123@c.us", "US"),
            ("https://wa.me/442079460123?text=Hello", "US"),
            ("https://api.whatsapp.com/send?phone=442079460123", "US"),
            ("sms:+442079460123?body=Hello", "US"),
            ("callto:+442079460123", "US"),
            ("Zoë <+44 20 7946 0123>", "US"),
            ("\u202a+44 20 7946 0123\u202c", "US"),
            ("+44\u200b20\ufeff7946\u20600123", "US"),
        ],
    )
    def test_spellings_of_one_number(self, spelling: str, region: str) -> None:
        assert normalize_phone(spelling, region) == Normalized("+442079460123")

    @pytest.mark.parametrize("extension", ["x12", "ext. 12", "ext 12", "#12", ";ext=12"])
    def test_an_extension_is_kept_beside(self, extension: str) -> None:
        assert normalize_phone(f"020 7946 0123 {extension}", "GB") == Normalized("+442079460123", "12")

    @pytest.mark.parametrize("extension", ["App. 12", "Apparat 12", "DW 12", "Durchwahl: 12", "Nebenstelle 12"])
    def test_an_extension_in_german(self, extension: str) -> None:
        assert normalize_phone(f"030 901820 {extension}", "DE") == Normalized("+4930901820", "12")

    @pytest.mark.parametrize(
        "extension",
        [
            "poste 12",
            "ramal 12",
            "interno 12",
            "int. 12",
            "Klappe 12",
            "Kl. 12",
            "toestel 12",
            "tst. 12",
            "wew. 12",
            "linje 12",
            "ankn. 12",
            "Durchw. 12",
            "Nebenst. 12",
            "DW12",
            "DW-12",
            "(DW 12)",
            "- Kl. 12",
            "内線12",
            "分机12",
            "poste 12 (work)",
        ],
    )
    def test_an_extension_in_the_words_of_other_languages(self, extension: str) -> None:
        for number, region in (("+49 30 901820", "GB"), ("030 901820", "DE"), ("0800 ZZUB 12 3", "DE")):
            assert normalize_phone(f"{number} {extension}", region).extension == "12"
        for number, region in (("+49 30 901820", "GB"), ("030 901820", "DE")):
            assert normalize_phone(f"{number} {extension}", region) == Normalized("+4930901820", "12")
        assert normalize_phone(f"07911 123402 {extension}", "GB") == Normalized("+447911123402", "12")

    @pytest.mark.parametrize("value", ["0800 POSTE 12", "+49 800 POSTE 12"])
    def test_no_extension_is_behind_a_part_of_a_number(self, value: str) -> None:
        assert normalize_phone(value, "DE") == Normalized("+498007678312")

    def test_an_extension_of_a_header(self) -> None:
        assert normalize_phone("tel:+44-20-7946-0123;ext=12", "US") == Normalized("+442079460123", "12")
        assert normalize_phone("sip:+442079460123;ext=12@voip.example", "US") == Normalized("+442079460123", "12")

    @pytest.mark.parametrize(
        ("form", "same", "region"),
        [
            ("+5215541637146", "+525541637146", "MX"),
            ("044 55 4163 7146", "+525541637146", "MX"),
            ("045 55 4163 7146", "+525541637146", "MX"),
            ("+52 1 33 3123 4567", "+523331234567", "MX"),
            ("+551999118799", "+5519999118799", "BR"),
            ("(19) 9911-8799", "+5519999118799", "BR"),
            ("+55 11 8765-4321", "+5511987654321", "BR"),
            ("+55 21 6765-4321", "+5521967654321", "BR"),
            ("+5491123456789", "+541123456789", "AR"),
            ("011 15 2345-6789", "+541123456789", "AR"),
            ("+54 9 2966 12-3456", "+542966123456", "AR"),
            ("+22997123456", "+2290197123456", "BJ"),
        ],
    )
    def test_forms_of_mobiles(self, form: str, same: str, region: str) -> None:
        for spelling in (form, same, same[1:] + "@s.whatsapp.net"):
            assert normalize_phone(spelling, region).value == same
        assert normalize_phone(form, region).identifies == normalize_phone(same, region).identifies

    @pytest.mark.parametrize("value", ["+55 11 3812-3456", "+55 11 7812-3456", "+52 55 1234 5678", "+54 11 4123-4567"])
    def test_numbers_with_one_form_keep_it(self, value: str) -> None:
        assert normalize_phone(value, "GB") == Normalized(re.sub(r"[^+\d]", "", value))

    @pytest.mark.parametrize(
        ("value", "region", "form"),
        [
            ("770771", "GB", "770771"),
            ("5551212", "US", "5551212"),
            ("555-1212", "US", "5551212"),
            ("4123 4567", "AR", "41234567"),
        ],
    )
    def test_of_a_town_only_it_is_nobodys(self, value: str, region: str, form: str) -> None:
        assert normalize_phone(value, region) == Normalized(form, identifies=False)

    @pytest.mark.parametrize(
        ("value", "region", "form"),
        [
            ("14155552671", "GB", "+14155552671"),
            ("1-415-555-2671", "GB", "+14155552671"),
            ("491711234567", "GB", "+491711234567"),
            ("491711234567", "US", "+491711234567"),
            ("5521987654321", "GB", "+5521987654321"),
            ("552187654321", "GB", "+5521987654321"),
            ("5215541637146", "GB", "+525541637146"),
            ("447911123456", "GB", "+447911123456"),
            ("١٤١٥٥٥٥٢٦٧١", "GB", "+14155552671"),
            ("sip:14155552671@voip.example.com", "GB", "+14155552671"),
            # A valid number of the region is read as that.
            ("4792345678", "US", "+14792345678"),
            ("447911123456", "DE", "+49447911123456"),
        ],
    )
    def test_digits_with_the_code_of_a_country(self, value: str, region: str, form: str) -> None:
        assert normalize_phone(value, region) == Normalized(form)

    @pytest.mark.parametrize(
        "value", ["431234567", "67712345", "49123456", "41234567890123456", "04155552671", "4155552671"]
    )
    def test_digits_too_few_or_of_no_country(self, value: str) -> None:
        for region in ("GB", "US"):
            try:
                form = normalize_phone(value, region)
            except NotAContact:
                continue
            assert form.value in (value, f"+1{value}") or not form.identifies

    @pytest.mark.parametrize(
        ("value", "international"),
        [
            ("14155552671", "+14155552671"),
            (" 447911123456 ", "+447911123456"),
            ("4792345678", "+4792345678"),
            ("29822345", None),
            ("298223456", "+298223456"),
            ("020 7946 0123", None),
            ("1 415 555 2671", None),
            ("+14155552671", None),
            ("4155552671", None),
            ("2079460123", None),
            ("770771", None),
            ("Zoë", None),
        ],
    )
    def test_as_whatsapp_has_it(self, value: str, international: str | None) -> None:
        assert with_country_code(value) == international

    @pytest.mark.parametrize(
        "value",
        ["030 901820", "+44 30 901820", "+44 20 7946 01", "+44 5", "+1 200 555 0100", "+44770771"],
    )
    def test_outside_of_the_plan_it_is_nobodys(self, value: str) -> None:
        try:
            assert not normalize_phone(value, "GB").identifies
        except NotAContact:
            assert value == "+44 5"

    @pytest.mark.parametrize("value", ["+44 7700 900123", "+44 1632 960123", "+1 555 123 4567", "+44 20 7946 0123"])
    def test_of_a_film_it_is_a_number(self, value: str) -> None:
        assert normalize_phone(value, "GB").identifies

    @pytest.mark.parametrize(
        "value",
        [
            "0000000000",
            "00000000000",
            "000000",
            "01111111111",
            "0123456789",
            "1234567890",
            "9876543210",
            "+44 0000000000",
            "07000000000",
            "07777777777",
            "(999) 999-9999",
            "+44 7123 456789",
            "999999999999999",
        ],
    )
    def test_a_filler_is_nobodys(self, value: str) -> None:
        assert not normalize_phone(value, "GB").identifies

    @pytest.mark.parametrize(
        "value", ["+44 7911 123402", "+49 1511 2345678", "+33 6 12 34 56 78", "+44 20 7777 7778", "+44 800 001 066"]
    )
    def test_what_only_resembles_a_filler_is_a_number(self, value: str) -> None:
        assert normalize_phone(value, "GB").identifies

    def test_more_fillers(self) -> None:
        more = as_values(["+44 20 7946 0100", "020 7946 0101"], "GB")
        assert not normalize_phone("020 7946 0100", "GB", more).identifies
        assert not normalize_phone("02079460101", "GB", more).identifies
        assert normalize_phone("020 7946 0102", "GB", more).identifies

    def test_the_region_is_for_those_without_a_country(self) -> None:
        assert normalize_phone("030 901820", "DE").value == "+4930901820"
        assert normalize_phone("+33 1 42 68 53 00", "DE").value == "+33142685300"

    @pytest.mark.parametrize(
        "words",
        [
            "mobile",
            "(mobile)",
            "[Mobile]",
            "- mobile",
            "\u2013 mobile",
            "-mobile",
            ", mobile",
            "/ mobile",
            ": mobile",
            "mob.",
            "(mob.)",
            "m",
            "work",
            "- wife",
            "(mum's work mobile)",
            "Mr. O\u2019Hara",
            "(Anne-Marie)",
            "B\u00fcro",
            "\u624b\u673a",
            "\uff08\u81ea\u5b85\uff09",
            "\u092e\u094b\u092c\u093e\u0907\u0932",
            "(mobile) ",
            "\u00a0mobile",
            "ext",
            "(work, Mon)",
            "mum & dad",
            "mum + dad",
            "mon/wed",
            "c/o Anna",
            "w/ wife",
            "privat!",
        ],
    )
    def test_words_behind_are_no_digits(self, words: str) -> None:
        for number in ("07911 123402", "+44 7911 123402", "(07911) 123402", "00447911123402", "Tel. 07911 123402"):
            assert normalize_phone(f"{number} {words}", "GB") == Normalized("+447911123402")
        assert normalize_phone(f"(07911 123402) {words}", "GB") == Normalized("+447911123402")
        assert normalize_phone(f"030 901820 {words}", "DE") == Normalized("+4930901820"), "not one with more digits"
        assert normalize_phone(f"1 415 555 2671 {words}", "GB") == Normalized("+14155552671")

    @pytest.mark.parametrize("extension", ["x42", "ext. 42", "#42", ", 42"])
    def test_words_behind_an_extension(self, extension: str) -> None:
        for words in ("(work)", "work", "- work"):
            form = normalize_phone(f"020 7946 0123 {extension} {words}", "GB")
            assert form == Normalized("+442079460123", "42")

    @pytest.mark.parametrize(
        "value",
        [
            "12345678 Main Street",
            "07911 123402 / 020 7946 0123",
            "07911 123402 or 020 7946 0123",
            "07911 123402 mobile, 020 7946 0123 work",
            "07911 123402 / 020 7946 0123 (work)",
            "07911123402mobile",
            "07911 123402 call after 6",
            "07911 123402 the one of my wife",
            "07911 123402 ada@example.com",
            "07911 123402 (mobile) (wife)",
            "07911 12340 mobile",
            "AB07911 CD123402 mobile",
            "07911 123402 mon/tue/wed/thu",
        ],
    )
    def test_other_texts_are_no_numbers(self, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize_phone(value, "GB")

    def test_a_filler_with_words_is_nobodys(self) -> None:
        assert not normalize_phone("07777777777 (mobile)", "GB").identifies

    @pytest.mark.parametrize(
        ("value", "region", "form"),
        [
            ("1-800-FLOWERS", "US", "+18003569377"),
            ("1 800 FLOWERS", "US", "+18003569377"),
            ("0800 FLOWERS", "GB", "+448003569377"),
            ("0800 FLOWERS", "DE", "+498003569377"),
            ("0700 PIZZA 123", "DE", "+4970074992123"),
            ("+1 800 FLOWERS", "GB", "+18003569377"),
            ("1-800-GOT-JUNK", "CA", "+18004685865"),
            ("1-800-555-TALK", "US", "+18005558255"),
            ("0180 5 FLOWERS", "DE", "+4918053569377"),
            ("0800 123 AUTO", "GB", "+448001232886"),
            ("8 800 123-AUTO", "RU", "+78001232886"),
        ],
    )
    def test_vanity_letters(self, value: str, region: str, form: str) -> None:
        assert normalize_phone(value, region).value == form

    @pytest.mark.parametrize(
        ("value", "region"),
        [
            ("07911 ask Dad", "GB"),
            ("07911 ask mum", "GB"),
            ("0800 unknown", "GB"),
            ("0664 unbekannt", "AT"),
            ("0664 XXXXXXX", "AT"),
            ("0151 xxxxxxxx", "DE"),
            ("+49 30 unbekannt", "DE"),
            ("0171 no number", "DE"),
            ("0800 FLOWERS shop", "DE"),
            ("0800 FLOWERS or mum", "DE"),
            ("030 90182O", "DE"),
            ("030 9O182O", "DE"),
            ("030 901820mobil", "DE"),
            ("030 901820 / 901821", "DE"),
            ("030 901820 (901821)", "DE"),
        ],
    )
    def test_a_note_makes_no_number(self, value: str, region: str) -> None:
        """Else strangers of whom a till noted the same would be one, by a number of somebody else."""
        with pytest.raises(NotAContact):
            normalize_phone(value, region)

    @pytest.mark.parametrize(
        "value",
        [
            "030/901820",
            "030 / 901820",
            "(030) 901820",
            "030 (901820)",
            "0049 (30) 901820",
            "030/90-18-20",
            "030 901-820",
        ],
    )
    def test_an_area_code_apart_is_no_other_number(self, value: str) -> None:
        assert normalize_phone(value, "DE").value == "+4930901820"

    @pytest.mark.parametrize(
        "behind",
        [
            "ab 18h",
            "(nach 18h)",
            "after 6pm",
            "mobil 2",
            "2. Stock",
            "Apt. 3b",
            "Zi. 3",
            "Zimmer12",
            "a1",
            "Mo-Fr 9-12",
            "18 Uhr",
            "9-12 Uhr",
            "18 h",
            "abends x12 oder so 7",
        ],
    )
    @pytest.mark.parametrize(
        ("number", "region"),
        [
            ("+49 30 902109", "GB"),
            ("030 902109", "DE"),
            ("+43 1 58858", "GB"),
            ("+39 06 6982", "GB"),
            ("+358 9 1234567", "FI"),
            ("07911 123402", "GB"),
            ("+1 212 867 5309", "US"),
        ],
    )
    def test_letters_behind_a_whole_number_are_no_digits(self, number: str, region: str, behind: str) -> None:
        with pytest.raises(NotAContact):
            normalize_phone(f"{number} {behind}", region)

    @pytest.mark.parametrize(("value", "region"), [("867-5309 mom", "US"), ("770771 home", "GB")])
    def test_nor_are_those_behind_a_number_of_a_town(self, value: str, region: str) -> None:
        with pytest.raises(NotAContact):
            normalize_phone(value, region)

    def test_a_local_number_of_a_header_has_its_context(self) -> None:
        assert normalize_phone("tel:902109;phone-context=+4930", "GB") == Normalized("+4930902109")

    @pytest.mark.parametrize(
        "value", ["", "x", "12", "999", "+", "+999 12345678", "1" * 40, "someone@example.com", "\x00"]
    )
    def test_what_is_none(self, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize_phone(value, "GB")

    def test_every_countrys_examples(self) -> None:
        """Written in any way and read at home or abroad, a number is the same one, and of no other country."""
        for row in csv.DictReader(vectors("phone_examples.csv").splitlines()):
            # Mobiles of Argentina have two forms.
            e164 = row["e164"].replace("+549", "+54")
            if row["expect"] == "valid":
                assert normalize_phone(row["e164"], "GB").value == e164
                assert normalize_phone(row["international"], "US").value == e164
                assert normalize_phone(row["national"], row["region"]).value == e164
            else:
                with suppress(NotAContact):
                    form = normalize_phone(row["e164"], "GB")
                    assert form.value == e164 or not form.identifies

    @given(st.text(max_size=60))
    def test_any_text_is_a_number_or_none(self, value: str) -> None:
        try:
            found = normalize_phone(value, "GB")
        except NotAContact:
            return
        assert found.value.removeprefix("+").isdecimal() and len(found.value) <= 20
        if found.identifies:
            assert found.value[0] == "+"
            assert normalize_phone(found.value, "US") == Normalized(found.value)

    @given(
        st.sampled_from(
            ["+442079460123", "+447911123402", "+525541637146", "+5519999118799", "+541123456789", "+4930901820"]
        ),
        st.lists(st.sampled_from(["", " ", "-", ".", "\u00a0", "\u200b", "/"]), min_size=16, max_size=16),
        st.sampled_from(
            ["{}", " {} ", "tel:{}", "whatsapp:{}", "<{}>", "Zoë <{}>", "\u202a{}\u202c", "sip:{}@host.example"]
        ),
        st.sampled_from(["GB", "US", "MX", "BR", "AR", "DE"]),
    )
    def test_all_spellings_of_a_number_are_one(self, number: str, gaps: list[str], frame: str, region: str) -> None:
        spelled = "+" + "".join(f"{digit}{gap}" for digit, gap in zip(number[1:], gaps, strict=False))
        assert normalize_phone(frame.format(spelled), region) == Normalized(number)


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
            ("Ada <ada@example.com>", "ada@example.com"),
            ("Zoë Müller <ADA@example.com>", "ada@example.com"),
            ('"Lovelace, Ada" <ada@example.com>', "ada@example.com"),
            ("Lovelace, Ada <ada@example.com>,", "ada@example.com"),
            ("<ada@example.com>", "ada@example.com"),
            ("mailto:ada@example.com", "ada@example.com"),
            ("MAILTO:ada%40example.com?subject=x&cc=b@example.com", "ada@example.com"),
            ("<mailto:ada@example.com>", "ada@example.com"),
            ("'ada@example.com'", "ada@example.com"),
            ("'ada@example.com' <ada@example.com>", "ada@example.com"),
            ("‘ada@example.com’", "ada@example.com"),
            ("<'ada@example.com'>", "ada@example.com"),
            ("Ada [mailto:ada@example.com]", "ada@example.com"),
            ("ada@example.com<mailto:ada@example.com>", "ada@example.com"),
            ("o'hara@example.com", "o'hara@example.com"),
            ('"ada@home, bob@work" <ada@example.com>', "ada@example.com"),
            ("ada@example.com via Shop <ada@example.com>", "ada@example.com"),
            ("sip:ada@example.com;transport=tcp", "ada@example.com"),
            ("ada@example.com.", "ada@example.com"),
            ("ada@example.com;", "ada@example.com"),
            ("ada@example.com (Ada)", "ada@example.com"),
            ("\u00a0ada@example.com\u00a0", "ada@example.com"),
            ("ada\u200b@example.com", "ada@example.com"),
            ("\ufeffada@example.com", "ada@example.com"),
            ("ada＠example.com", "ada@example.com"),
            ("ada﹫example.com", "ada@example.com"),
            ("Ａｄａ@ｅｘａｍｐｌｅ．ｃｏｍ", "ada@example.com"),
            ("Ada ＜ada＠example.com＞", "ada@example.com"),
            ("Ada <ada@B\u00dcCHER.example>", "ada@b\u00fccher.example"),
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
            "Ada",
            "ada@example.com, bob@example.com",
            "Ada <ada@example.com>, Bob <bob@example.com>",
            "Ada <ada@example.com> Bob <bob@example.com>",
            "ada@example.com; Bob <bob@example.com>",
            "'ada@example.com'; 'bob@example.com'",
            "Ada [mailto:ada@example.com], Bob [mailto:bob@example.com]",
            "mailto:ada@example.com;bob@example.com",
            "mailto:",
            "<>",
            "ada\u202e@example.com",
            "ada@exam\u00adple.com",
            "ada@-.example",
            "ada@example..com",
            "a" * 300 + "@example.com",
        ],
    )
    def test_what_is_none(self, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize_email(value)

    @pytest.mark.parametrize(
        "value",
        [
            "none@none.com",
            "no@no.com",
            "NoEmail@shop.example",
            "no-email@gmail.com",
            "na@na.com",
            "test@test.com",
            "unknown@unknown.com",
            "anonymous@shop.example",
            "noreply@shop.example",
            "x@x.com",
            "someone@noemail.com",
        ],
    )
    def test_a_filler_is_nobodys(self, value: str) -> None:
        assert not normalize(ContactKind.EMAIL, value, "GB").identifies

    @pytest.mark.parametrize(
        "value", ["ada@ada.com", "test@example.com", "info@shop.example", "nora@none.example.com", "j@x.org"]
    )
    def test_what_only_resembles_a_filler_is_somebodys(self, value: str) -> None:
        assert normalize(ContactKind.EMAIL, value, "GB").identifies

    def test_more_fillers(self) -> None:
        more = as_values(["Info@Shop.example", "*@till.example", "till@*"], "GB")
        for value in ("info@shop.example", "anna@till.example", "till@shop.example"):
            assert not normalize(ContactKind.EMAIL, value, "GB", more).identifies
        assert normalize(ContactKind.EMAIL, "anna@shop.example", "GB", more).identifies

    def test_vectors(self) -> None:
        for vector in json.loads(vectors("email_vectors.json")):
            kind, text = vector["test"], vector["input"]
            if kind in ("test_email_valid", "test_email_valid_intl_local_part") and "<" not in text:
                assert normalize_email(text) == vector["expect"].lower(), text
            elif text[-1:] in (">", ".", "．") and vector["expect"] is None:  # headers have these
                with suppress(NotAContact):
                    assert normalize_email(text) in text.lower()
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
            (ContactKind.WEB, "example.com:8080/ada", "example.com:8080/ada"),
            (ContactKind.WEB, "localhost:8080", "localhost:8080"),
        ],
    )
    def test_forms(self, kind: ContactKind, value: str, form: str) -> None:
        assert normalize(kind, value, "GB").value == form

    @pytest.mark.parametrize("sent", ["7911057425.0", "07911057425.0", "+447911057425.0", "7911057425"])
    def test_a_number_that_a_spreadsheet_took_for_a_quantity(self, sent: str) -> None:
        """With the digit behind the point, it would be a mobile number of Russia."""
        assert normalize(ContactKind.PHONE, sent, "GB").value == "+447911057425"
        assert normalize(ContactKind.PHONE, "79110574250", "GB").value == "+79110574250"

    @pytest.mark.parametrize("kind", [ContactKind.WEB, ContactKind.OTHER, ContactKind.TELEGRAM])
    def test_nothing_is_none(self, kind: ContactKind) -> None:
        with pytest.raises(NotAContact):
            normalize(kind, " \t", "GB")

    @pytest.mark.parametrize("kind", [ContactKind.WEB, ContactKind.FACEBOOK])
    @pytest.mark.parametrize(
        "value",
        [
            "javascript:alert(1)",
            " JavaScript:alert(1)",
            "java\u200bscript:alert(1)",
            "javascript:1",
            "javascript://example.com/%0aalert(1)",
            "data:text/html,<script>",
            "vbscript:x",
            "file:///etc/passwd",
            "ftp://example.com",
        ],
    )
    def test_only_addresses_of_the_web(self, kind: ContactKind, value: str) -> None:
        with pytest.raises(NotAContact):
            normalize(kind, value, "GB")

    @given(st.sampled_from(ContactKind), st.text(min_size=1, max_size=40))
    def test_a_form_is_its_own_form(self, kind: ContactKind, value: str) -> None:
        try:
            form = normalize(kind, value, "GB").value
            again = normalize(kind, form, "GB").value
        except NotAContact:
            return
        assert form
        if kind in (ContactKind.PHONE, ContactKind.EMAIL, ContactKind.OTHER):
            assert again == form


class TestIdentity:
    @pytest.mark.parametrize(
        "value",
        [
            "0",
            "000",
            "-",
            "N/A",
            "n.a.",
            "GUEST",
            "WALKIN",
            "Walk-In",
            "walk in",
            "CASH SALE",
            "Default",
            "none",
            "Cash Customer",
        ],
    )
    def test_a_filler_is_nobodys(self, value: str) -> None:
        assert identity_of_nobody("till", value)

    @pytest.mark.parametrize("value", ["1", "10", "00001", "CARD-1", "guest-4711", "A-0", "Ω"])
    def test_any_other_is_somebodys(self, value: str) -> None:
        assert not identity_of_nobody("till", value)

    def test_more_fillers(self) -> None:
        more = as_values(["WEBGUEST", "till:17"], "GB")
        assert identity_of_nobody("shop", "webguest", more) and identity_of_nobody("Till", "17", more)
        assert not identity_of_nobody("shop", "17", more)
