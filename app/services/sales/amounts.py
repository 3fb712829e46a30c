"""What a receipt is sent with: whether its amounts can be paid, and have the signs that they must have."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from app.core.errors import ValidationFailed, invalid
from app.rules.kit.money import TOO_PRECISE, minor_unit, precision_detail
from app.rules.kit.withdrawn_currencies import WITHDRAWN
from app.rules.sales import sums
from app.rules.sales.receipts import LineKind, Sum
from app.rules.sales.sums import ZERO, Amounts, Imbalance, Line
from app.schemas.sales.sales import SaleNew

AMOUNTS = ("discount", "service_charge", "shipping", "tip", "rounding")
"""The first of `Amounts`, in that order."""
_LIMIT = Decimal(10) ** 12


def amounts_of(new: SaleNew, tax_included: bool | None) -> Amounts:
    """What the receipt says beside its lines; `tax_included` is what its source says of the tax of lines."""
    return Amounts(
        new.discount or ZERO,
        new.service_charge or ZERO,
        new.shipping or ZERO,
        new.tip or ZERO,
        new.rounding or ZERO,
        tax_on_top=_tax_on_top(new, tax_included),
        paid=sum((payment.amount for payment in new.payments), ZERO) if new.payments else None,
        tendered=new.tendered,
        change=new.change,
        lines_are_net=_are_lines_net(new, tax_included),
    )


def _tax_on_top(new: SaleNew, tax_included: bool | None) -> Decimal | None:
    if new.taxes:
        return sum((tax.amount for tax in new.taxes if not tax.included), ZERO)
    if tax_included is None:
        return None
    return ZERO if tax_included else sum((line.tax for line in new.lines if line.tax is not None), ZERO)


def _are_lines_net(new: SaleNew, tax_included: bool | None) -> bool:
    if new.taxes:
        return not any(tax.included for tax in new.taxes)
    return tax_included is False


def require_currency_of_its_time(new: SaleNew, currency: str) -> None:
    last_day = WITHDRAWN.get(currency)
    if last_day is not None and new.occurred_at.date() > last_day:
        raise invalid("/currency", "currency", f"{currency} was withdrawn after {last_day}")


def require_distinct_line_numbers(lines: Sequence[Line]) -> None:
    numbers = [line.line_no for line in lines]
    if len(set(numbers)) < len(numbers):
        duplicate = next(n for n, number in enumerate(numbers) if number in numbers[:n])
        raise invalid(f"/lines/{duplicate}/line_no", "twice", "Duplicate line_no")


def require_payable_amounts(new: SaleNew, currency: str) -> None:
    """Prices of one unit may be finer than the smallest coin, as those of fuel are; what is paid cannot."""
    unit = minor_unit(currency)
    amounts = [new.total, new.discount, new.service_charge, new.shipping, new.tip, new.rounding, new.tendered]
    amounts += [new.change, *(payment.amount for payment in new.payments), *(tax.amount for tax in new.taxes or ())]
    for line in new.lines:
        amounts += (line.discount, line.tax, line.total)
    if not any(amount % unit for amount in filter(None, amounts)):
        return
    pointers = [f"/{name}" for name in ("total", *AMOUNTS, "tendered", "change")]
    pointers += [f"/payments/{n}/amount" for n in range(len(new.payments))]
    pointers += [f"/taxes/{n}/amount" for n in range(len(new.taxes or ()))]
    pointers += [f"/lines/{n}/{name}" for n in range(len(new.lines)) for name in ("discount", "tax", "total")]
    detail = precision_detail(unit, currency)
    wrong = [pointer for pointer, a in zip(pointers, amounts, strict=True) if a is not None and a % unit]
    raise ValidationFailed(errors=[{"pointer": p, "code": TOO_PRECISE, "detail": detail} for p in wrong])


def require_returns(new: SaleNew, lines: Sequence[Line]) -> None:
    """What gives back is negative, and of another receipt.

    A discount is negative as well; the discount on what is given back is positive.
    """
    for n, (sent, line) in enumerate(zip(new.lines, lines, strict=True)):
        of = sent.refund_of
        if of is None and line.kind is not LineKind.DISCOUNT:
            continue
        if of is not None and (of.source or new.source, of.receipt_no) == (new.source, new.receipt_no):
            raise invalid(f"/lines/{n}/refund_of", "own_receipt", "Must be a line of another receipt")
        if line.kind is LineKind.ROUNDING:
            continue
        amount = f"/lines/{n}/{'unit_price' if sent.total is None else 'total'}"
        if line.kind is LineKind.DISCOUNT:
            if of is None and line.total > 0 and not _takes_back(lines):
                raise invalid(amount, "positive_discount", "Must be negative or 0 where no item is given back")
            if of is not None and line.total < 0:
                raise invalid(amount, "negative_discount", "Must be positive or 0 for a discount that is taken back")
        elif line.kind is LineKind.ITEM and line.quantity > 0:
            raise invalid(f"/lines/{n}/quantity", "positive_refund", _POSITIVE_REFUND)
        elif (line.kind is not LineKind.ITEM or sent.total is not None) and line.total > 0:
            raise invalid(amount, "positive_refund", _POSITIVE_REFUND)


def require_within_limit(lines: Sequence[Line], total: Decimal) -> None:
    """They are products and sums, which the schema does not limit."""
    too_large = [f"/lines/{n}/total" for n, line in enumerate(lines) if abs(line.total) >= _LIMIT]
    if too_large or abs(total) >= _LIMIT:
        pointer = too_large[0] if too_large else "/total"
        raise invalid(pointer, "number_range", "The computed amount has more than 12 digits before the point")


def rounded_away(new: SaleNew, lines: Sequence[Line], unit: Decimal) -> Iterator[Imbalance]:
    """Lines whose total was left out, and cannot be what they come to."""
    for sent, line in zip(new.lines, lines, strict=True):
        if sent.total is None and sums.rounded_away(line.quantity, line.unit_price, line.discount, unit):
            exact = line.quantity * line.unit_price - line.discount
            yield Imbalance(Sum.LINE, line.line_no, exact, line.total)


_POSITIVE_REFUND = "Must be negative or 0 for a line with `refund_of`"


def _takes_back(lines: Sequence[Line]) -> bool:
    return any(line.kind is LineKind.ITEM and (line.quantity or line.total) < 0 for line in lines)
