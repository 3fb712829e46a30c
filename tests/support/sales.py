"""Figures of sales, summed the slow way."""

from typing import Any

_GIVEN_BACK_WHOLE = """coalesce((
    SELECT bool_and(back.total >= l.total OR (l.quantity > 0 AND back.quantity >= l.quantity))
    FROM sale_lines l CROSS JOIN LATERAL (
        SELECT -coalesce(sum(least(b.total, 0)), 0) AS total,
            -coalesce(sum(least(b.quantity, 0)) FILTER (WHERE NOT b.goods_kept), 0) AS quantity
        FROM sale_lines b JOIN sales r ON r.id = b.sale_id
        WHERE b.refund_source = s.source AND b.refund_receipt_no = s.receipt_no AND b.refund_line_no = l.line_no
            AND r.voided_at IS NULL AND r.currency = s.currency
            AND (b.sku IS NULL OR l.sku IS NULL OR b.sku = l.sku) AND b.kind = l.kind
    ) back
    WHERE l.sale_id = s.id AND l.total > 0 AND l.kind = 'item'
), false) OR (s.returned >= s.gross AND EXISTS (
    SELECT FROM sale_lines l WHERE l.sale_id = s.id AND l.total > 0 AND l.kind = 'item'
))"""


async def summed_anew(db: Any) -> tuple[list[Any], list[Any]]:
    """The stored totals of every customer, and the same summed from the receipts."""
    stored = await db.fetch("SELECT * FROM customer_totals ORDER BY customer_id, currency")
    # Written out as the definition in docs/sales.md has it, not as the service does it.
    bought = f"kind IN ('sale', 'exchange') AND gross > 0 AND NOT ({_GIVEN_BACK_WHOLE})"
    summed = await db.fetch(
        f"SELECT customer_id, currency, count(*)::int AS receipts, (count(*) FILTER (WHERE {bought}))::int "
        "AS purchases, (count(*) FILTER (WHERE kind = 'return'))::int AS returns, sum(gross) AS gross, "
        "sum(refunded) AS refunded, sum(gross) - sum(refunded) AS net, "
        f"min(occurred_at) FILTER (WHERE {bought} AND NOT clock_suspect) AS first_purchase_at, "
        f"max(occurred_at) FILTER (WHERE {bought} AND NOT clock_suspect) AS last_purchase_at "
        "FROM sales s WHERE customer_id IS NOT NULL AND voided_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [tuple(row) for row in stored], [tuple(row) for row in summed]
