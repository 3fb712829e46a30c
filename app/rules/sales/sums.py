"""The arithmetic of receipts: what they come to, and whether their sums add up (definitions: `receipts`)."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple, Protocol

from app.rules.sales.receipts import NOT_TURNOVER, LineKind, SaleKind, Sum

ZERO = Decimal(0)
MOST_IMBALANCES = 20


class Line(Protocol):
    """What the sums are calculated from. Read only, so that immutable lines qualify."""

    @property
    def line_no(self) -> int: ...
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
    @property
    def kind(self) -> LineKind: ...


class Amounts(NamedTuple):
    """What a receipt says beside its lines."""

    discount: Decimal = ZERO
    service_charge: Decimal = ZERO
    shipping: Decimal = ZERO
    tip: Decimal = ZERO
    rounding: Decimal = ZERO
    tax_on_top: Decimal | None = None
    """The tax that is added to the prices. None: that of the lines, if the sums come out then."""
    paid: Decimal | None = None
    """The sum of the payments, if there are any."""
    tendered: Decimal | None = None
    change: Decimal | None = None
    lines_are_net: bool = False
    """Whether the source or the taxes say that tax is on top of the prices. It comes to 0 in an even exchange."""

    @property
    def beside_lines(self) -> Decimal:
        """What the total has of them, tax apart."""
        return self.service_charge + self.shipping + self.tip + self.rounding - self.discount


class Imbalance(NamedTuple):
    """Two sums that differ by more than rounding."""

    sum: Sum
    line_no: int | None
    """The line, for `Sum.LINE`."""
    expected: Decimal
    found: Decimal


class Reckoning(NamedTuple):
    kind: SaleKind
    total: Decimal
    gross: Decimal
    refunded: Decimal
    imbalances: list[Imbalance]
    tax_on_top: bool
    """Whether the tax of each line is on top of its total."""


def line_total(quantity: Decimal, unit_price: Decimal, discount: Decimal, unit: Decimal) -> Decimal:
    """Quantity x unit price - discount, rounded half up to the currency's minor unit."""
    return (quantity * unit_price - discount).quantize(unit, ROUND_HALF_UP)


def rounded_away(quantity: Decimal, unit_price: Decimal, discount: Decimal, unit: Decimal) -> bool:
    """Whether a line of whole units comes to an amount that nobody can pay, such as 1 x JPY 1500.50.

    Weighed and measured goods (0.375 kg) are rounded as a matter of course.
    """
    return quantity % 1 == 0 and (quantity * unit_price - discount) % unit != 0


def reckon(lines: Sequence[Line], amounts: Amounts, total: Decimal | None, unit: Decimal) -> Reckoning:
    """What a receipt comes to. Without `total`, that is what its lines and amounts add up to.

    Tills round in different ways: one minor unit is forgiven for each line, and for what was paid.
    """
    sums = _add_up(lines, unit)
    tolerance = unit * max(len(lines), 1)
    added = amounts.tax_on_top - sums.tax_inside if amounts.tax_on_top else ZERO
    expected = sums.lines + amounts.beside_lines + added
    if total is None:
        total = expected
    if amounts.tax_on_top is None and sums.tax:
        on_top = sums.tax - sums.tax_inside
        difference = abs(total - expected - on_top)
        if difference < abs(total - expected) and difference <= tolerance:
            expected, added = expected + on_top, on_top
    imbalances = sums.imbalances
    if lines and abs(total - expected) > tolerance:
        imbalances.append(Imbalance(Sum.TOTAL, None, expected, total))
    imbalances += _payment_imbalances(amounts, total, unit)
    is_said = amounts.lines_are_net and not sums.tax_inside_lines
    own_tax = (sums.tax != 0 or is_said) and abs(added - sums.tax) <= tolerance
    gross, refunded = _turnover(sums, amounts, total, own_tax) if lines else _sides(total - amounts.tip)
    # Of small change, both may be within the tolerance.
    is_on_top = own_tax and (is_said or abs(added - sums.tax) < abs(added))
    return Reckoning(_kind(sums, total), total, gross, refunded, imbalances[:MOST_IMBALANCES], is_on_top)


class _Sums(NamedTuple):
    """What the lines add up to. Amounts with `_tax` are the tax of the same lines."""

    lines: Decimal
    tax: Decimal
    tax_inside: Decimal
    """Tax that is not in the prices, but in the totals of the lines."""
    tax_inside_lines: bool
    """Whether there is any; what is given back may outweigh it."""
    gross: Decimal
    gross_tax: Decimal
    refunded: Decimal
    refunded_tax: Decimal
    passed_on: Decimal
    """What is not turnover."""
    items: set[int]
    """The signs of the items: 1, 0 and -1."""
    has_lines: bool
    imbalances: list[Imbalance]


def _add_up(lines: Sequence[Line], unit: Decimal) -> _Sums:
    """Each line is looked at once: receipts come by the thousand."""
    all_lines = all_tax = tax_inside = gross = gross_tax = refunded = refunded_tax = passed_on = ZERO
    items: set[int] = set()
    imbalances: list[Imbalance] = []
    tax_inside_lines = False
    for line in lines:
        kind, total, tax = line.kind, line.total, line.tax
        all_lines += total
        expected = line.quantity * line.unit_price - line.discount
        if expected != total and abs(expected - total) > unit:
            if abs(expected + tax - total) <= unit:
                tax_inside += tax
                tax_inside_lines = True
            elif line.quantity or total > 0:  # else only money is given back
                imbalances.append(Imbalance(Sum.LINE, line.line_no, expected, total))
        if tax:
            all_tax += tax
        if kind is LineKind.ITEM:
            sign = line.quantity or total
            items.add(1 if sign > 0 else -1 if sign else 0)
        elif kind in NOT_TURNOVER:
            passed_on += total
            continue
        elif kind is LineKind.DISCOUNT or kind is LineKind.ROUNDING:
            if kind is LineKind.DISCOUNT and total > 0:  # the discount on something that is given back
                refunded -= total
            continue
        if total > 0:
            gross += total
            if tax:
                gross_tax += tax
        else:
            refunded -= total
            if tax:
                refunded_tax -= tax
    sides = gross, gross_tax, refunded, refunded_tax
    return _Sums(all_lines, all_tax, tax_inside, tax_inside_lines, *sides, passed_on, items, bool(lines), imbalances)


def _kind(sums: _Sums, total: Decimal) -> SaleKind:
    """Derived from the signs of the items, or from the sign of the total where there are no lines."""
    if sums.has_lines and not sums.items:
        return SaleKind.OTHER
    takes_back = -1 in sums.items if sums.has_lines else total < 0
    if takes_back and 1 in sums.items:
        return SaleKind.EXCHANGE
    return SaleKind.RETURN if takes_back else SaleKind.SALE


def _turnover(sums: _Sums, amounts: Amounts, total: Decimal, own_tax: bool) -> tuple[Decimal, Decimal]:
    """Gross and refunded; with `own_tax`, that of each line is on top of it.

    They are the sums of what sells and of what takes back. What is beyond them (a discount, rounding of cash) belongs
    to what was sold, or to what was given back if nothing was sold; if that side ran below zero, to the other.
    """
    gross, refunded = sums.gross, sums.refunded
    if own_tax:
        gross, refunded = gross + sums.gross_tax, refunded + sums.refunded_tax
    for charge in (amounts.service_charge, amounts.shipping):
        if charge > 0:
            gross += charge
        elif charge:
            refunded -= charge
    beyond = total - sums.passed_on - amounts.tip - (gross - refunded)
    if gross > 0:
        gross += beyond
    else:
        refunded -= beyond
    return max(gross, ZERO) + max(-refunded, ZERO), max(refunded, ZERO) + max(-gross, ZERO)


def _sides(net: Decimal) -> tuple[Decimal, Decimal]:
    return max(net, ZERO), max(-net, ZERO)


def _payment_imbalances(amounts: Amounts, total: Decimal, unit: Decimal) -> list[Imbalance]:
    found = []
    paid, tendered, change = amounts.paid, amounts.tendered, amounts.change
    if paid is not None and abs(paid - total) > unit and (change is None or abs(paid - change - total) > unit):
        found.append(Imbalance(Sum.PAYMENTS, None, total, paid))
    if tendered is not None:
        kept = tendered - (change or ZERO)
        # What was given back may not be known.
        if abs(kept - total) > unit and (change is not None or kept < total):
            found.append(Imbalance(Sum.TENDERED, None, total, kept))
    return found
