from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field, SQLModel

from app.models.kit.columns import (
    array_column,
    boolean_column,
    caseless_index,
    created_at_column,
    id_column,
    json_column,
    numeric_column,
    one_of_check,
    reference_column,
    taken_from_column,
    text_column,
    timestamp_column,
    version_column,
)
from app.rules.customers import UNDECIDED, Match
from app.rules.kit.moments import DAYS_APART
from app.rules.sales.receipts import LineKind, MatchedBy, SaleChannel, SaleKind


class Product(SQLModel, table=True):
    """Created when a receipt first names it."""

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("sku"),
        Index(None, "created_at", "id"),
        Index(None, "category", "created_at", "id", postgresql_where=text("category IS NOT NULL")),
    )

    id: UUID = id_column()
    sku: str = text_column(null=False)
    name: str | None = text_column()
    category: str | None = text_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class Site(SQLModel, table=True):
    """Created when a record first names it."""

    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("code"), Index(None, "created_at", "id"))

    id: UUID = id_column()
    code: str = text_column(null=False)
    name: str | None = text_column()
    time_zone: str | None = text_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class Sale(SQLModel, table=True):
    __tablename__ = "sales"
    __table_args__ = (
        one_of_check("kind", SaleKind),
        one_of_check("channel", SaleChannel),
        one_of_check("match", Match),
        one_of_check("matched_by", MatchedBy),
        UniqueConstraint("source", "receipt_no", name="uq_sales_receipt"),
        Index(None, "customer_id", "occurred_at", "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(None, "occurred_at", "id"),
        Index(None, "business_date"),
        Index(
            None,
            "site",
            "occurred_at",
            "id",
            postgresql_include=["purchase"],
            postgresql_where=text("site IS NOT NULL"),
        ),
        Index(None, "till", "occurred_at", "id", postgresql_where=text("till IS NOT NULL")),
        caseless_index("sales", "operator", "occurred_at"),
        Index(None, "channel", "occurred_at", "id"),
        Index(None, "currency", "occurred_at", "id"),
        Index(None, "total"),
        Index("ix_sales_unmatched", "occurred_at", "id", postgresql_where=text("match IN ('unmatched', 'ambiguous')")),
        Index("ix_sales_undecided", "occurred_at", "id", postgresql_where=text(UNDECIDED)),
        Index("ix_sales_undecided_source", "source", "occurred_at", "id", postgresql_where=text(UNDECIDED)),
        Index("ix_sales_ambiguous", "occurred_at", "id", postgresql_where=text("match = 'ambiguous'")),
        Index("ix_sales_unbalanced", "occurred_at", "id", postgresql_where=text("NOT balanced")),
        Index("ix_sales_over_returned", "occurred_at", "id", postgresql_where=text("over_returned")),
        Index("ix_sales_fully_returned", "occurred_at", "id", postgresql_where=text("fully_returned")),
        Index(
            "ix_sales_purchases",
            "customer_id",
            "occurred_at",
            "id",
            postgresql_where=text("purchase AND customer_id IS NOT NULL"),
        ),
        Index("ix_sales_clock_suspect", "occurred_at", "id", postgresql_where=text("clock_suspect")),
    )

    id: UUID = id_column()
    source: str = text_column(null=False)
    receipt_no: str = text_column(null=False)
    revision: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    kind: str = text_column(null=False)
    occurred_at: datetime = timestamp_column(null=False)
    business_date: date
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    till: str | None = text_column()
    operator: str | None = text_column()
    channel: str = text_column(null=False)
    currency: str = text_column(null=False)
    customer_id: UUID | None = reference_column("customers.id")
    match: str = text_column(null=False)
    customer: dict[str, Any] | None = json_column(None, null=True)
    candidates: list[UUID] = array_column(Uuid)
    # Of an ambiguous receipt, `sale` says that its candidates are the buyers of what it returns.
    matched_by: str | None = text_column()
    match_reasons: list[dict[str, Any]] = json_column("'[]'")
    taken_from: list[UUID] = taken_from_column()
    # What earlier revisions said of who bought.
    named_before: list[dict[str, Any]] = json_column("'[]'")
    # Amounts on the whole receipt, beside those of its lines.
    discount: Decimal = numeric_column(default="0")
    service_charge: Decimal = numeric_column(default="0")
    shipping: Decimal = numeric_column(default="0")
    tip: Decimal = numeric_column(default="0")
    rounding: Decimal = numeric_column(default="0")
    taxes: list[dict[str, Any]] = json_column("'[]'")
    payments: list[dict[str, str]] = json_column("'[]'")
    tendered: Decimal | None = numeric_column(null=True)
    change: Decimal | None = numeric_column(null=True)
    total: Decimal = numeric_column()
    # What of the total is turnover, split into what was sold and what was returned, both positive.
    gross: Decimal = numeric_column()
    refunded: Decimal = numeric_column()
    # Whether the tax of each line is on top of its total.
    tax_on_top: bool = boolean_column()
    balanced: bool = boolean_column("true")
    imbalances: list[dict[str, Any]] = json_column("'[]'")
    # When the receipt came in, the clock of the till was ahead by more than the tolerance of `rules.kit.moments`, or it
    # was never set, or the till says another trading day than its clock.
    clock_suspect: bool = Field(
        default=None,
        sa_column=Column(
            Boolean,
            Computed(
                "(occurred_at - created_at) > '24:00:00'::interval "
                "OR occurred_at < '1971-01-01 00:00:00+00'::timestamptz "
                f"OR abs(business_date - (occurred_at AT TIME ZONE 'UTC')::date) > {DAYS_APART}",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    # What other receipts that count gave back of this one; see services/sales/settlement.py.
    returned: Decimal = numeric_column(default="0")
    fully_returned: bool = boolean_column()
    over_returned: bool = boolean_column()
    purchase: bool = Field(
        default=None,
        sa_column=Column(
            Boolean,
            Computed(
                "voided_at IS NULL AND kind IN ('sale', 'exchange') AND gross > 0 AND NOT fully_returned",
                persisted=True,
            ),
            nullable=False,
        ),
    )
    attributes: dict[str, Any] = json_column()
    # Of the receipt as it was sent, by which the same receipt sent again is recognised.
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    voided_at: datetime | None = timestamp_column()
    void_reason: str | None = text_column()
    version: int = version_column()
    created_at: datetime = created_at_column()
    updated_at: datetime = created_at_column()


class SaleLine(SQLModel, table=True):
    __tablename__ = "sale_lines"
    __table_args__ = (
        one_of_check("kind", LineKind),
        CheckConstraint("(refund_source IS NULL) = (refund_receipt_no IS NULL)", name="refund_source"),
        Index(
            "ix_sale_lines_refunds",
            "refund_source",
            "refund_receipt_no",
            "refund_line_no",
            postgresql_where=text("refund_receipt_no IS NOT NULL"),
        ),
        *(
            Index(None, name, "sale_id", postgresql_where=text(f"{name} IS NOT NULL"))
            for name in ("sku", "category", "batch", "sold_sku", "sold_category", "sold_batch")
        ),
    )

    sale_id: UUID = reference_column("sales.id", null=False, ondelete="CASCADE", primary=True)
    line_no: int = Field(primary_key=True)
    kind: str = text_column(null=False, server_default=text("'item'"))
    sku: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))
    name: str | None = text_column()
    category: str | None = text_column()
    batch: str | None = text_column()
    quantity: Decimal = numeric_column()
    unit_price: Decimal = numeric_column()
    discount: Decimal = numeric_column(default="0")
    tax: Decimal = numeric_column(default="0")
    total: Decimal = numeric_column()
    refund_source: str | None = text_column()
    refund_receipt_no: str | None = text_column()
    refund_line_no: int | None = None
    goods_kept: bool = boolean_column()
    # What the line that it gives back was sold as, where it does not say so; see store/sales/returned_products.py.
    sold_sku: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))
    sold_category: str | None = text_column()
    sold_batch: str | None = text_column()
    # What receipts that count gave back of this line, or took back of this discount, positive.
    returned_quantity: Decimal = numeric_column(default="0")
    returned_total: Decimal = numeric_column(default="0")


class CustomerTotals(SQLModel, table=True):
    """Totals per customer and currency, updated with every receipt, so that a profile need not sum them up."""

    __tablename__ = "customer_totals"
    __table_args__ = (Index("ix_customer_totals_net", "currency", "net", "customer_id"),)

    customer_id: UUID = reference_column("customers.id", null=False, primary=True)
    currency: str = text_column(null=False, primary_key=True)
    receipts: int
    purchases: int
    returns: int
    gross: Decimal = numeric_column(default="0")
    refunded: Decimal = numeric_column(default="0")
    net: Decimal = numeric_column(default="0")
    first_purchase_at: datetime | None = timestamp_column()
    last_purchase_at: datetime | None = timestamp_column()
