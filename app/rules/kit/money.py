"""Currencies and exact decimal amounts."""

from decimal import Decimal
from functools import cache
from typing import NamedTuple

from iso4217 import Currency

from app.rules.kit.withdrawn_currencies import WITHDRAWN, WITHOUT_MINOR_UNIT

TOO_PRECISE = "too_precise"
UNKNOWN_CURRENCY = "Must be an ISO 4217 currency code"


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest coin of a currency: 0.01 for GBP, 1 for JPY, 0.001 for KWD. KeyError if unknown."""
    exponent = CURRENCIES[currency]
    return Decimal(1).scaleb(-exponent)


class AmountFault(NamedTuple):
    """What is wrong with an amount beside a currency; `of_currency` where that is what has to change."""

    of_currency: bool
    code: str
    detail: str


def fault_of(amount: Decimal, currency: str, *, signed: bool = False) -> AmountFault | None:
    """Why nobody can pay this amount: it is finer than the smallest coin, or below zero if it is not `signed`."""
    if currency not in CURRENCIES:
        return AmountFault(True, "currency", UNKNOWN_CURRENCY)
    if amount < 0 and not signed:
        return AmountFault(False, "negative", "Must not be negative")
    unit = minor_unit(currency)
    return AmountFault(False, TOO_PRECISE, precision_detail(unit, currency)) if amount % unit else None


def precision_detail(unit: Decimal, currency: str) -> str:
    """The detail of an amount that is TOO_PRECISE, by the smallest coin of its currency."""
    return f"Must be a multiple of {unit} {currency}"


def scaled(amount: Decimal, currency: str) -> Decimal:
    """An amount with at least the currency's decimals, and no more than it needs: 12.3 → 12.30, 1.2500 → 1.25."""
    unit = minor_unit(currency)
    exact = amount.normalize()
    return exact.quantize(unit) if exact.as_tuple().exponent > unit.as_tuple().exponent else exact  # type: ignore[operator]


# Currencies without a minor unit in the standard (gold, test codes) count as having none.
CURRENCIES: dict[str, int] = {
    **{code: 0 if code in WITHOUT_MINOR_UNIT else 2 for code in WITHDRAWN},
    **{currency.code: currency.exponent or 0 for currency in Currency},
}
"""The number of decimals of each currency, of those that were withdrawn as well."""
