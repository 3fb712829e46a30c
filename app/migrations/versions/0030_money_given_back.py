"""What was returned of a receipt is the money that was given back, and no more than was paid for it."""

from alembic import op

revision = "0030"
down_revision = "0029"

_PRICED = "'item', 'service_charge', 'shipping', 'fee'"
_COIN = "power(10::numeric, -scale(s.gross))"
# What each line that returns something gave back: its share of what its receipt gave back, by the totals of the lines
# with a price, with their tax where that comes nearer.
_BACK = f"""
    CREATE TEMPORARY TABLE returned_money ON COMMIT DROP AS
    WITH refunds AS (
        SELECT r.id, r.refunded, sum(-p.total) AS total, sum(-p.tax) AS tax
        FROM sales r JOIN sale_lines p ON p.sale_id = r.id AND p.total < 0 AND p.kind IN ({_PRICED})
        WHERE r.voided_at IS NULL
            AND r.id IN (SELECT sale_id FROM sale_lines WHERE refund_receipt_no IS NOT NULL)
        GROUP BY r.id
    )
    SELECT s.id, round(sum(CASE
            WHEN abs(r.refunded - r.total - r.tax) < abs(r.refunded - r.total) THEN
                coalesce(r.refunded * greatest(-b.total - b.tax, 0) / nullif(greatest(r.total + r.tax, 0), 0), 0)
            ELSE r.refunded * -b.total / r.total
        END), scale(s.gross)) AS money
    FROM refunds r
    JOIN sales g ON g.id = r.id
    JOIN sale_lines b ON b.sale_id = r.id AND b.total < 0 AND b.kind IN ({_PRICED})
    JOIN sales s ON s.source = b.refund_source AND s.receipt_no = b.refund_receipt_no AND s.currency = g.currency
    JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = b.refund_line_no AND l.kind = b.kind
        AND (l.sku = b.sku OR l.sku IS NULL OR b.sku IS NULL)
    GROUP BY s.id
"""
_LINES = f"""
    UPDATE sale_lines l SET returned_total = l.total
    FROM sales s
    WHERE s.id = l.sale_id AND l.total > 0 AND l.returned_total > l.total AND l.returned_total <= l.total + {_COIN}
"""
_SALES = f"""
    UPDATE sales s SET returned = least(s.gross, m.money),
        fully_returned = s.fully_returned OR (s.gross > 0 AND m.money >= s.gross AND EXISTS (
            SELECT FROM sale_lines l WHERE l.sale_id = s.id AND l.total > 0 AND l.kind = 'item')),
        over_returned = s.over_returned OR m.money > s.gross + {_COIN}
    FROM returned_money m WHERE m.id = s.id
"""
_NONE = "UPDATE sales SET returned = 0 WHERE returned > 0 AND id NOT IN (SELECT id FROM returned_money)"
_ACCOUNTS = """
    SELECT DISTINCT s.customer_id, s.currency FROM sales s JOIN returned_money m ON m.id = s.id
    WHERE s.customer_id IS NOT NULL
"""
_TOTALS = f"""
    UPDATE customer_totals t SET (purchases, first_purchase_at, last_purchase_at) = (
        SELECT count(*) FILTER (WHERE s.purchase),
            min(s.occurred_at) FILTER (WHERE s.purchase AND NOT s.clock_suspect),
            max(s.occurred_at) FILTER (WHERE s.purchase AND NOT s.clock_suspect)
        FROM sales s WHERE s.customer_id = t.customer_id AND s.currency = t.currency AND s.voided_at IS NULL
    )
    FROM ({_ACCOUNTS}) w WHERE t.customer_id = w.customer_id AND t.currency = w.currency
"""
_LAST_PURCHASES = f"""
    UPDATE customer_activity a SET last_purchase_at = k.last_purchase_at
    FROM (SELECT customer_id, max(last_purchase_at) AS last_purchase_at FROM customer_totals GROUP BY customer_id) k
    WHERE a.customer_id = k.customer_id AND a.last_purchase_at IS DISTINCT FROM k.last_purchase_at
        AND a.customer_id IN (SELECT customer_id FROM ({_ACCOUNTS}) w)
"""


def upgrade() -> None:
    for statement in (_BACK, _LINES, _SALES, _NONE, _TOTALS, _LAST_PURCHASES):
        op.execute(statement)
