"""What gives back a known line counts for the product of that line, where it names none of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

_COLUMNS = ("sold_sku", "sold_category", "sold_batch")
_FILL = """
    UPDATE sale_lines b SET
        sold_sku = CASE WHEN b.sku IS NULL THEN l.sku END,
        sold_category = CASE WHEN b.category IS NULL THEN l.category END,
        sold_batch = CASE WHEN b.batch IS NULL THEN l.batch END
    FROM sales r, sales s, sale_lines l
    WHERE b.refund_receipt_no IS NOT NULL AND r.id = b.sale_id
        AND s.source = b.refund_source AND s.receipt_no = b.refund_receipt_no AND s.currency = r.currency
        AND l.sale_id = s.id AND l.line_no = b.refund_line_no AND l.kind = b.kind
        AND (b.sku = l.sku OR b.sku IS NULL OR l.sku IS NULL)
        AND (b.sku IS NULL AND l.sku IS NOT NULL OR b.category IS NULL AND l.category IS NOT NULL
            OR b.batch IS NULL AND l.batch IS NOT NULL)
"""


def upgrade() -> None:
    for name in _COLUMNS:
        op.add_column("sale_lines", sa.Column(name, sa.Text(), nullable=True))
    op.create_foreign_key(op.f("fk_sale_lines_sold_sku"), "sale_lines", "products", ["sold_sku"], ["sku"])
    op.execute(_FILL)
    for name in _COLUMNS:
        op.create_index(
            op.f(f"ix_sale_lines_{name}_sale_id"),
            "sale_lines",
            [name, "sale_id"],
            unique=False,
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
        )
