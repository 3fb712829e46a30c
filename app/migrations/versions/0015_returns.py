"""Returns name the source of what they return and follow its buyer; receipts know what was returned of them."""

import sqlalchemy as sa
from alembic import op

from app.rules.kit.money import CURRENCIES

revision = "0015"
down_revision = "0014"

_DECIMALS = ", ".join(f"('{code}', {decimals})" for code, decimals in sorted(CURRENCIES.items()))
# gross - refunded = total for every receipt, as `turnover` in rules/sales/receipts.py says: tax on top belongs to each
# line, what else is beyond the lines to what was sold, or to what was given back where nothing was sold.
_TURNOVER = f"""
    WITH wrong AS (
        SELECT s.id, s.total, power(10::numeric, -coalesce(d.decimals, 2)) AS unit
        FROM sales s LEFT JOIN (VALUES {_DECIMALS}) AS d(currency, decimals) USING (currency)
        WHERE s.total <> s.gross - s.refunded
    ),
    summed AS (
        SELECT w.id, w.total, w.total - sum(l.total) AS difference, sum(l.tax) AS tax, count(*) * w.unit AS tolerance
        FROM wrong w JOIN sale_lines l ON l.sale_id = w.id GROUP BY w.id, w.total, w.unit
    ),
    sides AS (
        SELECT t.id, t.total, coalesce(sum(a.amount) FILTER (WHERE a.amount > 0), 0) AS gross,
            -coalesce(sum(a.amount) FILTER (WHERE a.amount < 0), 0) AS refunded
        FROM summed t JOIN sale_lines l ON l.sale_id = t.id
        CROSS JOIN LATERAL (
            SELECT l.total + CASE WHEN abs(t.difference - t.tax) < abs(t.difference)
                AND abs(t.difference - t.tax) <= t.tolerance THEN l.tax ELSE 0 END AS amount
        ) a
        GROUP BY t.id, t.total
    ),
    whole AS (
        SELECT id, gross + CASE WHEN gross > 0 THEN total - gross + refunded ELSE 0 END AS gross,
            refunded - CASE WHEN gross > 0 THEN 0 ELSE total - gross + refunded END AS refunded
        FROM sides
    )
    UPDATE sales s SET gross = greatest(w.gross, 0) + greatest(-w.refunded, 0),
        refunded = greatest(w.refunded, 0) + greatest(-w.gross, 0)
    FROM whole w WHERE s.id = w.id
"""
# How they were matched was not kept: a claim is an event, of the keys the first that was sent is taken.
_MATCHED_BY = """
    UPDATE sales s SET matched_by = CASE
        WHEN EXISTS (SELECT FROM events e WHERE e.subject_id = s.id AND e.type = 'sale.claimed') THEN 'claim'
        WHEN s.customer ->> 'id' = s.customer_id::text THEN 'id'
        WHEN s.customer -> 'identity' IS NOT NULL THEN 'identity'
        WHEN s.customer -> 'phone' IS NOT NULL THEN 'phone'
        WHEN s.customer -> 'email' IS NOT NULL THEN 'email'
        ELSE 'claim' END
    WHERE s.customer_id IS NOT NULL
"""
# Run until nothing changes: what follows a return that has found its buyer comes after it.
_FOLLOW = """
    WITH found AS (
        SELECT r.id, count(DISTINCT s.customer_id) AS buyers, min(s.customer_id::text)::uuid AS customer_id
        FROM sales r JOIN sale_lines l ON l.sale_id = r.id AND l.refund_receipt_no IS NOT NULL
        JOIN sales s ON s.source = l.refund_source AND s.receipt_no = l.refund_receipt_no
        WHERE r.customer_id IS NULL AND r.match IN ('anonymous', 'unmatched') AND s.customer_id IS NOT NULL
        GROUP BY r.id
    ),
    followed AS (
        UPDATE sales s SET customer_id = f.customer_id, match = 'matched', matched_by = 'sale',
            version = s.version + 1, updated_at = now()
        FROM found f WHERE f.id = s.id AND f.buyers = 1 RETURNING s.*
    )
    INSERT INTO events (type, subject_type, subject_id, customer_id, channel, occurred_at, actor, title, data)
    SELECT 'sale.claimed', 'sale', id, customer_id, channel, occurred_at, 'Migration 0015',
        'Receipt ' || receipt_no || ' for ' || total || ' ' || currency || ' claimed',
        jsonb_build_object('source', source, 'receipt_no', receipt_no, 'total', total::text, 'via', 'sale')
    FROM followed
"""
_AMBIGUOUS = """
    WITH found AS (
        SELECT r.id, array_agg(DISTINCT s.customer_id ORDER BY s.customer_id) AS candidates
        FROM sales r JOIN sale_lines l ON l.sale_id = r.id AND l.refund_receipt_no IS NOT NULL
        JOIN sales s ON s.source = l.refund_source AND s.receipt_no = l.refund_receipt_no
        WHERE r.customer_id IS NULL AND r.match IN ('anonymous', 'unmatched') AND s.customer_id IS NOT NULL
        GROUP BY r.id
    )
    UPDATE sales s SET match = 'ambiguous', matched_by = 'sale', candidates = f.candidates[1:20],
        version = s.version + 1, updated_at = now()
    FROM found f WHERE f.id = s.id
"""
_BACK = """
    CREATE TEMPORARY TABLE back ON COMMIT DROP AS
    SELECT s.id, l.line_no, greatest(-b.quantity, 0) AS quantity, greatest(-b.total, 0) AS total,
        s.voided_at IS NULL AND coalesce(r.currency = s.currency AND l.line_no IS NOT NULL
            AND (b.sku = l.sku OR b.sku IS NULL OR l.sku IS NULL), false) AS fits
    FROM sale_lines b JOIN sales r ON r.id = b.sale_id AND r.voided_at IS NULL
    JOIN sales s ON s.source = b.refund_source AND s.receipt_no = b.refund_receipt_no
    LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.line_no = b.refund_line_no
    WHERE b.refund_receipt_no IS NOT NULL
"""
_RETURNED_LINES = """
    UPDATE sale_lines l SET returned_quantity = b.quantity, returned_total = b.total
    FROM (SELECT id, line_no, sum(quantity) AS quantity, sum(total) AS total FROM back WHERE fits GROUP BY 1, 2) b
    WHERE l.sale_id = b.id AND l.line_no = b.line_no
"""
_RETURNED = """
    UPDATE sales s SET
        returned = least(s.gross, coalesce(round(s.gross * l.returned / nullif(l.sold, 0), scale(s.gross)), 0)),
        fully_returned = coalesce(l.fully, false),
        over_returned = coalesce(l.more, false)
            OR EXISTS (SELECT FROM back b WHERE b.id = s.id AND NOT b.fits)
    FROM (
        SELECT l.sale_id, sum(l.total) FILTER (WHERE l.total > 0) AS sold,
            sum(least(l.returned_total, l.total)) FILTER (WHERE l.total > 0) AS returned,
            bool_and(l.returned_total >= l.total OR (l.quantity > 0 AND l.returned_quantity >= l.quantity))
                FILTER (WHERE l.total > 0) AS fully,
            bool_or((l.returned_quantity > 0 AND l.returned_quantity > l.quantity)
                OR (l.returned_total > 0 AND l.returned_total > l.total + power(10::numeric, -scale(t.gross)))) AS more
        FROM sales t JOIN sale_lines l ON l.sale_id = t.id
        WHERE t.id IN (SELECT id FROM back) GROUP BY l.sale_id
    ) l
    WHERE s.id = l.sale_id
"""
_RETURNED_WITHOUT_LINES = """
    UPDATE sales s SET over_returned = true
    WHERE s.id IN (SELECT id FROM back WHERE NOT fits) AND NOT s.over_returned
"""
_TOTALS = """
    INSERT INTO customer_totals
        (customer_id, currency, receipts, purchases, returns, gross, refunded, net, first_purchase_at, last_purchase_at)
    SELECT customer_id, currency, count(*), count(*) FILTER (WHERE purchase), count(*) FILTER (WHERE kind = 'return'),
        sum(gross), sum(refunded), sum(total), min(occurred_at) FILTER (WHERE purchase),
        max(occurred_at) FILTER (WHERE purchase)
    FROM sales WHERE customer_id IS NOT NULL AND voided_at IS NULL GROUP BY customer_id, currency
"""


def upgrade() -> None:
    op.add_column("sale_lines", sa.Column("refund_source", sa.Text(), nullable=True))
    op.add_column("sale_lines", _flag("goods_kept"))
    for name in ("returned_quantity", "returned_total"):
        op.add_column("sale_lines", _amount(name))
    op.add_column("sales", sa.Column("matched_by", sa.Text(), nullable=True))
    op.add_column("sales", _amount("returned"))
    for name in ("fully_returned", "over_returned"):
        op.add_column("sales", _flag(name))
    op.execute(
        "UPDATE sale_lines l SET refund_source = s.source FROM sales s "
        "WHERE s.id = l.sale_id AND l.refund_receipt_no IS NOT NULL"
    )
    op.drop_index("ix_sale_lines_refunds", "sale_lines")
    op.create_index(
        "ix_sale_lines_refunds",
        "sale_lines",
        ["refund_source", "refund_receipt_no", "refund_line_no"],
        unique=False,
        postgresql_where=sa.text("refund_receipt_no IS NOT NULL"),
    )
    op.execute(_TURNOVER)
    op.execute(
        "UPDATE sales SET gross = greatest(total, 0), refunded = greatest(-total, 0) WHERE total <> gross - refunded"
    )
    op.execute(_MATCHED_BY)
    while op.get_bind().execute(sa.text(_FOLLOW)).rowcount:
        pass
    op.execute(_AMBIGUOUS)
    for statement in (_BACK, _RETURNED_LINES, _RETURNED, _RETURNED_WITHOUT_LINES):
        op.execute(statement)
    # Constraints and generated columns come after the rows are right.
    op.create_check_constraint(
        op.f("ck_sale_lines_refund_source"), "sale_lines", "(refund_source IS NULL) = (refund_receipt_no IS NULL)"
    )
    op.create_check_constraint(
        op.f("ck_sales_matched_by"), "sales", "matched_by IN ('id', 'identity', 'phone', 'email', 'sale', 'claim')"
    )
    op.add_column(
        "sales",
        sa.Column(
            "purchase",
            sa.Boolean(),
            sa.Computed("voided_at IS NULL AND kind <> 'return' AND gross > 0 AND NOT fully_returned", persisted=True),
            nullable=False,
        ),
    )
    op.create_index(
        "ix_sales_purchases",
        "sales",
        ["customer_id", "occurred_at", "id"],
        unique=False,
        postgresql_where=sa.text("purchase AND customer_id IS NOT NULL"),
    )
    for name in ("over_returned", "fully_returned"):
        op.create_index(
            f"ix_sales_{name}", "sales", ["occurred_at", "id"], unique=False, postgresql_where=sa.text(name)
        )
    op.execute("DELETE FROM customer_totals")
    op.execute(_TOTALS)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), server_default=sa.text("false"), nullable=False)


def _amount(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Numeric(), server_default=sa.text("0"), nullable=False)
