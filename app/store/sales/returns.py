"""What is left of the lines that receipts return."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.sales.receipts import LineKind
from app.rules.sales.returns import GivenBack, LineKey, Refund
from app.store.kit import rows
from app.store.sales.line_sums import refunds
from app.store.sales.settlement import ReceiptKey


async def sold(ctx: Context, lines: Iterable[LineKey], sales: Iterable[UUID]) -> Sequence[Record]:
    """Those receipts of these lines, and of these ids, that are stored, once for each line that is asked for.

    Rows of the receipt with the line that was asked for, which is null where it has none.
    """
    return await ctx.db.fetch(_SOLD, *rows.columns(sorted(lines), 3), list(sales))


async def given_back(ctx: Context, receipts: Iterable[ReceiptKey]) -> list[tuple[LineKey, GivenBack]]:
    """What was given back of these receipts by receipts that count, line by line."""
    found = await ctx.db.fetch(_GIVEN_BACK, *rows.columns(sorted(receipts), 2))
    return [
        (
            LineKey(row["refund_source"], row["refund_receipt_no"], row["refund_line_no"]),
            GivenBack.by_line(
                row["sale_id"],
                row["currency"],
                LineKind(row["kind"]),
                row["sku"],
                row["quantity"],
                row["total"],
                row["tax"],
                row["goods_kept"],
                Refund(row["refunded"], row["lines_total"], row["lines_tax"], row["tax_on_top"]),
            ),
        )
        for row in found
    ]


_SOLD = """
    WITH wanted AS MATERIALIZED (
        SELECT s.id, w.line_no FROM unnest($1::text[], $2::text[], $3::int[]) AS w(source, receipt_no, line_no)
        JOIN sales s USING (source, receipt_no)
        UNION ALL
        SELECT id, NULL FROM unnest($4::uuid[]) AS w(id)
    )
    SELECT s.source, s.receipt_no, s.currency, s.voided_at IS NOT NULL AS voided, s.customer_id, s.over_returned,
        s.gross, l.line_no, l.kind, l.sku, l.quantity, l.total,
        CASE WHEN s.tax_on_top THEN l.tax ELSE 0 END AS tax_on_top
    FROM wanted w
    JOIN sales s ON s.id = w.id
    LEFT JOIN sale_lines l ON l.sale_id = w.id AND l.line_no = w.line_no
"""
_GIVEN_BACK = f"""
    WITH back AS MATERIALIZED (
        SELECT r.id, r.refunded, r.tax_on_top, r.currency, b.refund_source, b.refund_receipt_no, b.refund_line_no,
            b.kind, b.sku, b.quantity, b.total, b.tax, b.goods_kept
        FROM unnest($1::text[], $2::text[]) AS w(source, receipt_no)
        JOIN sale_lines b ON b.refund_source = w.source AND b.refund_receipt_no = w.receipt_no
        JOIN sales r ON r.id = b.sale_id AND r.voided_at IS NULL
    ),
    refunds AS MATERIALIZED ({refunds("back")})
    SELECT b.*, f.sale_id, f.lines_total, f.lines_tax FROM back b JOIN refunds f ON f.sale_id = b.id
"""
