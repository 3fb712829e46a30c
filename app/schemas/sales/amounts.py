"""What receipts say of money beside their lines: payments, taxes, and sums that do not add up."""

from typing import Annotated

from pydantic import Field

from app.rules.sales.receipts import Sum
from app.schemas.kit.texts import BLANK_IS_ABSENT
from app.schemas.kit.types import Figure, Flag, Label, Money, Reference, Resource, Schema

LineNo = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]


class PaymentNew(Schema):
    """One payment towards a receipt."""

    method: Label
    """The means of payment, such as `cash`, `card` or `voucher`."""
    amount: Money
    """The amount paid, or negative for an amount that was paid back."""
    reference: Annotated[Reference | None, BLANK_IS_ABSENT] = None
    """The payment's own number, such as an authorisation code. Card numbers are refused."""


class Payment(Resource):
    """One payment towards a receipt."""

    method: Label
    """The means of payment, such as `cash`, `card` or `voucher`."""
    amount: Money
    """The amount paid, or negative for an amount that was paid back."""
    reference: Reference | None = None
    """The payment's own number, such as an authorisation code."""


class TaxNew(Schema):
    """The tax of one rate on a whole receipt."""

    name: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """What the tax is called, such as `VAT`."""
    rate: Figure | None = None
    """The rate in per cent, such as `20`."""
    amount: Money
    included: Flag
    """Whether the prices include it, or it is added to them."""


class Tax(Resource):
    """The tax of one rate on a whole receipt."""

    name: Label | None = None
    """What the tax is called, such as `VAT`."""
    rate: Figure | None = None
    """The rate in per cent, such as `20`."""
    amount: Money
    included: bool
    """Whether the prices include it, or it is added to them."""


class Imbalance(Resource):
    """Two sums of a receipt that differ by more than the rounding of tills."""

    sum: Sum
    line_no: LineNo | None
    """The line whose sum is wrong. Null for sums of the whole receipt."""
    expected: Money
    """What the sum should be."""
    found: Money
    """What the receipt has instead."""
    difference: Money
    """What was found less what was expected: negative if something is missing."""
