"""What lists of receipts are filtered by, and what the recording of receipts takes beside them."""

from typing import Literal

from pydantic import ConfigDict

from app.rules.customers import Match
from app.rules.sales.receipts import OnUnknownCustomer, SaleKind
from app.schemas.kit.types import Id, Label, Moment, PageQuery, Reference, Schema


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
    kind: SaleKind | None = None
    """Only receipts of this kind."""
    match: Match | None = None
    balanced: bool | None = None
    """Whether to return only receipts whose sums add up, or only those whose sums do not."""
    fully_returned: bool | None = None
    """Whether to return only receipts of which everything was given back, or only the others."""
    over_returned: bool | None = None
    """Whether to return only receipts of which more was given back than they sold, or only the others."""
    clock_suspect: bool | None = None
    """Whether to return only receipts from a clock that was more than a day ahead, or only those from others."""
    voided: Literal["no", "yes", "any"] = "any"
    occurred_since: Moment | None = None
    occurred_before: Moment | None = None
    sort: Literal["occurred_at", "-occurred_at"] = "-occurred_at"
