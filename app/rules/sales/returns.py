"""What a receipt gives back of a line of another, and what is left of that line.

The statement that recomputes what was returned (`store/sales/settlement.py`) says the same in SQL.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.rules.sales.receipts import LineKind
from app.rules.sales.sums import ZERO


class LineKey(NamedTuple):
    source: str
    receipt_no: str
    line_no: int


class GivenBack(NamedTuple):
    """What a receipt that counts gave back of a line; quantity and total are positive."""

    sale_id: UUID
    currency: str
    kind: LineKind
    sku: str | None
    quantity: Decimal
    total: Decimal

    @classmethod
    def by_line(
        cls,
        sale_id: UUID,
        currency: str,
        kind: LineKind,
        sku: str | None,
        quantity: Decimal,
        total: Decimal,
        goods_kept: bool,
    ) -> "GivenBack":
        """By a returning line with these values. Only items have units, and goods that are kept use up none."""
        units = ZERO if goods_kept or kind is not LineKind.ITEM else max(-quantity, ZERO)
        return cls(sale_id, currency, kind, sku, units, max(-total, ZERO))


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
