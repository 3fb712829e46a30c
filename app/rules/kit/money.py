"""Currencies and exact decimal amounts."""

from decimal import Decimal
from functools import cache

from iso4217 import Currency

from app.rules.kit.withdrawn_currencies import WITHDRAWN, WITHOUT_MINOR_UNIT


@cache
def minor_unit(currency: str) -> Decimal:
    """The smallest coin of a currency: 0.01 for GBP, 1 for JPY, 0.001 for KWD. KeyError if unknown."""
    exponent = CURRENCIES[currency]
    return Decimal(1).scaleb(-exponent)


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
