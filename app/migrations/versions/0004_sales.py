"""Receipts, and the products and sites seen in them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:

    op.create_table(
        "products",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
        sa.UniqueConstraint("sku", name=op.f("uq_products_sku")),
    )
    op.create_index(
        op.f("ix_products_category_created_at_id"),
        "products",
        ["category", "created_at", "id"],
        unique=False,
        postgresql_where=sa.text("category IS NOT NULL"),
    )
    op.create_index(op.f("ix_products_created_at_id"), "products", ["created_at", "id"], unique=False)
    op.create_table(
        "sites",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sa.UniqueConstraint("code", name=op.f("uq_sites_code")),
    )
    op.create_index(op.f("ix_sites_created_at_id"), "sites", ["created_at", "id"], unique=False)
    op.create_table(
        "customer_totals",
        sa.Column("customer_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("receipts", sa.Integer(), nullable=False),
        sa.Column("purchases", sa.Integer(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("gross", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("refunded", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("net", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("first_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_purchase_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_customer_totals_customer_id")),
        sa.PrimaryKeyConstraint("customer_id", "currency", name=op.f("pk_customer_totals")),
    )
    op.create_table(
        "sales",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("receipt_no", sa.Text(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("site", sa.Text(), nullable=True),
        sa.Column("till", sa.Text(), nullable=True),
        sa.Column("operator", sa.Text(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Uuid(), nullable=True),
        sa.Column("match", sa.Text(), nullable=False),
        sa.Column("customer", postgresql.JSONB(), nullable=True),
        sa.Column("candidates", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("payments", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("gross", sa.Numeric(), nullable=False),
        sa.Column("refunded", sa.Numeric(), nullable=False),
        sa.Column("balanced", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("attributes", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("voided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "channel IN ('in_store', 'online', 'phone', 'marketplace', 'other')", name=op.f("ck_sales_channel")
        ),
        sa.CheckConstraint("kind IN ('sale', 'return', 'exchange')", name=op.f("ck_sales_kind")),
        sa.CheckConstraint("match IN ('anonymous', 'matched', 'unmatched', 'ambiguous')", name=op.f("ck_sales_match")),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"], name=op.f("fk_sales_customer_id")),
        sa.ForeignKeyConstraint(["site"], ["sites.code"], name=op.f("fk_sales_site")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales")),
        sa.UniqueConstraint("source", "receipt_no", name="uq_sales_receipt"),
    )
    op.create_index(
        op.f("ix_sales_customer_id_occurred_at_id"),
        "sales",
        ["customer_id", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_sales_occurred_at_id"), "sales", ["occurred_at", "id"], unique=False)
    op.create_index(
        op.f("ix_sales_site_occurred_at_id"),
        "sales",
        ["site", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("site IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_sales_till_occurred_at_id"),
        "sales",
        ["till", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("till IS NOT NULL"),
    )
    op.create_index(
        "ix_sales_unbalanced", "sales", ["occurred_at", "id"], unique=False, postgresql_where=sa.text("NOT balanced")
    )
    op.create_index(
        "ix_sales_unmatched",
        "sales",
        ["occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("match IN ('unmatched', 'ambiguous')"),
    )
    op.create_table(
        "sale_lines",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Numeric(), nullable=False),
        sa.Column("unit_price", sa.Numeric(), nullable=False),
        sa.Column("discount", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("tax", sa.Numeric(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Numeric(), nullable=False),
        sa.Column("refund_receipt_no", sa.Text(), nullable=True),
        sa.Column("refund_line_no", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["sale_id"], ["sales.id"], name=op.f("fk_sale_lines_sale_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["sku"], ["products.sku"], name=op.f("fk_sale_lines_sku")),
        sa.PrimaryKeyConstraint("sale_id", "line_no", name=op.f("pk_sale_lines")),
    )
    op.create_index(
        "ix_sale_lines_refunds",
        "sale_lines",
        ["refund_receipt_no", "refund_line_no"],
        unique=False,
        postgresql_where=sa.text("refund_receipt_no IS NOT NULL"),
    )
