from uuid import UUID

from app.core.context import Context
from app.schemas.sales import sales as schemas
from app.store.kit import documents
from app.store.kit.listing import Listing
from app.store.kit.tables import Table

LINE = {
    "refund_of": "CASE WHEN l.refund_receipt_no IS NOT NULL THEN "
    "json_build_object('receipt_no', l.refund_receipt_no, 'line_no', l.refund_line_no) END"
}
_CHILDREN = {
    "lines": documents.json_array(
        schemas.SaleLine, "sale_lines l", "l", where="l.sale_id = s.id", order="l.line_no", own=LINE
    )
}
_LIST = Listing(
    "sales",
    documents.columns(schemas.Sale, "s", _CHILDREN),
    "sales",
    "s",
    schemas.SaleQuery,
    {
        "customer_id": "s.customer_id = {}",
        "source": "s.source = {}",
        "receipt_no": "s.receipt_no = {}",
        "site": "s.site = {}",
        "till": "s.till = {}",
        "kind": "s.kind = {}",
        # Literal conditions, so that the planner sees which partial index fits.
        "match": {
            "unmatched": "s.match IN ('unmatched', 'ambiguous') AND s.match = 'unmatched'",
            "ambiguous": "s.match IN ('unmatched', 'ambiguous') AND s.match = 'ambiguous'",
            "matched": "s.match = 'matched'",
            "anonymous": "s.match = 'anonymous'",
        },
        "balanced": {True: "s.balanced", False: "NOT s.balanced"},
        "clock_suspect": {True: "s.clock_suspect", False: "NOT s.clock_suspect"},
        "voided": {"no": "s.voided_at IS NULL", "yes": "s.voided_at IS NOT NULL", "any": "true"},
        "occurred_since": "s.occurred_at >= {}",
        "occurred_before": "s.occurred_at < {}",
    },
    {"occurred_at": ("s.occurred_at", "timestamptz")},
)
SALES = Table("sale", _LIST)


async def recompute_totals(ctx: Context, customers: set[UUID]) -> None:
    """Recompute the totals of customers; waits for transactions that are writing receipts of theirs."""
    ordered = sorted(customers)
    await ctx.db.execute(
        "DELETE FROM customer_totals WHERE (customer_id, currency) IN (SELECT customer_id, currency "
        "FROM customer_totals WHERE customer_id = ANY ($1::uuid[]) ORDER BY customer_id, currency FOR UPDATE)",
        ordered,
    )
    await ctx.db.execute(
        """
        INSERT INTO customer_totals
            (customer_id, currency, receipts, purchases, returns, gross, refunded, net,
            first_purchase_at, last_purchase_at)
        SELECT customer_id, currency, count(*), count(*) FILTER (WHERE kind <> 'return'),
            count(*) FILTER (WHERE kind = 'return'), sum(gross), sum(refunded), sum(total),
            min(occurred_at) FILTER (WHERE kind <> 'return' AND NOT clock_suspect),
            max(occurred_at) FILTER (WHERE kind <> 'return' AND NOT clock_suspect)
        FROM sales WHERE customer_id = ANY ($1::uuid[]) AND voided_at IS NULL
        GROUP BY customer_id, currency ORDER BY customer_id, currency
        """,
        ordered,
    )
