"""What the lines with a price of receipts add up to, as parts of statements; `rules/sales/returns.py` says the same."""

from app.rules.sales.receipts import PRICED

PRICED_KINDS = ", ".join(f"'{kind}'" for kind in PRICED)


def refunds(sales: str) -> str:
    """The statement of what `Refund` has, by `sale_id`, of the receipts of a CTE with their `id`."""
    return f"""
        SELECT r.id AS sale_id, r.refunded, coalesce(sum(-p.total), 0) AS lines_total,
            coalesce(sum(-p.tax), 0) AS lines_tax, {_is_on_top("r.refunded", "sum(-p.total)", "sum(-p.tax)")} AS on_top
        FROM (SELECT DISTINCT id, refunded FROM {sales}) r
        LEFT JOIN sale_lines p ON p.sale_id = r.id AND p.total < 0 AND p.kind IN ({PRICED_KINDS})
        GROUP BY r.id, r.refunded"""


def taxes_on_top(sales: str) -> str:
    """The statement of whether the tax of what was sold is on top, by `sale_id`, of the receipts of a CTE."""
    return f"""
        SELECT r.id AS sale_id, {_is_on_top("r.gross", "sum(p.total)", "sum(p.tax)")} AS on_top
        FROM {sales} r
        LEFT JOIN sale_lines p ON p.sale_id = r.id AND p.total > 0 AND p.kind IN ({PRICED_KINDS})
        GROUP BY r.id, r.gross"""


def _is_on_top(turnover: str, total: str, tax: str) -> str:
    return f"coalesce(abs({turnover} - {total} - {tax}) < abs({turnover} - {total}), false)"
