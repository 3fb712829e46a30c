"""Figures of sales, summed the slow way."""

from typing import Any


async def summed_anew(db: Any) -> tuple[list[Any], list[Any]]:
    """The stored totals of every customer, and the same summed from the receipts."""
    stored = await db.fetch("SELECT * FROM customer_totals ORDER BY customer_id, currency")
    summed = await db.fetch(
        "SELECT customer_id, currency, count(*)::int AS receipts, (count(*) FILTER (WHERE kind <> 'return'))::int "
        "AS purchases, (count(*) FILTER (WHERE kind = 'return'))::int AS returns, sum(gross) AS gross, "
        "sum(refunded) AS refunded, sum(total) AS net, min(occurred_at) FILTER (WHERE kind <> 'return') "
        "AS first_purchase_at, max(occurred_at) FILTER (WHERE kind <> 'return') AS last_purchase_at "
        "FROM sales WHERE customer_id IS NOT NULL AND voided_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2"
    )
    return [tuple(row) for row in stored], [tuple(row) for row in summed]
