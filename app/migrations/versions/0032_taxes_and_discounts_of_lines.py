"""Receipts say whether the tax of their lines is on top, and those whose discounts were taken back are recomputed."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"

# It is where what the receipt sold and gave back, but for its charges and discounts, comes nearer to its lines with it.
_TAXED = """
    UPDATE sales SET tax_on_top = true
    WHERE (taxes = '[]' OR taxes @> '[{"included": false}]') AND id IN (
        SELECT s.id
        FROM sales s
        JOIN (
            SELECT l.sale_id, sum(CASE WHEN l.kind = 'discount' THEN -abs(l.total) ELSE abs(l.total) END) AS total,
                sum(CASE WHEN l.kind = 'discount' THEN 0 ELSE abs(l.tax) END) AS tax
            FROM sale_lines l WHERE l.kind IN ('item', 'service_charge', 'shipping', 'fee', 'discount')
            GROUP BY l.sale_id HAVING bool_or(l.tax <> 0)
        ) q ON q.sale_id = s.id
        CROSS JOIN LATERAL (
            SELECT s.gross + s.refunded + abs(s.discount) - abs(s.service_charge) - abs(s.shipping) AS amount
        ) t
        WHERE abs(t.amount - q.total - q.tax) < abs(t.amount - q.total)
    )
"""
_RECHECK = """
    INSERT INTO jobs (kind, key, due_at)
    SELECT DISTINCT 'awaited_sale', sale_id::text, now() FROM sale_lines
    WHERE refund_receipt_no IS NOT NULL AND kind = 'discount'
    ON CONFLICT (kind, key) DO NOTHING
"""


def upgrade() -> None:
    op.add_column("sales", sa.Column("tax_on_top", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    for statement in (_TAXED, _RECHECK):
        op.execute(statement)
