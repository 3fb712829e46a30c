"""What lists of receipts are filtered by, and what the recording of receipts takes beside them."""

from typing import Literal

from pydantic import ConfigDict

from app.rules.customers import Match
from app.rules.sales.receipts import OnUnknownCustomer, SaleChannel, SaleKind
from app.schemas.kit.types import CurrencyCode, Day, Id, Label, Moment, Money, PageQuery, Reference, Schema


class SaleParams(Schema):
    # `validate_only`, which every write knows, stands in the same query; unknown names are refused before.
    model_config = ConfigDict(extra="ignore")

    on_unknown_customer: OnUnknownCustomer = OnUnknownCustomer.CREATE
    """What to do with a buyer who is not found: `create` the customer, or `keep` the receipt without a customer."""


class SaleQuery(PageQuery):
    customer_id: Id | None = None
    """Only receipts of the customer with this id."""
    source: Label | None = None
    """Only receipts that this system numbered."""
    receipt_no: Reference | None = None
    site: Label | None = None
    """Only receipts of the site with this code."""
    till: Label | None = None
    """Only receipts that this till issued."""
    operator: Label | None = None
    """Only receipts of this member of staff at the till, in whatever case the name is written."""
    channel: SaleChannel | None = None
    """Only receipts of sales through this channel."""
    kind: SaleKind | None = None
    """Only receipts of this kind."""
    sku: Reference | None = None
    """Only receipts that have a line with this product. Asked with `category` or `batch`, the same line has both. A
    line that gives back a known line has that line's product, category and batch where it names none of its own.
    """
    category: Label | None = None
    """Only receipts that have a line of this product category. The spelling must match exactly."""
    batch: Reference | None = None
    """Only receipts that have a line of this batch."""
    currency: CurrencyCode | None = None
    """Only receipts in this currency."""
    total_min: Money | None = None
    """Only receipts of at least this total. The total of a return is negative."""
    total_max: Money | None = None
    """Only receipts of at most this total."""
    match: Match | None = None
    balanced: bool | None = None
    """Whether to return only receipts whose sums add up, or only those whose sums do not."""
    fully_returned: bool | None = None
    """Whether to return only receipts of which everything was given back, or only the others."""
    over_returned: bool | None = None
    """Whether to return only receipts of which more was given back than they sold, or only the others."""
    clock_suspect: bool | None = None
    """Whether to return only receipts whose dates are not to be believed, or only the others."""
    voided: Literal["no", "yes", "any"] = "any"
    occurred_since: Moment | None = None
    occurred_before: Moment | None = None
    business_date_since: Day | None = None
    """Only receipts of this trading day and later ones."""
    business_date_before: Day | None = None
    """Only receipts of trading days before this one."""
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"
