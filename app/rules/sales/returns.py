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
    tax_on_top: bool
    """Whether the receipt says that its tax is on top."""

    def share(self, total: Decimal, tax: Decimal) -> Decimal:
        """The money that one of these lines, with this total and tax, gave back; not rounded.

        Lines share what the receipt gave back in proportion to their totals: a till may take the full price of a line
        back, and the discount on its own.
        """
        whole, part = (self.total + self.tax, total + tax) if self.tax_on_top else (self.total, total)
        return self.refunded * max(part, ZERO) / whole if whole > 0 else ZERO


class GivenBack(NamedTuple):
    """What a receipt that counts gave back of a line. Amounts are positive, also those of a discount taken back."""

    sale_id: UUID
    currency: str
    kind: LineKind
    sku: str | None
    quantity: Decimal
    total: Decimal
    with_tax: Decimal
    """The total, and the tax that is on top of it."""
    money: Decimal
    """What of the receipt's turnover was really given back with it (see `Refund.share`).

    Negative where a discount is taken back on its own, and so paid after all.
    """

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
        if kind is LineKind.DISCOUNT:
            back = max(total, ZERO)
            return cls(sale_id, currency, kind, sku, units, back, back, ZERO if refund.total else -back)
        if total >= 0 or kind not in PRICED:
            return cls(sale_id, currency, kind, sku, units, max(-total, ZERO), max(-total, ZERO), ZERO)
        with_tax = -total - tax if refund.tax_on_top else -total
        return cls(sale_id, currency, kind, sku, units, -total, with_tax, refund.share(-total, -tax))


class SoldLine(NamedTuple):
    kind: LineKind
    sku: str | None
    quantity: Decimal
    total: Decimal
    tax_on_top: Decimal = ZERO
    """Its tax, if that is not in its total."""

    @property
    def amount(self) -> Decimal:
        """What there is of it to give back: of a discount, what it took off."""
        return -self.total if self.kind is LineKind.DISCOUNT else self.total

    def is_of(self, sku: str | None) -> bool:
        """Whether it can be this product; either may be unknown."""
        return sku is None or self.sku is None or sku == self.sku

    def left(self, given_back: Iterable[GivenBack], currency: str) -> tuple[Decimal, Decimal]:
        """The quantity and the amount that are left of it. What does not fit takes nothing from it."""
        quantity, total = self.quantity, self.amount
        for given in given_back:
            if (given.currency, given.kind) == (currency, self.kind) and self.is_of(given.sku):
                quantity, total = quantity - given.quantity, total - self.given_back(given)
        return quantity, total

    def given_back(self, given: GivenBack) -> Decimal:
        """What of its total was given back. Sold with tax on top, it may be taken back with tax inside, as tills do, or
        the other way round.
        """
        if self.total > 0:
            return given.with_tax * self.total / (self.total + max(self.tax_on_top, ZERO))
        return given.total


def exceeds(left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, unit: Decimal) -> bool:
    """Whether a return (quantity and total are positive or 0) is more than what is left of the line that it names.

    A return of money only has no quantity, and leaves the units where they are.
    """
    return (quantity > 0 and quantity > left_quantity) or (total > 0 and total > left_total + unit)


def exceeds_gross(gross: Decimal, given_back: Iterable[GivenBack], currency: str, unit: Decimal) -> bool:
    """Whether more money was given back of a receipt than was paid for it, by more than one smallest coin in all.

    What was paid again, for a discount that was taken back, may be given back as well.
    """
    money = sum((given.money for given in given_back if given.currency == currency), ZERO)
    return money > 0 and money.quantize(unit, ROUND_HALF_UP) > gross + unit
