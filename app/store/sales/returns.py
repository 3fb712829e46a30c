"""What is left of the lines that receipts return."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import rows
from app.store.sales.settlement import ReceiptKey


class LineKey(NamedTuple):
    source: str
    receipt_no: str
    line_no: int


class GivenBack(NamedTuple):
    """What a receipt that counts gave back of a line; quantity and total are positive."""

    sale_id: UUID
    currency: str
    sku: str | None
    quantity: Decimal
    total: Decimal


class SoldLine(NamedTuple):
    sku: str | None
    quantity: Decimal
    total: Decimal

    def is_of(self, sku: str | None) -> bool:
        """Whether it can be this product; either may be unknown."""
        return sku is None or self.sku is None or sku == self.sku

    def left(self, given_back: Iterable[GivenBack], currency: str) -> tuple[Decimal, Decimal]:
        """The quantity and the amount that are left of it. What does not fit takes nothing from it."""
        fitting = [given for given in given_back if given.currency == currency and self.is_of(given.sku)]
        return (
            self.quantity - sum((given.quantity for given in fitting), Decimal(0)),
            self.total - sum((given.total for given in fitting), Decimal(0)),
        )


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
            GivenBack(row["sale_id"], row["currency"], row["sku"], row["quantity"], row["total"]),
        )
        for row in found
    ]


_SOLD = """
    SELECT s.source, s.receipt_no, s.currency, s.voided_at IS NOT NULL AS voided, s.customer_id, s.over_returned,
        l.line_no, l.sku, l.quantity, l.total
    FROM unnest($1::text[], $2::text[], $3::int[]) AS w(source, receipt_no, line_no)
    JOIN sales s USING (source, receipt_no)
    LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = w.line_no
    UNION ALL
    SELECT s.source, s.receipt_no, s.currency, s.voided_at IS NOT NULL, s.customer_id, s.over_returned,
        NULL, NULL, NULL, NULL
    FROM sales s WHERE s.id = ANY ($4::uuid[])
"""
_GIVEN_BACK = """
    SELECT b.refund_source, b.refund_receipt_no, b.refund_line_no, r.id AS sale_id, r.currency, b.sku,
        CASE WHEN b.goods_kept THEN 0 ELSE greatest(-b.quantity, 0) END AS quantity, greatest(-b.total, 0) AS total
    FROM unnest($1::text[], $2::text[]) AS w(source, receipt_no)
    JOIN sale_lines b ON b.refund_source = w.source AND b.refund_receipt_no = w.receipt_no
    JOIN sales r ON r.id = b.sale_id AND r.voided_at IS NULL
"""
