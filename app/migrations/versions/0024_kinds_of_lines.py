"""Lines of receipts have a kind, and receipts the amounts beside their lines. What is stored has items only."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0024"
down_revision = "0023"

_LINE_KINDS = (
    "kind IN ('item', 'discount', 'tip', 'service_charge', 'shipping', 'rounding', 'gift_card', 'deposit', 'fee')"
)
_SALE_KINDS = "kind IN ('sale', 'return', 'exchange', 'other')"


def upgrade() -> None:
    op.add_column("sale_lines", sa.Column("kind", sa.Text(), server_default=sa.text("'item'"), nullable=False))
    op.create_check_constraint(op.f("ck_sale_lines_kind"), "sale_lines", _LINE_KINDS)
    for name in ("discount", "service_charge", "shipping", "tip", "rounding"):
        op.add_column("sales", sa.Column(name, sa.Numeric(), server_default=sa.text("0"), nullable=False))
    for name in ("tendered", "change"):
        op.add_column("sales", sa.Column(name, sa.Numeric(), nullable=True))
    for name in ("taxes", "imbalances"):
        op.add_column("sales", sa.Column(name, JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.drop_constraint(op.f("ck_sales_kind"), "sales")
    op.create_check_constraint(op.f("ck_sales_kind"), "sales", _SALE_KINDS)
    op.execute(
        "ALTER TABLE sales ALTER COLUMN purchase SET EXPRESSION AS "
        "(voided_at IS NULL AND kind IN ('sale', 'exchange') AND gross > 0 AND NOT fully_returned)"
    )
