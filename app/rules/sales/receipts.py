"""What a receipt says: its kind, whether it adds up, what is left to return, how two versions differ."""

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
    """What the sums are made of. Read only, so that frozen lines fit too."""

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


def kind_of(lines: Sequence[Line], total: Decimal) -> SaleKind:
    """Signs tell: all out is a sale, all back is a return, both is an exchange. No lines: the sign of the total."""
    amounts = [line.quantity or line.total for line in lines] or [total]
    out, back = any(a > 0 for a in amounts), any(a < 0 for a in amounts)
    if out and back:
        return SaleKind.EXCHANGE
    return SaleKind.RETURN if back else SaleKind.SALE


def turnover(lines: Sequence[Line], total: Decimal) -> tuple[Decimal, Decimal]:
    """What was sold and what was taken back, both positive: they are told apart even within one receipt."""
    amounts = [line.total for line in lines] or [total]
    return sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO)


def balanced(lines: Sequence[Line], payments: Sequence[Decimal], total: Decimal, unit: Decimal) -> bool:
    """Do the sums add up? Within one minor unit a line: tills round as they like.

    A line is right when quantity x price - discount is its total, with the tax either inside the price or added to it;
    lines must sum to the receipt's total with tax inside or on top, and payments, where any are given, to the total.
    """
    summed = tax = ZERO
    for line in lines:
        off = line.quantity * line.unit_price - line.discount - line.total
        if abs(off) > unit and abs(off + line.tax) > unit:
            return False
        summed += line.total
        tax += line.tax
    off, tolerance = summed - total, unit * max(len(lines), 1)
    if lines and abs(off) > tolerance and abs(off + tax) > tolerance:
        return False
    return not payments or abs(sum(payments, ZERO) - total) <= unit


def exceeds(left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, unit: Decimal) -> bool:
    """Is this return (negative quantity and total) more than what is left of the line it names?"""
    return -quantity > left_quantity or -total > left_total + unit
