"""The trading days of receipts have an index: figures of sales are asked for by them."""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_index(op.f("ix_sales_business_date"), "sales", ["business_date"], unique=False)
