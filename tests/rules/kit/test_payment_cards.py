"""Card numbers and what is none, on a list of both kinds; the shares are those that docs/payment-cards.md states."""

import json
import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.card_schemes import is_card_number, passes_luhn
from app.rules.kit.payment_cards import find_card_number, may_contain_card_number
from tests.support.deadlines import ended_within

# The numbers that card schemes and payment providers publish for tests.
CARDS = {
    "visa": "4111111111111111",
    "visa, another": "4242424242424242",
    "visa, debit": "4000056655665556",
    "visa of 19": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, debit": "5200828282828210",
    "mastercard, new range": "2223003122003222",
    "american express": "378282246310005",
    "american express, another": "371449635398431",
    "american express, 34": "341111111111111",
    "diners": "30569309025904",
    "diners, 36": "36227206271667",
    "diners of 16": "3056930009020004",
    "discover": "6011111111111117",
    "discover, another": "6011000990139424",
    "jcb": "3530111333300000",
    "jcb, another": "3566002020360505",
    "unionpay": "6200000000000005",
    "unionpay of 19": "6205500000000000004",
    "maestro": "6759649826438453",
    "maestro of 19": "6799990100000000019",
    "bancontact": "6703444444444449",
    "dankort": "5019717010103742",
    "mir": "2200000000000053",
    "hipercard": "6062826786276634",
}
SEPARATORS = {
    "nothing": "",
    "a blank": " ",
    "two blanks": "  ",
    "a hyphen": "-",
    "a dot": ".",
    "a slash": "/",
    "an underscore": "_",
    "a comma": ", ",
    "a tabulator": "\t",
    "a line": "\r\n",
    "a no-break space": "\u00a0",
    "a narrow no-break space": "\u202f",
    "a thin space": "\u2009",
    "an ideographic space": "\u3000",
    "a zero-width space": "\u200b",
    "a word joiner": "\u2060",
    "a soft hyphen": "\u00ad",
    "an en dash": " \u2013 ",
    "a long vowel mark": "\u30fc",
    "a Hangul filler": "\u3164",
    "an entity": "&nbsp;",
    "several": " .-\u200b- ",
}
SCRIPTS = {"full width": 0xFF10, "Arabic": 0x0660, "Persian": 0x06F0, "Devanagari": 0x0966, "bold": 0x1D7CE}


def in_fours(number: str, sign: str) -> str:
    return sign.join(number[n : n + 4] for n in range(0, len(number), 4))


def as_on_the_card(number: str, sign: str = " ") -> str:
    if len(number) in (14, 15):
        return sign.join((number[:4], number[4:10], number[10:]))
    return in_fours(number, sign)


def found(value: Any) -> str | None:
    """As a body is looked through: the quick look must never hide what the slow one finds."""
    at = find_card_number(value)
    for escaped in (True, False):
        assert at is None or may_contain_card_number(json.dumps(value, ensure_ascii=escaped).encode())
    return at


@pytest.mark.parametrize("scheme", CARDS)
class TestEveryScheme:
    @pytest.mark.parametrize("separator", SEPARATORS)
    def test_is_found_as_people_write_it(self, scheme: str, separator: str) -> None:
        for written in (in_fours, as_on_the_card):
            number = written(CARDS[scheme], SEPARATORS[separator])
            assert found({"note": f"Please charge {number}, thanks"}) == "/note"
            assert found({"body": number}) == "/body"

    @pytest.mark.parametrize("after", [" 12/28", " 12/2028 123", "=28121010000", "/1228", ", exp. 12-28", " 12 28"])
    def test_is_found_before_its_expiry_date(self, scheme: str, after: str) -> None:
        assert found({"note": in_fours(CARDS[scheme], " ") + after}) == "/note"
        assert found({"note": CARDS[scheme] + after}) == "/note"

    @pytest.mark.parametrize("before", ["12/28 ", "7: ", "1. ", "2026 ", "PAN", "Visa", "\u200e"])
    def test_is_found_after_something_else(self, scheme: str, before: str) -> None:
        assert found({"note": before + CARDS[scheme]}) == "/note"

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_is_found_in_digits_of_other_scripts(self, scheme: str, script: str) -> None:
        digits = "".join(chr(SCRIPTS[script] + int(digit)) for digit in CARDS[scheme])
        assert found([digits]) == "/0"
        assert found([in_fours(digits, "\u202f")]) == "/0"

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 8])
    def test_is_found_in_groups_of_one_size(self, scheme: str, size: int) -> None:
        number = CARDS[scheme]
        groups = [number[n : n + size] for n in range(0, len(number), size)]
        assert found({"note": f"It is {' '.join(groups)}."}) == "/note"

    def test_is_found_in_any_groups_where_cards_are_spoken_of(self, scheme: str) -> None:
        number = CARDS[scheme]
        odd = f"{number[:6]} {number[6:9]}-{number[9:]}"
        for value, at in (
            ({"note": f"My card: {odd}"}, "/note"),
            ({"note": f"Kreditkarte {odd}"}, "/note"),
            ({"payments": [{"method": "card", "reference": odd}]}, "/payments/0/reference"),
            ({"payments": [{"method": "other", "reference": odd}]}, "/payments/0/reference"),
            ({"attributes": {"card_number": odd}}, "/attributes/card_number"),
            ({"attributes": {"creditCard": {"no": odd}}}, "/attributes/creditCard/no"),
            ({"identity": {"system": "visa", "external_id": odd}}, "/identity/external_id"),
            ({"receipt_no": f"visa {odd}"}, "/receipt_no"),
        ):
            assert found(value) == at
        assert found({"note": odd}) is None

    def test_with_one_digit_changed_it_is_no_card(self, scheme: str) -> None:
        number = CARDS[scheme]
        assert found(number[:-1] + str((int(number[-1]) + 1) % 10)) is None

    def test_as_a_number(self, scheme: str) -> None:
        assert found({"pan": int(CARDS[scheme])}) == "/pan"
        assert found({"amount_paid": int(CARDS[scheme])}) == "/amount_paid"

    def test_within_a_longer_row_of_digits_it_is_something_else(self, scheme: str) -> None:
        assert found("9" * 10 + CARDS[scheme]) is None

    def test_masked_it_may_be_kept(self, scheme: str) -> None:
        number = CARDS[scheme]
        hidden = len(number) - 10
        for sign in "*x\u2022#X":
            for masked in (
                sign * (len(number) - 4) + number[-4:],
                f"{number[:6]}{sign * hidden}{number[-4:]}",
                f"{number[:4]} {number[4:6]}{sign * 2} {sign * 4} {number[-4:]} 12/28",
                f"Visa {number[:6]}{sign * hidden}{number[-4:]}, 12/2028, auth 123456",
            ):
                assert found({"payments": [{"reference": masked}], "note": masked}) is None

    def test_is_an_identifier_unless_it_is_written_as_on_cards(self, scheme: str) -> None:
        number = CARDS[scheme]
        for name in ("receipt_no", "external_id", "sku", "phone", "order_number", "shopifyOrderId"):
            assert found({name: number}) is None
            assert found({"attributes": {name: int(number)}}) is None
        if as_on_the_card(number) == in_fours(number, " ") or len(number) < 16:
            assert found({"receipt_no": as_on_the_card(number)}) == "/receipt_no"
        assert found({"receipt_no": f"credit card {number}"}) == "/receipt_no"


class TestPlaces:
    @pytest.mark.parametrize(
        ("value", "at"),
        [
            ({"a": [{"b": "4111111111111111"}]}, "/a/0/b"),
            ({"4111111111111111": 1}, "/4111111111111111"),
            ({"a/b~c": "4111111111111111"}, "/a~1b~0c"),
            (["x", 4111111111111111.0], "/1"),
            (["x", -4111111111111111], "/1"),
            ({"a": True, "b": None, "c": 1.5, "d": "4111", "e": 1e300}, None),
            ("4111 1111", None),
        ],
    )
    def test_are_told(self, value: Any, at: str | None) -> None:
        assert found(value) == at

    def test_payments_by_a_neighbour_or_by_name(self) -> None:
        odd = "411111 111-1111111"
        assert found({"lines": [{"reference": odd}], "payments": [{"reference": odd}]}) == "/payments/0/reference"
        assert found([{"reference": odd}, {"reference": odd, "method": "visa_debit"}]) == "/1/reference"

    def test_the_first_of_several(self) -> None:
        assert found({"a": "x", "b": "4111111111111111", "c": "5555555555554444"}) == "/b"

    def test_a_word_far_away_says_nothing_of_a_number(self) -> None:
        odd = "411111 111-1111111"
        assert found({"note": f"card {'.' * 41}{odd}"}) is None
        assert found({"note": f"card {'.' * 9}{odd}"}) == "/note"

    @pytest.mark.parametrize("kind", ["gift card", "loyalty card", "Kundenkarte", "club card", "SIM card"])
    def test_cards_that_pay_for_nothing_are_no_payment_cards(self, kind: str) -> None:
        assert found({"note": f"{kind} 411111 111-1111111"}) is None
        assert found({"identity": {"system": kind, "external_id": "4111111111111111"}}) is None


class TestOtherNumbers:
    @pytest.mark.parametrize(
        "value",
        [
            "020 7946 0123",
            "+442079460123",
            "+49 1511 2345678",
            "0049 1511 2345678, +49 1511 2345679",
            "2026-03-01T10:15:00.123456Z",
            "30.11.2026 12:30:45",
            "0190a0b0-1111-7222-8333-444455556666",
            "DE89370400440532013000",
            "FR76 3000 6000 0112 3456 7890 189",
            "999999999999.999999",
            "1234567812345678",
            "0000000000000000",
            "5022830388368",  # a GTIN-13 with the check digit of a Maestro card
            "4222222222222",  # Visa's numbers of 13 digits are no more
            "404-4412345-4412348",
            "38092478-7019-547f-7a74-03929ed41ad0",  # an id, with digits of a card in it by chance
            "2023 2024 2025 2026",
        ],
    )
    def test_are_no_cards(self, value: str) -> None:
        assert found({"note": value}) is None

    @pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "FR76 3000 6000 0112 3456 7890 189"])
    def test_an_iban_has_to_be_one(self, iban: str) -> None:
        """Its check number makes the difference: digits of a card with letters before them are still a card."""
        assert found({"payments": [{"reference": iban}]}) is None
        assert found({"note": "GB12 4111 1111 1111 1111"}) == "/note"

    @given(st.text(max_size=80))
    def test_any_text_can_be_looked_at(self, value: str) -> None:
        found({value: [value]})

    @pytest.mark.parametrize(
        "text",
        [
            "4 " * 250_000,
            "41 " * 170_000,
            "4111-1111-1111-1112 " * 25_000,
            "4111111111111111x" * 30_000,
            "pan " * 60_000 + "123 45678 123 45678 x " * 12_000,
            "visa " * 60_000 + "." * 60 + "411111 111-1111111 x " * 12_000,
            "a" + "\u0301" * 100_000 + "\u0327" * 100_000 + "1" * 14,
        ],
        ids=lambda text: text[:12],
    )
    def test_any_half_megabyte_is_looked_at_in_no_time(self, text: str) -> None:
        """Each of these took minutes while numbers were compared with words, or marks with one another."""
        with ended_within(20):
            find_card_number({"receipt_no": text})


CHANCE = random.Random(7812)


def digits(count: int) -> str:
    return "".join(CHANCE.choice("0123456789") for _ in range(count))


def gtin(body: str) -> str:
    """GS1 General Specifications 7.9: weights 3 and 1 from the right."""
    return body + str(-sum(int(d) * (3 if n % 2 == 0 else 1) for n, d in enumerate(reversed(body))) % 10)


def luhn(body: str) -> str:
    return next(body + check for check in "0123456789" if passes_luhn(body + check))


def moment() -> datetime:
    return datetime(2023, 1, 1, tzinfo=UTC) + timedelta(seconds=CHANCE.randrange(4 * 365 * 86_400))


REGIONS = [text[n : n + 2] for text in ["GBDEFRITESPLSENODKNLBEATCHUSBRINCNJPAUZAHUID"] for n in range(0, len(text), 2)]


def phone() -> str:
    region = CHANCE.choice(REGIONS)
    kind = CHANCE.choice([phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE])
    shown = phonenumbers.example_number_for_type(region, kind)
    assert shown is not None
    number = phonenumbers.PhoneNumber(shown.country_code, int(str(shown.national_number)[:-4] + digits(4)))
    forms = [phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL]
    return phonenumbers.format_number(number, CHANCE.choice([*forms, phonenumbers.PhoneNumberFormat.NATIONAL]))


OTHERS: dict[str, tuple[Callable[[], str], str, float, float]] = {
    # kind: (one of them, the field it stands in, the most that may be refused there, and in a note)
    "phone numbers of 22 countries": (phone, "phone", 0, 0),
    "EAN-13": (lambda: gtin(digits(12)), "sku", 0, 0),
    "GTIN-14": (lambda: gtin(digits(13)), "sku", 0, 0.01),
    "SSCC-18": (lambda: gtin(digits(17)), "parcel_no", 0, 0.02),
    "orders at Amazon": (lambda: f"40{digits(1)}-{digits(7)}-{digits(7)}", "order_no", 0, 0),
    "ids of 13 digits": (lambda: f"{CHANCE.randrange(1, 10)}{digits(12)}", "external_id", 0, 0),
    "receipts by date, 16 digits": (lambda: f"{moment():%y%m%d}{digits(10)}", "receipt_no", 0, 0),
    "receipts by date and time": (lambda: f"{moment():%Y%m%d%H%M%S}{digits(2)}", "receipt_no", 0, 0),
    "loyalty cards of 19 digits": (
        lambda: luhn(f"{CHANCE.choice(['9826', '6338', '7', '6006'])}{digits(18)}"[:18]),
        "external_id",
        0,
        0,
    ),
    "receipts of 16 random digits": (lambda: digits(16), "receipt_no", 0, 0.05),
    "UUIDs": (lambda: str(uuid.UUID(int=CHANCE.getrandbits(128), version=4)), "external_id", 0, 0),
    "moments": (lambda: f"{moment():%Y-%m-%dT%H:%M:%S}.{digits(6)}Z", "at", 0, 0),
    "moments of Germany": (lambda: f"{moment():%d.%m.%Y %H:%M:%S}", "at", 0, 0),
    "milliseconds since 1970": (lambda: str(int(moment().timestamp() * 1000)), "at", 0, 0),
    "prices in a row": (
        lambda: " ".join(f"{CHANCE.randrange(1, 99)}.{digits(2)}" for _ in range(8)),
        "note",
        0.01,
        0.01,
    ),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_few_numbers_of_other_kinds_are_refused(kind: str) -> None:
    make, field, most, most_in_notes = OTHERS[kind]
    made = [make() for _ in range(2_000)]
    assert sum(found({field: value}) is not None for value in made) <= most * len(made)
    assert sum(found({"note": f"See {value} of today"}) is not None for value in made) <= most_in_notes * len(made)


def test_few_references_of_payments_are_refused() -> None:
    """Of terminals: their number, those of transaction and receipt; with the moment; with the approval."""
    makers: list[Callable[[], str]] = [
        lambda: f"{digits(8)} {digits(6)} {digits(4)}",
        lambda: f"TID {digits(8)} TRACE {digits(6)} RRN {digits(12)}",
        lambda: f"{moment():%d.%m.%Y %H:%M:%S} auth {digits(6)} ****{digits(4)}",
        lambda: f"88{digits(14)}",
    ]
    for make in makers:
        made = [{"payments": [{"method": "card", "reference": make()}]} for _ in range(2_000)]
        assert sum(found(value) is not None for value in made) <= 0.02 * len(made)


def test_every_card_number_is_found() -> None:
    """Recall on numbers made up for every scheme, in the groups in which they are printed and in a row."""
    ranges = (
        "4",
        "51",
        "55",
        "2221",
        "2720",
        "34",
        "37",
        "36",
        "300",
        "6011",
        "65",
        "3528",
        "62",
        "6304",
        "67",
        "2200",
    )
    for beginning in ranges:
        length = {"34": 15, "37": 15, "36": 14, "300": 14}.get(beginning, 16)
        for _ in range(50):
            number = luhn(beginning + digits(length - 1 - len(beginning)))
            assert is_card_number(number)
            for written in (number, as_on_the_card(number), as_on_the_card(number, "-"), in_fours(number, "\u202f")):
                assert found({"note": f"thanks, {written} for now"}) == "/note"
