"""A receipt whose trading day and clock are days apart is not believed, as one from a clock that was never set."""

from alembic import op

revision = "0040"
down_revision = "0039"

_APART = "abs(business_date - (occurred_at AT TIME ZONE 'UTC')::date) > 31"
_MARK = f"""
    ALTER TABLE sales ALTER COLUMN clock_suspect SET EXPRESSION AS (
        (occurred_at - created_at) > '24:00:00'::interval OR occurred_at < '1971-01-01 00:00:00+00'::timestamptz
        OR {_APART}
    )
"""
_BUYERS = f"SELECT customer_id FROM sales WHERE clock_suspect AND {_APART} AND customer_id IS NOT NULL"
_TOTALS = f"""
    UPDATE customer_totals t SET (first_purchase_at, last_purchase_at) = (
        SELECT min(s.occurred_at) FILTER (WHERE s.purchase AND NOT s.clock_suspect),
            max(s.occurred_at) FILTER (WHERE s.purchase AND NOT s.clock_suspect)
        FROM sales s WHERE s.customer_id = t.customer_id AND s.currency = t.currency AND s.voided_at IS NULL
    )
    WHERE t.customer_id IN ({_BUYERS})
"""
_LAST_PURCHASES = f"""
    UPDATE customer_activity a SET last_purchase_at = k.last_purchase_at
    FROM (SELECT customer_id, max(last_purchase_at) AS last_purchase_at FROM customer_totals GROUP BY customer_id) k
    WHERE a.customer_id = k.customer_id AND a.last_purchase_at IS DISTINCT FROM k.last_purchase_at
        AND a.customer_id IN ({_BUYERS})
"""


def upgrade() -> None:
    for statement in (_MARK, _TOTALS, _LAST_PURCHASES):
        op.execute(statement)
