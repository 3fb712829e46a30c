"""The arithmetic of receipts: kind, turnover, whether the sums add up, what may still be returned.

Every figure of sales rests on these definitions (docs/sales.md has them with examples):

- `total` of a receipt is what the customer paid, or got back if negative. `gross` is what was sold, `refunded` what was
  given back, neither is below zero, and gross - refunded = total for every receipt.
- A receipt counts unless it is voided. Net of a customer is the sum of the totals of the receipts that count.
- A receipt is *fully returned* when nothing with a price is left of it: of each line with a positive total, all units
  or all the money came back.
- A *purchase* is a receipt that counts, sold something for money, and was not given back whole.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo


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


class MatchedBy(StrEnum):
    """What decided whose receipt it is: a key that the till sent, the sale that it returns, or somebody's claim."""

    ID = "id"
    IDENTITY = "identity"
    PHONE = "phone"
    EMAIL = "email"
    SALE = "sale"
    CLAIM = "claim"


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


def trading_day(occurred_at: datetime, time_zone: str | None) -> date:
    """The date in the time zone, or else in the offset of the moment."""
    return (occurred_at if time_zone is None else occurred_at.astimezone(ZoneInfo(time_zone))).date()


def receipt_kind(lines: Sequence[Line], total: Decimal) -> SaleKind:
    """Derived from the signs of the lines, or from the sign of the total where there are no lines."""
    amounts = [line.quantity or line.total for line in lines] or [total]
    sells, takes_back = any(a > 0 for a in amounts), any(a < 0 for a in amounts)
    if sells and takes_back:
        return SaleKind.EXCHANGE
    return SaleKind.RETURN if takes_back else SaleKind.SALE


def turnover(
    lines: Sequence[Line], total: Decimal, unit: Decimal, tax_included: bool | None = None
) -> tuple[Decimal, Decimal]:
    """The gross and the refunded amount: never below zero, apart even within one receipt, gross - refunded = total.

    They are the sums of the lines that sell and of those that take back. Where the total has the lines' tax on top,
    each line has its own. What the total still has beyond the lines (a discount on the receipt, rounding of cash)
    belongs to what was sold, or to what was given back if nothing was sold; if that side ran below zero, to the other.
    Where it is not said whether the tax is included, the total decides.
    """
    amounts = [line.total for line in lines] or [total]
    difference, tax = total - sum(amounts, ZERO), sum((line.tax for line in lines), ZERO)
    seems_on_top = abs(difference - tax) < abs(difference) and abs(difference - tax) <= _tolerance(lines, unit)
    if lines and (seems_on_top if tax_included is None else not tax_included):
        amounts = [line.total + line.tax for line in lines]
    gross, refunded = sum((a for a in amounts if a > 0), ZERO), -sum((a for a in amounts if a < 0), ZERO)
    beyond = total - (gross - refunded)
    if gross > 0:
        gross += beyond
    else:
        refunded -= beyond
    return max(gross, ZERO) + max(-refunded, ZERO), max(refunded, ZERO) + max(-gross, ZERO)


def balanced(
    lines: Sequence[Line],
    payments: Sequence[Decimal],
    total: Decimal,
    unit: Decimal,
    tax_included: bool | None = None,
) -> bool:
    """Whether the sums add up, within one minor unit per line: tills round in different ways.

    A line is right when quantity x price - discount is its total, with the tax either inside the price or added to it;
    lines must sum to the receipt's total with tax inside or on top, and payments, where any are given, to the total.
    `tax_included` says which of both, if it is known.
    """
    lines_total = tax = ZERO
    for line in lines:
        difference = line.quantity * line.unit_price - line.discount - line.total
        if abs(difference) > unit and abs(difference + line.tax) > unit:
            return False
        lines_total += line.total
        tax += line.tax
    difference, tolerance = lines_total - total, _tolerance(lines, unit)
    inside, on_top = abs(difference) <= tolerance, abs(difference + tax) <= tolerance
    if lines and not (inside or on_top if tax_included is None else inside if tax_included else on_top):
        return False
    return not payments or abs(sum(payments, ZERO) - total) <= unit


def rounded_away(quantity: Decimal, unit_price: Decimal, discount: Decimal, unit: Decimal) -> bool:
    """Whether a line of whole units comes to an amount that nobody can pay, such as 1 x JPY 1500.50.

    Weighed and measured goods (0.375 kg) are rounded as a matter of course.
    """
    return quantity % 1 == 0 and (quantity * unit_price - discount) % unit != 0


def exceeds(left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, unit: Decimal) -> bool:
    """Whether a return (quantity and total are negative or 0) is more than what is left of the line that it names.

    A return of money only has no quantity, and leaves the units where they are.
    """
    return (quantity < 0 and -quantity > left_quantity) or (total < 0 and -total > left_total + unit)


def _tolerance(lines: Sequence[Line], unit: Decimal) -> Decimal:
    """Tills round in different ways: one minor unit for each line."""
    return unit * max(len(lines), 1)
