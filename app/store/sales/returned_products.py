"""What lines that return something were sold as: the product, category and batch of the line that they give back."""

from collections.abc import Iterable
from uuid import UUID

from app.core.context import Context
from app.store.kit import rows
from app.store.sales.line_sums import FITS
from app.store.sales.settlement import ReceiptKey


async def recompute(ctx: Context, sales: Iterable[UUID], keys: Iterable[ReceiptKey]) -> None:
    """Recompute it for the lines that return something of these receipts, where they do not say it themselves."""
    await ctx.db.execute(_RECOMPUTE, list(sales), *rows.columns(sorted(keys), 2))


# Kept on the line, so that figures and lists by product need not look for the other receipt. What does not fit the line
# that it names is of no product but its own, as it takes nothing from that line. Without LIMIT, the planner looked up
# the lines of all receipts by their number, or all lines of the receipt.
_RECOMPUTE = f"""
    WITH receipts AS MATERIALIZED (
        SELECT s.id, s.source, s.receipt_no, s.currency FROM sales s WHERE s.id = ANY ($1::uuid[])
        UNION
        SELECT s.id, s.source, s.receipt_no, s.currency
        FROM unnest($2::text[], $3::text[]) AS w(source, receipt_no) JOIN sales s USING (source, receipt_no)
    )
    UPDATE sale_lines u SET sold_sku = n.sku, sold_category = n.category, sold_batch = n.batch
    FROM (
        SELECT b.sale_id, b.line_no, CASE WHEN b.sku IS NULL THEN l.sku END AS sku,
            CASE WHEN b.category IS NULL THEN l.category END AS category,
            CASE WHEN b.batch IS NULL THEN l.batch END AS batch
        FROM receipts s
        JOIN sale_lines b ON b.refund_source = s.source AND b.refund_receipt_no = s.receipt_no
        JOIN sales r ON r.id = b.sale_id
        LEFT JOIN LATERAL (
            SELECT l.sku, l.category, l.batch FROM sale_lines l
            WHERE l.sale_id = s.id AND l.line_no = b.refund_line_no AND {FITS} LIMIT 1
        ) l ON true
    ) n
    WHERE u.sale_id = n.sale_id AND u.line_no = n.line_no
        AND (u.sold_sku, u.sold_category, u.sold_batch) IS DISTINCT FROM (n.sku, n.category, n.batch)
"""
