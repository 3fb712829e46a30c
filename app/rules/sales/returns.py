"""What a receipt gives back of a line of another, and what is left of that line.

The statement that recomputes what was returned (`store/sales/settlement.py`) says the same in SQL.
"""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple
from uuid import UUID

from app.rules.sales.receipts import PRICED, LineKind
from app.rules.sales.sums import ZERO


class LineKey(NamedTuple):
    source: str
    receipt_no: str
    line_no: int


class Refund(NamedTuple):
    """What a receipt gave back in all, and its lines with a price that did so. All amounts are positive."""

    refunded: Decimal
    """The `refunded` of the receipt."""
    total: Decimal
    """The totals of these lines."""
    tax: Decimal
    """Their tax."""

    def share(self, total: Decimal, tax: Decimal) -> Decimal:
        """The money that one of these lines, with this total and tax, gave back; not rounded.

        Lines share what the receipt gave back in proportion to their totals: a till may take the full price of a line
        back, and the discount on its own. The tax of each is on top of it if that comes nearer to what was given back.
        """
        on_top = abs(self.refunded - self.total - self.tax) < abs(self.refunded - self.total)
        whole, part = (self.total + self.tax, total + tax) if on_top else (self.total, total)
        return self.refunded * max(part, ZERO) / whole if whole > 0 else ZERO


class GivenBack(NamedTuple):
    """What a receipt that counts gave back of a line; the amounts are positive."""

    sale_id: UUID
    currency: str
    kind: LineKind
    sku: str | None
    quantity: Decimal
    total: Decimal
    money: Decimal
    """What of the receipt's turnover was really given back with it (see `Refund.share`)."""

    @classmethod
    def by_line(
        cls,
        sale_id: UUID,
        currency: str,
        kind: LineKind,
        sku: str | None,
        quantity: Decimal,
        total: Decimal,
        tax: Decimal,
        goods_kept: bool,
        refund: Refund,
    ) -> "GivenBack":
        """By a returning line with these values. Only items have units, and goods that are kept use up none."""
        units = ZERO if goods_kept or kind is not LineKind.ITEM else max(-quantity, ZERO)
        money = refund.share(-total, -tax) if total < 0 and kind in PRICED else ZERO
        return cls(sale_id, currency, kind, sku, units, max(-total, ZERO), money)


class SoldLine(NamedTuple):
    kind: LineKind
    sku: str | None
    quantity: Decimal
    total: Decimal

    def is_of(self, sku: str | None) -> bool:
        """Whether it can be this product; either may be unknown."""
        return sku is None or self.sku is None or sku == self.sku

    def left(self, given_back: Iterable[GivenBack], currency: str) -> tuple[Decimal, Decimal]:
        """The quantity and the amount that are left of it. What does not fit takes nothing from it."""
        quantity, total = self.quantity, self.total
        for given in given_back:
            if (given.currency, given.kind) == (currency, self.kind) and self.is_of(given.sku):
                quantity, total = quantity - given.quantity, total - given.total
        return quantity, total


def exceeds(left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, unit: Decimal) -> bool:
    """Whether a return (quantity and total are positive or 0) is more than what is left of the line that it names.

    A return of money only has no quantity, and leaves the units where they are.
    """
    return (quantity > 0 and quantity > left_quantity) or (total > 0 and total > left_total + unit)


def exceeds_gross(gross: Decimal, given_back: Iterable[GivenBack], currency: str, unit: Decimal) -> bool:
    """Whether more money was given back of a receipt than was paid for it, by more than one smallest coin in all."""
    money = sum((given.money for given in given_back if given.currency == currency), ZERO)
    return money > 0 and money.quantize(unit, ROUND_HALF_UP) > gross + unit
