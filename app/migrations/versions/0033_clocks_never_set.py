"""What a clock that was never set says of a receipt is not believed, as what one says that is ahead."""

from alembic import op

revision = "0033"
down_revision = "0032"

_NEVER_SET = "occurred_at < '1971-01-01 00:00:00+00'::timestamptz"
_MARK = f"""
    ALTER TABLE sales ALTER COLUMN clock_suspect
        SET EXPRESSION AS ((occurred_at - created_at) > '24:00:00'::interval OR {_NEVER_SET})
"""
_BUYERS = f"SELECT customer_id FROM sales WHERE {_NEVER_SET} AND customer_id IS NOT NULL"
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
_KNOWN_SINCE = f"""
    UPDATE customers c SET known_since = k.known_since
    FROM (
        SELECT c.id, least(c.created_at, c.known_since_given,
            (SELECT min(e.occurred_at) FROM events e WHERE e.customer_id = c.id AND NOT e.{_NEVER_SET})) AS known_since
        FROM customers c WHERE c.known_since < '1971-01-01 00:00:00+00'::timestamptz
    ) k
    WHERE c.id = k.id AND c.known_since <> k.known_since
"""


def upgrade() -> None:
    for statement in (_MARK, _TOTALS, _LAST_PURCHASES, _KNOWN_SINCE):
        op.execute(statement)
