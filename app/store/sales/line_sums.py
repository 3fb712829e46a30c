"""What lines add up to and what they give back, as parts of statements; `rules/sales/returns.py` says the same.

In all, `s` is the receipt that was returned and `l` a line of it; `b` is a line that gives back, of the receipt `r`.
"""

from app.rules.sales.receipts import PRICED

FITS = "(r.currency = s.currency AND b.kind = l.kind AND (b.sku = l.sku OR b.sku IS NULL OR l.sku IS NULL))"
"""Whether the line `b` can give back something of the line `l`; either product may be unknown."""
PRICED_KINDS = ", ".join(f"'{kind}'" for kind in PRICED)


def refunds(sales: str) -> str:
    """The statement of what `Refund` has, by `sale_id`, of receipts: rows with `id`, `refunded` and `tax_on_top`."""
    return f"""
        SELECT r.id AS sale_id, r.refunded, r.tax_on_top, coalesce(sum(-p.total), 0) AS lines_total,
            coalesce(sum(-p.tax), 0) AS lines_tax
        FROM (SELECT DISTINCT id, refunded, tax_on_top FROM {sales}) r
        LEFT JOIN sale_lines p ON p.sale_id = r.id AND p.total < 0 AND p.kind IN ({PRICED_KINDS})
        GROUP BY r.id, r.refunded, r.tax_on_top"""
