"""What customers bought: the totals that are kept of them."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from app.core.context import Context
from app.store.kit import rows


class Account(NamedTuple):
    """The totals of a customer in one currency."""

    customer_id: UUID
    currency: str


async def recompute(ctx: Context, accounts: Iterable[Account]) -> None:
    """Recompute totals of customers; waits for transactions that are writing receipts of theirs."""
    keys = rows.columns(sorted(accounts), 2)
    # First all rows are locked in their order, or created; the statements after that see what the others committed.
    await ctx.db.execute(_LOCK, *keys)
    await ctx.db.execute(_RECOMPUTE, *keys)
    await ctx.db.execute(_REMOVE_EMPTY_AND_FIND_LAST_PURCHASE, *keys)


TOTALS = (
    "receipts",
    "purchases",
    "returns",
    "gross",
    "refunded",
    "net",
    "first_purchase_at",
    "last_purchase_at",
)


def sums(alias: str) -> str:
    """The select list of TOTALS over receipts that count; see the definitions of rules/sales/receipts.py."""
    return f"""count(*) AS receipts, count(*) FILTER (WHERE {alias}.purchase) AS purchases,
        count(*) FILTER (WHERE {alias}.kind = 'return') AS returns,
        coalesce(sum({alias}.gross), 0) AS gross, coalesce(sum({alias}.refunded), 0) AS refunded,
        coalesce(sum({alias}.gross - {alias}.refunded), 0) AS net,
        min({alias}.occurred_at) FILTER (WHERE {alias}.purchase AND NOT {alias}.clock_suspect) AS first_purchase_at,
        max({alias}.occurred_at) FILTER (WHERE {alias}.purchase AND NOT {alias}.clock_suspect) AS last_purchase_at"""


_ACCOUNTS = "unnest($1::uuid[], $2::text[]) AS w(customer_id, currency)"
_LOCK = f"""
    WITH locked AS (
        INSERT INTO customer_totals AS t (customer_id, currency, receipts, purchases, returns)
        SELECT w.customer_id, w.currency, 0, 0, 0 FROM {_ACCOUNTS} ORDER BY w.customer_id, w.currency
        ON CONFLICT (customer_id, currency) DO UPDATE SET receipts = t.receipts
        RETURNING t.customer_id
    )
    SELECT FROM customer_activity WHERE customer_id IN (SELECT customer_id FROM locked)
    ORDER BY customer_id FOR NO KEY UPDATE
"""
_RECOMPUTE = f"""
    UPDATE customer_totals t SET ({", ".join(TOTALS)}) = (
        SELECT {sums("s")} FROM sales s
        WHERE s.customer_id = t.customer_id AND s.currency = t.currency AND s.voided_at IS NULL
    )
    FROM {_ACCOUNTS} WHERE t.customer_id = w.customer_id AND t.currency = w.currency
"""
# Totals without a receipt have no purchase: it does not matter that they are still there.
_REMOVE_EMPTY_AND_FIND_LAST_PURCHASE = f"""
    WITH emptied AS (
        DELETE FROM customer_totals t USING {_ACCOUNTS}
        WHERE t.customer_id = w.customer_id AND t.currency = w.currency AND t.receipts = 0
    )
    UPDATE customer_activity a SET last_purchase_at = k.last_purchase_at
    FROM (
        SELECT w.customer_id, max(t.last_purchase_at) AS last_purchase_at
        FROM (SELECT DISTINCT customer_id FROM unnest($1::uuid[]) AS w(customer_id)) w
        LEFT JOIN customer_totals t USING (customer_id) GROUP BY w.customer_id
    ) k
    WHERE a.customer_id = k.customer_id AND a.last_purchase_at IS DISTINCT FROM k.last_purchase_at
"""
