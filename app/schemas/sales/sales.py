"""Receipts as point-of-sale systems send them."""

from typing import Annotated

from pydantic import Field

from app.rules.customers import Match
from app.rules.sales.receipts import LineKind, MatchedBy, SaleChannel, SaleKind
from app.schemas.customers import CustomerKeys, MatchReasons
from app.schemas.kit.comparison import IN_ANY_ORDER
from app.schemas.kit.currencies import Currency
from app.schemas.kit.texts import BLANK_IS_ABSENT
from app.schemas.kit.types import (
    Attributes,
    BatchResult,
    CurrencyCode,
    Day,
    Flag,
    Id,
    Label,
    Line,
    LocalMoment,
    Moment,
    Money,
    Name,
    Quantity,
    Reference,
    Resource,
    Schema,
    Version,
)
from app.schemas.sales.amounts import Imbalance, LineNo, Payment, PaymentNew, Tax, TaxNew

Revision = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class BuyerNew(CustomerKeys):
    """What the till knows about the buyer. The id of a customer decides; identity, phone and e-mail must agree."""

    name: Annotated[Name | None, BLANK_IS_ABSENT] = None
    """The display name for a customer who has to be created. It is never used to find one."""


class SaleLineRefNew(Schema):
    """A line of another receipt. That receipt may arrive later."""

    source: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """The system that numbered the receipt with the original sale. Defaults to the `source` of this receipt."""
    receipt_no: Reference
    """The number of the receipt with the original sale."""
    line_no: LineNo
    """The `line_no` of the line on that receipt."""
    goods_kept: Flag = False
    """Whether only money is given back and the customer keeps the goods, so that the units can still be returned."""


class SaleLineNew(Schema):
    """One line of a receipt."""

    line_no: LineNo | None = None
    """Must be unique within the receipt. Defaults to the position of the line, counted from 1."""
    kind: LineKind | None = None
    """What the line is about. Defaults to `item`."""
    sku: Annotated[Reference | None, BLANK_IS_ABSENT] = None
    """The product, by its stock keeping unit. A product that is not known yet is created."""
    name: Annotated[Name | None, BLANK_IS_ABSENT] = None
    """The name of the product as it is printed."""
    category: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """The product category, such as `lamb`."""
    batch: Annotated[Reference | None, BLANK_IS_ABSENT] = None
    """The batch or lot that the goods are of, as it is printed on them."""
    quantity: Quantity
    unit_price: Money
    """The price of one unit, before the discount."""
    discount: Money | None = None
    """The discount on the whole line, as a positive amount. Defaults to 0."""
    tax: Money | None = None
    """The tax on the whole line, either included in `total` or on top of it. Defaults to 0."""
    total: Money | None = None
    """The amount of the line. Defaults to quantity × unit price − discount, rounded to the currency's minor unit."""
    refund_of: SaleLineRefNew | None = None
    """The sale line of the same kind that this line refunds. No more can be refunded than was sold, no more of a
    discount taken back than was given, and of a whole receipt no more refunded than was paid for it.
    """


class SaleNew(Schema):
    """A receipt: a sale, a return, an exchange with items of both signs, or one without items."""

    source: Label
    """The system that numbers the receipts, such as a till or a web shop."""
    receipt_no: Reference
    """The number of the receipt, which is unique within its source for ever."""
    revision: Revision = 0
    """A higher revision replaces the stored receipt, a lower one is ignored as stale. Whose the receipt is stays where
    the revision names nobody, or, if somebody claimed or released it, nobody by keys that it never had. Whom somebody
    took it from never gets it again by a revision.
    """
    occurred_at: LocalMoment
    """When the sale took place, with the UTC offset of the site."""
    business_date: Day | None = None
    """The trading day that the sale counts towards. Defaults to the date of `occurred_at` in the time zone of the site,
    or else of the source, or else in the offset it was sent; of a revision with the same `occurred_at`, to the one that
    is stored. A receipt with a trading day that is more than 31 days from the date of `occurred_at` in UTC is taken,
    counts on that day, and is `clock_suspect`.
    """
    site: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """The code of the site. A site that is not known yet is created."""
    till: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """The till that issued the receipt."""
    operator: Annotated[Label | None, BLANK_IS_ABSENT] = None
    """The member of staff at the till."""
    channel: SaleChannel = SaleChannel.IN_STORE
    currency: Currency | None = None
    """The currency, an ISO 4217 code. Defaults to that of the source, if it has one."""
    customer: BuyerNew | None = None
    """Who bought. Null for an anonymous sale."""
    lines: Annotated[list[SaleLineNew], Field(max_length=5_000)] = []
    discount: Money | None = None
    """A discount on the whole receipt, as a positive amount, that no line has. Defaults to 0, as the next four do."""
    service_charge: Money | None = None
    """A service charge that no line has."""
    shipping: Money | None = None
    """What is charged for shipping, where no line has it."""
    tip: Money | None = None
    """A tip that no line has. Tips are not turnover."""
    rounding: Money | None = None
    """What rounding the total, as of cash, adds to it, or takes from it if negative."""
    taxes: Annotated[list[TaxNew] | None, Field(max_length=50), IN_ANY_ORDER] = None
    """The taxes by rate. Without them, the sums decide whether the taxes of the lines are in their totals or on top."""
    payments: Annotated[list[PaymentNew], Field(max_length=100), IN_ANY_ORDER] = []
    tendered: Money | None = None
    """What the customer handed over, by all means of payment."""
    change: Money | None = None
    """What the customer got back of that."""
    total: Money | None = None
    """The amount the customer paid, or got back if negative. Defaults to what the lines and the amounts come to, with
    the tax of the lines where the source says that it is on top.
    """
    attributes: Attributes = {}


class SaleLineRef(Resource):
    """A line of another receipt, which may not have arrived yet."""

    source: Label
    """The system that numbered the receipt with the original sale."""
    receipt_no: Reference
    """The number of the receipt with the original sale."""
    line_no: LineNo
    """The `line_no` of the line on that receipt."""
    goods_kept: bool
    """Whether only money was given back and the customer kept the goods."""


class SaleLine(Resource):
    """One line of a receipt, with all amounts filled in."""

    line_no: LineNo
    """The number of the line, unique within the receipt."""
    kind: LineKind
    sku: Reference | None
    """The product, by its stock keeping unit."""
    name: Name | None
    """The name of the product as it was printed."""
    category: Label | None
    """The product category, such as `lamb`."""
    batch: Reference | None
    """The batch or lot that the goods are of."""
    quantity: Quantity
    unit_price: Money
    """The price of one unit, before the discount."""
    discount: Money
    """The discount on the whole line, as a positive amount."""
    tax: Money
    """The tax on the whole line, either included in `total` or on top of it."""
    total: Money
    """The amount of the line, negative for a refund."""
    refund_of: SaleLineRef | None
    """The sale line that this line refunds. Null for an ordinary line."""
    returned_quantity: Quantity
    """How many units of this line later receipts took back, as a positive quantity. Goods kept are not counted."""
    returned_total: Money
    """The amount that later receipts gave back for this line, as a positive amount, by the totals of their lines. Of a
    discount it is how much of it was taken back, which is positive as well.
    """


class Sale(Resource):
    """A receipt: a sale, a return, an exchange with items of both signs, or one without items."""

    id: Id
    source: Label
    """The system that numbers the receipts, such as a till or a web shop."""
    receipt_no: Reference
    """The number of the receipt, which is unique within its source for ever."""
    revision: Revision
    """The highest revision that was received."""
    kind: SaleKind
    occurred_at: Moment
    """When the sale took place, in UTC."""
    business_date: Day
    """The trading day that the sale counts towards."""
    site: Label | None
    """The code of the site where the sale took place."""
    till: Label | None
    """The till that issued the receipt."""
    operator: Label | None
    """The member of staff at the till."""
    channel: SaleChannel
    currency: CurrencyCode
    customer_id: Id | None
    """The id of the customer who bought. Null if they are not known."""
    match: Match
    matched_by: MatchedBy | None
    """What decided who bought. Null if the customer is not known."""
    customer: BuyerNew | None
    """What the till sent about the buyer."""
    candidates: Annotated[list[Id], Field(max_length=20)]
    """The ids of the customers who may have bought, if `match` is `ambiguous`. Otherwise empty."""
    match_reasons: MatchReasons
    """What each key of the receipt led to, and who has been said to be its buyer, or not to be."""
    lines: Annotated[list[SaleLine], Field(max_length=5_000)]
    discount: Money
    """The discount on the whole receipt, as a positive amount, that no line has."""
    service_charge: Money
    """The service charge that no line has."""
    shipping: Money
    """What was charged for shipping, where no line has it."""
    tip: Money
    """The tip that no line has."""
    rounding: Money
    """What rounding the total, as of cash, added to it, or took from it if negative."""
    taxes: Annotated[list[Tax], Field(max_length=50)]
    """The taxes by rate, as the till sent them."""
    payments: Annotated[list[Payment], Field(max_length=100)]
    tendered: Money | None
    """What the customer handed over, by all means of payment. Null if the till did not say."""
    change: Money | None
    """What the customer got back of that. Null if the till did not say."""
    total: Money
    """The amount the customer paid, or got back if negative."""
    net: Money
    """The turnover: `total` without tips, gift cards and deposits. It is always `gross` less `refunded`."""
    gross: Money
    """What the receipt sold, tax and discounts included. Never below zero."""
    refunded: Money
    """What the receipt itself gave back, as a positive amount."""
    returned: Money
    """How much of `gross` other receipts have really given back since, as a positive amount: without the discounts that
    they took back with it. Voided receipts do not count.
    """
    fully_returned: bool
    """Whether all items that the receipt sold for money were given back, so that it no longer counts as a purchase."""
    over_returned: bool
    """Whether more was given back than the receipt sold, or something else. Happens if the return arrived first."""
    balanced: bool
    """Whether lines, amounts, tax and payments add up, with a tolerance for the rounding of tills."""
    imbalances: Annotated[list[Imbalance], Field(max_length=20)]
    """The sums that do not, at most 20. Empty for receipts that were recorded before version 0.4."""
    clock_suspect: bool
    """Whether the dates of the receipt are not to be believed: the clock of the till was more than 24 hours ahead, or
    never set (before 1971), or `business_date` is more than 31 days from the date of `occurred_at` in UTC. Such a
    receipt is nobody's first or last purchase.
    """
    attributes: Attributes
    voided_at: Moment | None
    """When the receipt was voided. Null if it counts."""
    void_reason: Line | None
    """Why the receipt was voided."""
    version: Version
    created_at: Moment
    updated_at: Moment


class SaleResult(BatchResult):
    """The result of one line of a batch of receipts. Results come in the order of the lines."""

    stale: bool = False
    """Whether a later revision of the receipt was already stored, so that nothing was changed."""


class SalePage(Resource):
    items: Annotated[list[Sale], Field(max_length=200)]
    next_cursor: str | None
