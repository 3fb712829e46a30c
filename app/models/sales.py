from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid, text
from sqlmodel import Field, SQLModel

from app.models.base import amount, created, document, flag, key, many, moment, one_of, reference, version, words
from app.rules.sales import Match, SaleChannel, SaleKind


class Product(SQLModel, table=True):
    """What receipts have been seen to sell."""

    __tablename__ = "products"
    __table_args__ = (
        UniqueConstraint("sku"),
        Index(None, "created_at", "id"),
        Index(None, "category", "created_at", "id", postgresql_where=text("category IS NOT NULL")),
    )

    id: UUID = key()
    sku: str = words(null=False)
    name: str | None = words()
    category: str | None = words()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class Site(SQLModel, table=True):
    """Where receipts have been seen to come from."""

    __tablename__ = "sites"
    __table_args__ = (UniqueConstraint("code"), Index(None, "created_at", "id"))

    id: UUID = key()
    code: str = words(null=False)
    name: str | None = words()
    time_zone: str | None = words()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class Sale(SQLModel, table=True):
    __tablename__ = "sales"
    __table_args__ = (
        one_of("kind", SaleKind),
        one_of("channel", SaleChannel),
        one_of("match", Match),
        UniqueConstraint("source", "receipt_no", name="uq_sales_receipt"),
        Index(None, "customer_id", "occurred_at", "id", postgresql_where=text("customer_id IS NOT NULL")),
        Index(None, "occurred_at", "id"),
        Index(None, "site", "occurred_at", "id", postgresql_where=text("site IS NOT NULL")),
        Index(None, "till", "occurred_at", "id", postgresql_where=text("till IS NOT NULL")),
        Index("ix_sales_unmatched", "occurred_at", "id", postgresql_where=text("match IN ('unmatched', 'ambiguous')")),
        Index("ix_sales_unbalanced", "occurred_at", "id", postgresql_where=text("NOT balanced")),
    )

    id: UUID = key()
    source: str = words(null=False)
    receipt_no: str = words(null=False)
    revision: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=text("0")))
    kind: str = words(null=False)
    occurred_at: datetime = moment(null=False)
    business_date: date
    site: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("sites.code")))
    till: str | None = words()
    operator: str | None = words()
    channel: str = words(null=False)
    currency: str = words(null=False)
    customer_id: UUID | None = reference("customers.id")
    match: str = words(null=False)
    customer: dict | None = document(None, null=True)
    candidates: list[UUID] = many(Uuid)
    payments: list = document("'[]'")
    total: Decimal = amount()
    # The total again, but with what was sold and what was taken back told apart, both positive.
    gross: Decimal = amount()
    refunded: Decimal = amount()
    balanced: bool = flag("true")
    attributes: dict = document()
    # Of the receipt as it was sent: the same receipt again is recognised by it.
    content_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    voided_at: datetime | None = moment()
    void_reason: str | None = words()
    version: int = version()
    created_at: datetime = created()
    updated_at: datetime = created()


class SaleLine(SQLModel, table=True):
    __tablename__ = "sale_lines"
    __table_args__ = (
        Index(
            "ix_sale_lines_refunds",
            "refund_receipt_no",
            "refund_line_no",
            postgresql_where=text("refund_receipt_no IS NOT NULL"),
        ),
    )

    sale_id: UUID = reference("sales.id", null=False, ondelete="CASCADE", primary=True)
    line_no: int = Field(primary_key=True)
    sku: str | None = Field(default=None, sa_column=Column(Text, ForeignKey("products.sku")))
    name: str | None = words()
    category: str | None = words()
    quantity: Decimal = amount()
    unit_price: Decimal = amount()
    discount: Decimal = amount(default="0")
    tax: Decimal = amount(default="0")
    total: Decimal = amount()
    refund_receipt_no: str | None = words()
    refund_line_no: int | None = None


class CustomerTotals(SQLModel, table=True):
    """What one customer bought in one currency: kept with every receipt, so that a profile costs the same for ever."""

    __tablename__ = "customer_totals"

    customer_id: UUID = reference("customers.id", null=False, primary=True)
    currency: str = words(null=False, primary_key=True)
    receipts: int
    purchases: int
    returns: int
    gross: Decimal = amount(default="0")
    refunded: Decimal = amount(default="0")
    net: Decimal = amount(default="0")
    first_purchase_at: datetime | None = moment()
    last_purchase_at: datetime | None = moment()
