from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.kit.money import CURRENCIES, fault_of, minor_unit, scaled

AMOUNTS = st.decimals(-(10**12), 10**12, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("currency", "unit"), [("GBP", "0.01"), ("JPY", "1"), ("KWD", "0.001"), ("CLF", "0.0001"), ("XAU", "1")]
)
def test_the_smallest_coin(currency: str, unit: str) -> None:
    assert minor_unit(currency) == Decimal(unit)


@pytest.mark.parametrize("currency", ["GBX", "gbp", "", "USDT"])
def test_no_currency(currency: str) -> None:
    with pytest.raises(KeyError):
        minor_unit(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.3", "GBP", "12.30"),
        ("12", "GBP", "12.00"),
        ("1.2500", "GBP", "1.25"),
        ("1.2505", "GBP", "1.2505"),
        ("100", "JPY", "100"),
        ("1E+2", "JPY", "100"),
        ("0.000", "JPY", "0"),
        ("-0.5", "EUR", "-0.50"),
        ("999999999999.999999", "GBP", "999999999999.999999"),
    ],
)
def test_spelling(amount: str, currency: str, text: str) -> None:
    assert str(scaled(Decimal(amount), currency)) == text


@pytest.mark.parametrize(
    ("amount", "currency", "signed", "code"),
    [
        ("10.50", "GBP", False, None),
        ("0", "JPY", False, None),
        ("10.005", "GBP", False, "too_precise"),
        ("10.5", "JPY", True, "too_precise"),
        ("-5", "GBP", False, "negative"),
        ("-5", "GBP", True, None),
        ("5", "GBX", False, "currency"),
    ],
)
def test_what_cannot_be_paid(amount: str, currency: str, signed: bool, code: str | None) -> None:
    fault = fault_of(Decimal(amount), currency, signed=signed)
    assert (fault and fault.code) == code


@given(AMOUNTS, st.sampled_from(sorted(CURRENCIES)))
def test_spelling_never_changes_an_amount(amount: Decimal, currency: str) -> None:
    text = str(scaled(amount, currency))
    assert Decimal(text) == amount
    assert "E" not in text
    assert scaled(Decimal(text), currency) == scaled(amount, currency) and str(scaled(Decimal(text), currency)) == text
