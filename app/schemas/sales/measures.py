"""Sums of receipts, by one or two groups."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.sales.receipts import SaleChannel
from app.schemas.kit.measures import Share
from app.schemas.kit.types import (
    Count,
    CurrencyCode,
    Day,
    Id,
    Label,
    Money,
    Name,
    Quantity,
    Reference,
    Resource,
    Schema,
    Tag,
    TimeZone,
)

SalesGrouping = Literal[
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "weekday",
    "hour",
    "site",
    "till",
    "operator",
    "channel",
    "source",
    "kind",
    "sku",
    "category",
    "tag",
]
Key = Annotated[str, Field(max_length=200)]


class SalesMeasuresQuery(Schema):
    since: Day | None = None
    """Only receipts of this trading day and later ones. Defaults to 90 days before `before`."""
    before: Day | None = None
    """Only receipts of trading days before this one. Defaults to the day after tomorrow, so that today is included
    in every time zone.
    """
    group_by: SalesGrouping | None = None
    """What to group by. Left out, only the figures of all receipts together are returned. Periods are those of trading
    days, `weekday` and `hour` those of the local time of the site.
    """
    then_by: SalesGrouping | None = None
    """What to group by within each group, such as `operator` within `till`. Beside `weekday` or `hour`, periods are
    those of the local time as well.
    """
    currency: CurrencyCode | None = None
    """Only receipts in this currency. Amounts in different currencies are never added up."""
    source: Label | None = None
    """Only receipts that this system numbered."""
    site: Label | None = None
    till: Label | None = None
    """Only receipts that this till issued."""
    operator: Label | None = None
    """Only receipts of this member of staff at the till, in whatever case the name is written."""
    channel: SaleChannel | None = None
    """Only receipts of sales through this channel."""
    sku: Reference | None = None
    """Only lines with this product, and lines that give back one of them and name no other. All figures are
    then those of the lines, with tax that is on top of them.
    """
    category: Label | None = None
    """Only lines of this product category, and lines that give back one of them and name no other. All figures are
    then those of the lines, with tax that is on top of them.
    """
    customer_id: Id | None = None
    """Only receipts of the customer with this id."""
    tag: Tag | None = None
    """Only receipts of customers with this tag, in whatever case it is written."""
    time_zone: TimeZone = "UTC"
    """The IANA name of the time zone of weekdays and hours, and of periods beside them, for receipts whose site and
    source have none of their own.
    """
    limit: Annotated[int, Field(ge=1, le=1_000, description="The maximum number of groups to return.")] = 50


class SalesFigures(Resource):
    """What a number of receipts in one currency come to. Voided receipts are left out."""

    currency: CurrencyCode
    receipts: Count
    """The number of receipts, of which a return is one as well."""
    purchases: Count
    """The number of receipts that sold items for money."""
    returns: Count
    """The number of receipts on which something was given back."""
    customers: Count
    """The number of different customers among the receipts whose customer is known."""
    units: Quantity
    """The quantity sold less the quantity given back, over all items."""
    gross: Money
    """What was sold, before returns, without tips, gift cards and deposits."""
    refunded: Money
    """What was given back, as a positive amount."""
    net: Money
    """What was sold less what was given back."""
    net_per_purchase: Money | None
    """The net amount divided by the number of purchases. Null without purchases."""
    units_per_purchase: Quantity | None
    """The units divided by the number of purchases. Null without purchases."""
    refunded_share: Annotated[float, Field(ge=0, le=1_000_000_000_000)] | None
    """The amount given back divided by the amount sold. More than 1 where more was given back than sold, and null
    where nothing was sold.
    """
    capture: Share
    """The share of the receipts whose customer is known: the capture rate."""


class SalesGroup(Resource):
    """What the receipts of one group come to."""

    key: Key | None
    """The value that the group shares: the first day of a period, a weekday from 1 (Monday) to 7, an hour from `00`
    to `23`, the code of a site. Null for receipts without a value.
    """
    then_key: Key | None
    """The value of the second grouping. Null without one, and for receipts without a value."""
    name: Name | None
    """The name of the site or product that the group is by first. Null for other groups."""
    figures: SalesFigures


class SalesMeasures(Resource):
    """What receipts come to in a period, by group."""

    since: Day
    """The first trading day of the period."""
    before: Day
    """The first trading day after the period."""
    group_by: SalesGrouping | None
    """What the receipts are grouped by. Null without groups."""
    then_by: SalesGrouping | None
    """What the receipts are grouped by within each group. Null without a second grouping."""
    group_count: Count
    """The number of groups, each currency by itself, including those beyond `limit`."""
    all: Annotated[list[SalesFigures], Field(max_length=200)]
    """The figures of all receipts together, by currency."""
    items: Annotated[list[SalesGroup], Field(max_length=20_000)]
    """The groups by currency: periods, weekdays and hours in order, other groups by the net amount, largest first."""
