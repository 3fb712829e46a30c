"""What a receipt says: its kind, whether it adds up, what is left to return, how two versions differ."""

from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Protocol


class SaleChannel(StrEnum):
    IN_STORE = "in_store"
    ONLINE = "online"
    PHONE = "phone"
    MARKETPLACE = "marketplace"
    OTHER = "other"


class SaleKind(StrEnum):
    SALE = "sale"
    RETURN = "return"
    EXCHANGE = "exchange"


class Match(StrEnum):
    """How the buyer of a receipt was found."""

    ANONYMOUS = "anonymous"
    MATCHED = "matched"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"


class OnUnknownCustomer(StrEnum):
    CREATE = "create"
    KEEP = "keep"


class Line(Protocol):
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal


def line_total(quantity: Decimal, unit_price: Decimal, discount: Decimal, minor_unit: Decimal) -> Decimal:
    """Quantity x unit price - discount, rounded half up to the currency's minor unit, unless it is exact already."""
    exact = quantity * unit_price - discount
    return exact.quantize(minor_unit, ROUND_HALF_UP)


def kind_of(totals: list[Decimal], quantities: list[Decimal], total: Decimal) -> SaleKind:
    """Signs tell: all out is a sale, all back is a return, both is an exchange. No lines: the total's sign."""
    signs = {amount > 0 for amount in quantities if amount} or {amount > 0 for amount in totals if amount}
    if len(signs) == 2:
        return SaleKind.EXCHANGE
    positive = next(iter(signs)) if signs else total >= 0
    return SaleKind.SALE if positive else SaleKind.RETURN


def balanced(lines: list[Line], payments: list[Decimal], total: Decimal, minor_unit: Decimal) -> bool:
    """Do the sums add up? Within one minor unit a line, tills round as they like.

    A line is right when quantity x price - discount is its total, with the tax either inside the price or added to it;
    lines must sum to the receipt's total with tax inside or on top, and payments, where any are given, to the total.
    """
    tolerance = minor_unit * max(len(lines), 1)
    for line in lines:
        exact = line.quantity * line.unit_price - line.discount
        if abs(exact - line.total) > minor_unit and abs(exact + line.tax - line.total) > minor_unit:
            return False
    if lines:
        summed = sum((line.total for line in lines), Decimal(0))
        tax = sum((line.tax for line in lines), Decimal(0))
        if abs(summed - total) > tolerance and abs(summed + tax - total) > tolerance:
            return False
    return not payments or abs(sum(payments, Decimal(0)) - total) <= minor_unit


def exceeds(
    left_quantity: Decimal, left_total: Decimal, quantity: Decimal, total: Decimal, minor_unit: Decimal
) -> bool:
    """Is this return (negative quantity and total) more than what is left of the line it names?"""
    return -quantity > left_quantity or -total > left_total + minor_unit


def differences(stored: object, sent: object, pointer: str = "") -> list[dict[str, object]]:
    """Every place where two JSON documents differ, as JSON pointers with both values; missing is null."""
    if isinstance(stored, dict) and isinstance(sent, dict):
        keys = list(dict.fromkeys([*stored, *sent]))
        return [d for key in keys for d in differences(stored.get(key), sent.get(key), f"{pointer}/{key}")]
    if isinstance(stored, list) and isinstance(sent, list) and len(stored) == len(sent):
        return [
            d
            for i, (left, right) in enumerate(zip(stored, sent, strict=True))
            for d in differences(left, right, f"{pointer}/{i}")
        ]
    return [] if stored == sent else [{"pointer": pointer, "stored": stored, "sent": sent}]
