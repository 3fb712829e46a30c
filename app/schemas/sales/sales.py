"""Receipts as tills send them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app.rules.kit.money import CURRENCIES
from app.rules.sales.receipts import Match, OnUnknownCustomer, SaleChannel, SaleKind
from app.schemas.customers import IdentityNew
from app.schemas.kit.types import (
    Attributes,
    BatchResult,
    CurrencyCode,
    Day,
    Id,
    Label,
    Line,
    LocalMoment,
    Moment,
    Money,
    Name,
    PageQuery,
    Quantity,
    Reference,
    Resource,
    Schema,
    Version,
)


def _known(value: str) -> str:
    if value not in CURRENCIES:
        raise PydanticCustomError("currency", "Should be a currency of ISO 4217")
    return value


Currency = Annotated[CurrencyCode, AfterValidator(_known)]
LineNo = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Revision = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class BuyerNew(Schema):
    """Who bought, as the till knows it. The identity is tried first, then the phone number, then the e-mail address."""

    id: Id | None = None
    identity: IdentityNew | None = None
    phone: Name | None = None
    email: Name | None = None
    name: Name | None = None
    """What to call a customer that has to be created; never used to find one."""


class LineRef(Schema):
    """A line of an earlier receipt of the same source."""

    receipt_no: Reference
    line_no: LineNo


class SaleLineNew(Schema):
    line_no: LineNo | None = None
    """Left out: the position, from 1."""
    sku: Reference | None = None
    name: Name | None = None
    category: Label | None = None
    quantity: Quantity
    unit_price: Money
    discount: Money | None = None
    """Of the whole line, positive. Left out: 0."""
    tax: Money | None = None
    total: Money | None = None
    """What the customer pays for the line. Left out: quantity x unit price - discount."""
    refund_of: LineRef | None = None
    """The line that this one takes back."""


class PaymentNew(Schema):
    method: Label
    """Such as `cash`, `card`, `voucher`."""
    amount: Money
    reference: Reference | None = None


class SaleNew(Schema):
    """A receipt: a sale, a return, or an exchange of both; the signs tell."""

    source: Label
    """The system that numbered the receipt; a number is unique within its source for ever."""
    receipt_no: Reference
    revision: Revision = 0
    """A higher one replaces what is stored; an older one is answered as stale."""
    occurred_at: LocalMoment
    business_date: Day | None = None
    """Left out: the day of `occurred_at` as it was sent."""
    site: Label | None = None
    till: Label | None = None
    operator: Label | None = None
    channel: SaleChannel = SaleChannel.IN_STORE
    currency: Currency
    customer: BuyerNew | None = None
    lines: Annotated[list[SaleLineNew], Field(max_length=5_000)] = []
    payments: Annotated[list[PaymentNew], Field(max_length=100)] = []
    total: Money | None = None
    """What the customer paid, or got back when negative. Left out: the sum of the lines."""
    attributes: Attributes = {}


class SaleLine(Resource):
    line_no: LineNo
    sku: Reference | None
    name: Name | None
    category: Label | None
    quantity: Quantity
    unit_price: Money
    discount: Money
    tax: Money
    total: Money
    refund_of: LineRef | None


class Payment(Resource):
    method: Label
    amount: Money
    reference: Reference | None = None


class Sale(Resource):
    id: Id
    source: Label
    receipt_no: Reference
    revision: Revision
    kind: SaleKind
    occurred_at: Moment
    business_date: Day
    site: Label | None
    till: Label | None
    operator: Label | None
    channel: SaleChannel
    currency: CurrencyCode
    customer_id: Id | None
    match: Match
    customer: BuyerNew | None
    """Who bought, as the till said it."""
    candidates: Annotated[list[Id], Field(max_length=20)]
    """Who it may have been, where `match` is `ambiguous`."""
    lines: Annotated[list[SaleLine], Field(max_length=5_000)]
    payments: Annotated[list[Payment], Field(max_length=100)]
    total: Money
    balanced: bool
    attributes: Attributes
    voided_at: Moment | None
    void_reason: Line | None
    version: Version
    created_at: Moment
    updated_at: Moment


class SaleResult(BatchResult):
    stale: bool = False
    """A later revision is known: nothing was changed."""


class SalePage(Resource):
    items: Annotated[list[Sale], Field(max_length=200)]
    next_cursor: str | None


class SaleParams(Schema):
    # What every route knows (`validate_only`) stands in the same query; names nobody knows are refused before.
    model_config = ConfigDict(extra="ignore")

    on_unknown_customer: OnUnknownCustomer = OnUnknownCustomer.CREATE
    """What to do with a buyer nobody knows: create the customer, or keep the receipt unmatched, to be claimed later."""


class SaleClaim(Schema):
    customer_id: Id


class SaleVoid(Schema):
    reason: Line


class SaleQuery(PageQuery):
    customer_id: Id | None = None
    source: Label | None = None
    receipt_no: Reference | None = None
    site: Label | None = None
    till: Label | None = None
    kind: SaleKind | None = None
    match: Match | None = None
    balanced: bool | None = None
    voided: Literal["no", "yes", "any"] = "any"
    occurred_since: Moment | None = None
    occurred_before: Moment | None = None
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"
