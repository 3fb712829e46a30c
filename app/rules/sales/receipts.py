"""The arithmetic of receipts: kind, turnover, whether the sums add up, what may still be returned."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Protocol


class SaleChannel(StrEnum):
    """The channel through which the sale was made."""

    IN_STORE = "in_store"
    ONLINE = "online"
    PHONE = "phone"
    MARKETPLACE = "marketplace"
    OTHER = "other"


class SaleKind(StrEnum):
    """A receipt that sells goods, takes goods back, or does both (`exchange`). Derived from the signs of its lines."""

    SALE = "sale"
    RETURN = "return"
    EXCHANGE = "exchange"


class OnUnknownCustomer(StrEnum):
    """What to do with a receipt whose buyer is not found."""

    CREATE = "create"
    KEEP = "keep"


class Line(Protocol):
    """What the sums are calculated from. Read only, so that immutable lines qualify."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_price(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def tax(self) -> Decimal: ...
    @property
    def total(self) -> Decimal: ...


ZERO = Decimal(0)


def line_total(quantity: Decimal, unit_price: Decimal, discount: Decimal, unit: Decimal) -> Decimal:
    """Quantity x unit price - discount, rounded half up to the currency's minor unit."""
    return (quantity * unit_price - discount).quantize(unit, ROUND_HALF_UP)


def receipt_kind(lines: Sequence[Line], total: Decimal) -> SaleKind:
    """Derived from the signs of the lines, or from the sign of the total where there are no lines."""
    amounts = [line.quantity or line.total for line in lines] or [total]
    sells, takes_back = any(a > 0 for a in amounts), any(a < 0 for a in amounts)
    if sells and takes_back:
        return SaleKind.EXCHANGE
    return SaleKind.RETURN if takes_back else SaleKind.SALE


def turnover(lines: Sequence[Line], total: Decimal) -> tuple[Decimal, Decimal]:
    """The gross and the refunded amount, both positive and kept apart even within one receipt."""
    amounts = [line.total for line in lines] or [total]
    return sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO)


def balanced(lines: Sequence[Line], payments: Sequence[Decimal], total: Decimal, unit: Decimal) -> bool:
    """Whether the sums add up, within one minor unit per line: tills round in different ways.

    A line is right when quantity x price - discount is its total, with the tax either inside the price or added to it;
    lines must sum to the receipt's total with tax inside or on top, and payments, where any are given, to the total.
    """
    lines_total = tax = ZERO
    for line in lines:
        difference = line.quantity * line.unit_price - line.discount - line.total
        if abs(difference) > unit and abs(difference + line.tax) > unit:
            return False
        lines_total += line.total
        tax += line.tax
    difference, tolerance = lines_total - total, unit * max(len(lines), 1)
    if lines and abs(difference) > tolerance and abs(difference + tax) > tolerance:
        return False
    return not payments or abs(sum(payments, ZERO) - total) <= unit


def exceeds(left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, unit: Decimal) -> bool:
    """Whether a return (negative quantity and total) is more than what is left of the line that it names."""
    return -quantity > left_quantity or -total > left_total + unit
