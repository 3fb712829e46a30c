"""Receipts whose discounts were taken back are recomputed, as what was taken back of a discount line has a limit now."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("""
        INSERT INTO jobs (kind, key, due_at)
        SELECT DISTINCT 'awaited_sale', sale_id::text, now() FROM sale_lines
        WHERE refund_receipt_no IS NOT NULL AND kind = 'discount'
        ON CONFLICT (kind, key) DO NOTHING
    """)
