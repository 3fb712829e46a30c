from app.schemas.sales import sales as schemas
from app.schemas.sales.queries import SaleQuery
from app.store.kit import documents
from app.store.kit.listing import Listing, Within, match_conditions
from app.store.kit.tables import Table


def _with_decimals_of(amount: str, other: str) -> str:
    """An amount as text: one that was 0 by default has as many decimals as the others."""
    return f"round({amount}, greatest(scale({amount}), scale({other})))::text"


LINE = {
    "refund_of": "CASE WHEN l.refund_receipt_no IS NOT NULL THEN "
    "json_build_object('source', l.refund_source, 'receipt_no', l.refund_receipt_no, 'line_no', l.refund_line_no, "
    "'goods_kept', l.goods_kept) END",
    "returned_total": _with_decimals_of("l.returned_total", "l.total"),
}
RECEIPT = {
    "matched_by": "CASE WHEN s.match = 'matched' THEN s.matched_by END",
    "net": "(s.gross - s.refunded)::text",
    **{
        name: _with_decimals_of(f"s.{name}", "s.gross")
        for name in ("discount", "service_charge", "shipping", "tip", "rounding", "returned")
    },
}
_OWN = RECEIPT | {
    "lines": documents.json_array(
        schemas.SaleLine, "sale_lines l", "l", where="l.sale_id = s.id", order="l.line_no", own=LINE
    )
}
_LINE = "EXISTS (SELECT FROM sale_lines l WHERE l.sale_id = s.id AND {})"
_LIST = Listing(
    "sales",
    documents.columns(schemas.Sale, "s", _OWN),
    "sales",
    "s",
    SaleQuery,
    {
        "customer_id": "s.customer_id = {}",
        "source": "s.source = {}",
        "receipt_no": "s.receipt_no = {}",
        "site": "s.site = {}",
        "till": "s.till = {}",
        "operator": "lower(s.operator) = lower({})",
        "channel": "s.channel = {}",
        "sku": Within(_LINE, "(l.sku = {} OR l.sold_sku = {})"),
        "category": Within(_LINE, "(l.category = {} OR l.sold_category = {})"),
        "batch": Within(_LINE, "(l.batch = {} OR l.sold_batch = {})"),
        "currency": "s.currency = {}",
        "total_min": "s.total >= {}",
        "total_max": "s.total <= {}",
        "kind": "s.kind = {}",
        "match": match_conditions("s"),
        "balanced": {True: "s.balanced", False: "NOT s.balanced"},
        "fully_returned": {True: "s.fully_returned", False: "NOT s.fully_returned"},
        "over_returned": {True: "s.over_returned", False: "NOT s.over_returned"},
        "clock_suspect": {True: "s.clock_suspect", False: "NOT s.clock_suspect"},
        "voided": {"no": "s.voided_at IS NULL", "yes": "s.voided_at IS NOT NULL", "any": "true"},
        "occurred_since": "s.occurred_at >= {}",
        "occurred_before": "s.occurred_at < {}",
        "business_date_since": "s.business_date >= {}",
        "business_date_before": "s.business_date < {}",
    },
    {"occurred_at": ("s.occurred_at", "timestamptz")},
    planned_anew=frozenset(
        {
            "operator",
            "channel",
            "sku",
            "category",
            "batch",
            "currency",
            "total_min",
            "total_max",
            "business_date_since",
            "business_date_before",
        }
    ),
)
SALES = Table("sale", _LIST)
BELIEVED_MOMENT = "'occurred_at', CASE WHEN NOT s.clock_suspect THEN s.occurred_at END"
"""For the JSON of what refers to the sale `s`: when it was, null where the clock of the till is not to be believed."""
