import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.payment_cards import find_card_number, may_contain_card_number

# The numbers that card schemes and payment providers publish for tests.
CARDS = {
    "visa": "4111111111111111",
    "visa of 13": "4222222222222",
    "visa of 19": "4000000000000000006",
    "mastercard": "5555555555554444",
    "mastercard, new range": "2223003122003222",
    "american express": "378282246310005",
    "diners": "30569309025904",
    "discover": "6011111111111117",
    "jcb": "3530111333300000",
    "unionpay": "6200000000000005",
    "maestro": "6759649826438453",
}


def spaced(number: str, sign: str) -> str:
    return sign.join(number[n : n + 4] for n in range(0, len(number), 4))


def found(value: Any) -> str | None:
    """As a receipt is looked through: the quick look must never hide what the slow one finds."""
    at = find_card_number(value)
    assert at is None or may_contain_card_number(json.dumps(value, ensure_ascii=False))
    return at


@pytest.mark.parametrize("scheme", CARDS)
class TestEveryScheme:
    @pytest.mark.parametrize("sign", ["", " ", "-", "\u00a0", "\u2013"])
    def test_is_found_as_people_write_it(self, scheme: str, sign: str) -> None:
        assert found({"note": f"Card: {spaced(CARDS[scheme], sign)}, thanks"}) == "/note"

    def test_is_found_in_digits_of_other_scripts(self, scheme: str) -> None:
        arabic = "".join(chr(0x0660 + int(digit)) for digit in CARDS[scheme])
        assert found([arabic]) == "/0"

    def test_with_one_digit_changed_it_is_no_card(self, scheme: str) -> None:
        number = CARDS[scheme]
        assert found(number[:-1] + str((int(number[-1]) + 1) % 10)) is None

    def test_as_a_number(self, scheme: str) -> None:
        assert found({"pan": int(CARDS[scheme])}) == "/pan"

    def test_within_a_longer_row_of_digits_it_is_something_else(self, scheme: str) -> None:
        assert found("9" * 10 + CARDS[scheme]) is None


class TestPlaces:
    @pytest.mark.parametrize(
        ("value", "at"),
        [
            ({"a": [{"b": "4111111111111111"}]}, "/a/0/b"),
            ({"4111111111111111": 1}, "/4111111111111111"),
            (["x", 4111111111111111.0], "/1"),
            ({"a": True, "b": None, "c": 1.5, "d": "4111"}, None),
            ("4111 1111", None),
        ],
    )
    def test_are_told(self, value: Any, at: str | None) -> None:
        assert found(value) == at

    def test_the_first_of_several(self) -> None:
        assert found({"a": "x", "b": "4111111111111111", "c": "5555555555554444"}) == "/b"


class TestOtherNumbers:
    @pytest.mark.parametrize(
        "value",
        [
            "020 7946 0123",
            "+442079460123",
            "2026-03-01T10:15:00.123456Z",
            "0190a0b0-1111-7222-8333-444455556666",
            "DE89370400440532013000",
            "999999999999.999999",
            "1234567812345678",
            "0000000000000000",
            "38092478-7019-547f-7a74-03929ed41ad0",  # an id, with digits of a card in it by chance
        ],
    )
    def test_are_no_cards(self, value: str) -> None:
        assert found({"note": value}) is None

    def test_a_trade_item_number_is_let_through_where_it_belongs(self) -> None:
        both = "5022830388368"  # the check digits of a GTIN-13 and of a Maestro card fit
        assert found({"lines": [{"sku": both}]}) is None
        assert found({"lines": [{"name": both}]}) == "/lines/0/name"
        assert found({"lines": [{"sku": f"no {both}"}]}) == "/lines/0/sku"
        visa_like = "4222222222222"  # a card, and no GTIN
        assert found({"lines": [{"sku": visa_like}]}) == "/lines/0/sku"

    @given(st.text(max_size=80))
    def test_any_text_can_be_looked_at(self, value: str) -> None:
        found({value: [value]})

    def test_a_long_row_of_digits_takes_no_time(self) -> None:
        assert found("4 " * 20_000) is None
