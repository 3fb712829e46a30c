"""What follows from receipts for others: what was returned of them, and whose their returns are."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import rows
from app.store.kit.link_locks import lock_linked
from app.store.sales.line_sums import FITS, PRICED_KINDS, refunds


class ReceiptKey(NamedTuple):
    source: str
    receipt_no: str


async def lock(
    ctx: Context,
    *,
    sales: Iterable[UUID] = (),
    changing: Iterable[ReceiptKey] = (),
    returned: Iterable[ReceiptKey] = (),
) -> set[UUID]:
    """Lock receipts that are going to change and all that hang on them, in order of id, until the transaction ends.
    Returns the customers whose they are.

    `sales` and `changing` are receipts whose content or buyer may change: what they return, and what returns them, is
    locked as well, and before that whatever follows any of them. Of receipts that are `returned`, only they are.
    """
    keys = (list(sales), *rows.columns(sorted(set(changing)), 2), *rows.columns(sorted(set(returned)), 2))
    if keys[0] or keys[1]:
        await lock_linked(ctx, sale=[row["id"] for row in await ctx.db.fetch(_HANGING, *keys)])
    locked = await ctx.db.fetch(_LOCK, *keys)  # those that came meanwhile as well
    return {row["customer_id"] for row in locked if row["customer_id"] is not None}


async def stored(ctx: Context, keys: Iterable[ReceiptKey]) -> set[ReceiptKey]:
    """Those of them that are stored."""
    return {ReceiptKey(row["source"], row["receipt_no"]) for row in await _stored(ctx, keys)}


async def ids(ctx: Context, keys: Iterable[ReceiptKey]) -> list[UUID]:
    """The ids of those that are stored."""
    return [row["id"] for row in await _stored(ctx, keys)]


async def _stored(ctx: Context, keys: Iterable[ReceiptKey]) -> list[Record]:
    return await ctx.db.fetch(_STORED, *rows.columns(sorted(keys), 2))


async def linked(ctx: Context, keys: Iterable[ReceiptKey]) -> list[Record]:
    """Those of them that are stored, and what these return, and so on, once for each receipt that they return.

    Rows of the receipt, as far as they say who bought, and of the key of the other one, which may be null.
    """
    return await ctx.db.fetch(_LINKED, *rows.columns(sorted(keys), 2))


async def returned_by(ctx: Context, sales: Iterable[UUID]) -> set[ReceiptKey]:
    """The receipts that these receipts refer to."""
    return {ReceiptKey(*row) for row in await ctx.db.fetch(_RETURNED_BY, list(sales))}


async def returns_of(ctx: Context, sale_id: UUID) -> list[Record]:
    """The receipts that count and return something of this one: rows of (id, receipt_no), at most 20."""
    return await ctx.db.fetch(_RETURNS_OF, sale_id)


async def recompute_returned(
    ctx: Context, sales: Iterable[UUID], keys: Iterable[ReceiptKey], new: Iterable[UUID]
) -> list[Record]:
    """Recompute what was returned of receipts: rows of those that have changed. The version of `new` ones stays."""
    return await ctx.db.fetch(_RECOMPUTE_RETURNED, list(sales), *rows.columns(sorted(keys), 2), list(new), ctx.now)


async def followers(ctx: Context, sales: Iterable[UUID]) -> list[Record]:
    """The receipts that return something of these, and belong to nobody, or to whom they have from a sale.

    Rows of the receipt with `buyers`, those of all receipts that it returns.
    """
    return await ctx.db.fetch(_FOLLOWERS, list(sales))


_HANGING = """
    WITH RECURSIVE changing (id, source, receipt_no) AS (
        SELECT s.id, s.source, s.receipt_no FROM sales s WHERE s.id = ANY ($1::uuid[])
        UNION
        SELECT NULL::uuid, w.source, w.receipt_no FROM unnest($2::text[], $3::text[]) AS w(source, receipt_no)
        UNION
        SELECT r.id, r.source, r.receipt_no
        FROM changing c
        JOIN sale_lines l ON l.refund_source = c.source AND l.refund_receipt_no = c.receipt_no
        JOIN sales r ON r.id = l.sale_id
    ),
    receipts AS (
        SELECT s.id FROM changing c JOIN sales s USING (source, receipt_no)
        UNION
        SELECT t.id FROM changing c JOIN sales s USING (source, receipt_no)
        JOIN sale_lines l ON l.sale_id = s.id
        JOIN sales t ON t.source = l.refund_source AND t.receipt_no = l.refund_receipt_no
        UNION
        SELECT s.id FROM unnest($4::text[], $5::text[]) AS w(source, receipt_no) JOIN sales s USING (source, receipt_no)
    )
    SELECT id, customer_id FROM sales WHERE id = ANY (ARRAY(SELECT id FROM receipts)) ORDER BY id
"""
_LOCK = f"{_HANGING} FOR NO KEY UPDATE"
_STORED = """
    SELECT s.id, s.source, s.receipt_no FROM unnest($1::text[], $2::text[]) AS w(source, receipt_no)
    JOIN sales s USING (source, receipt_no)
"""
_LINKED = """
    WITH RECURSIVE linked (source, receipt_no) AS (
        SELECT * FROM unnest($1::text[], $2::text[])
        UNION
        SELECT l.refund_source, l.refund_receipt_no
        FROM linked w JOIN sales s USING (source, receipt_no)
        JOIN sale_lines l ON l.sale_id = s.id AND l.refund_receipt_no IS NOT NULL
    )
    SELECT DISTINCT s.source, s.receipt_no, s.customer_id, s.customer, s.named_before,
        l.refund_source, l.refund_receipt_no
    FROM linked w JOIN sales s USING (source, receipt_no)
    LEFT JOIN sale_lines l ON l.sale_id = s.id AND l.refund_receipt_no IS NOT NULL
"""
_RETURNED_BY = """
    SELECT DISTINCT refund_source, refund_receipt_no FROM sale_lines
    WHERE sale_id = ANY ($1::uuid[]) AND refund_receipt_no IS NOT NULL
"""
_RETURNS_OF = """
    SELECT r.id, r.receipt_no FROM sales r
    WHERE r.voided_at IS NULL AND r.id IN (
        SELECT l.sale_id FROM sales s
        JOIN sale_lines l ON l.refund_source = s.source AND l.refund_receipt_no = s.receipt_no
        WHERE s.id = $1
    )
    ORDER BY r.id LIMIT 20
"""
# What a line gives back, and whether it fits the line that it names, as `rules/sales/returns.py` says. One that does
# not takes nothing from it, which `over_returned` says. Amounts are rounded, and a coin too much forgiven for each line
# and once for the receipt, on the scale of `gross`.
# The planner takes everything here for a row or two, so it may not join what can be thousands of lines of a receipt:
# sums are materialized, lines meet what was given back of them in groups, and LIMIT has it look up a line by its key.
_COIN = "power(10::numeric, -scale(s.gross))"
_RECOMPUTE_RETURNED = f"""
    WITH receipts AS MATERIALIZED (
        SELECT s.* FROM sales s WHERE s.id = ANY ($1::uuid[])
        UNION
        SELECT s.* FROM unnest($2::text[], $3::text[]) AS w(source, receipt_no) JOIN sales s USING (source, receipt_no)
    ),
    returning_lines AS MATERIALIZED (
        SELECT s.id AS returned_id, l.line_no, r.id, r.refunded, r.tax_on_top,
            CASE WHEN b.goods_kept OR b.kind <> 'item' THEN 0 ELSE greatest(-b.quantity, 0) END AS quantity,
            CASE WHEN b.kind = 'discount' THEN greatest(b.total, 0) ELSE greatest(-b.total, 0) END AS total,
            b.kind = 'discount' AS is_discount,
            CASE WHEN b.total < 0 AND b.kind IN ({PRICED_KINDS}) THEN -b.tax END AS tax,
            s.voided_at IS NULL AS counts,
            coalesce(l.line_no IS NOT NULL AND {FITS}, false) AS fits,
            CASE WHEN l.total > 0
                THEN l.total / (l.total + CASE WHEN s.tax_on_top THEN greatest(l.tax, 0) ELSE 0 END) END AS without_tax
        FROM receipts s
        JOIN sale_lines b ON b.refund_source = s.source AND b.refund_receipt_no = s.receipt_no
        JOIN sales r ON r.id = b.sale_id AND r.voided_at IS NULL
        LEFT JOIN LATERAL (
            SELECT l.* FROM sale_lines l WHERE l.sale_id = s.id AND l.line_no = b.refund_line_no LIMIT 1
        ) l ON true
    ),
    refunds AS MATERIALIZED ({refunds("returning_lines")}),
    back AS MATERIALIZED (
        SELECT b.id, b.line_no, b.quantity, b.counts, b.fits,
            coalesce(b.with_tax * b.without_tax, b.total) AS total,
            CASE WHEN b.is_alone THEN -b.total WHEN b.tax IS NULL THEN 0
                ELSE coalesce(b.refunded * greatest(b.with_tax, 0) / nullif(greatest(b.whole, 0), 0), 0) END AS money
        FROM (
            SELECT b.returned_id AS id, b.line_no, b.quantity, b.total, b.tax, b.counts, b.fits, b.without_tax,
                b.is_discount AND f.lines_total = 0 AS is_alone, f.refunded,
                CASE WHEN f.tax_on_top THEN b.total + coalesce(b.tax, 0) ELSE b.total END AS with_tax,
                CASE WHEN f.tax_on_top THEN f.lines_total + f.lines_tax ELSE f.lines_total END AS whole
            FROM returning_lines b JOIN refunds f ON f.sale_id = b.id
        ) b
    ),
    lines_and_back AS (
        SELECT l.sale_id, l.line_no, l.kind, l.quantity, l.total, l.returned_quantity, l.returned_total, s.gross,
            NULL::numeric AS back_quantity, NULL::numeric AS back_total
        FROM receipts s JOIN sale_lines l ON l.sale_id = s.id
        UNION ALL
        SELECT id, line_no, NULL, NULL, NULL, NULL, NULL, NULL, quantity, total FROM back WHERE fits
    ),
    lines AS MATERIALIZED (
        SELECT s.sale_id, s.line_no, s.kind, s.quantity, s.amount, s.back_quantity AS returned_quantity,
            CASE WHEN s.back_total BETWEEN s.amount AND s.amount + {_COIN} AND s.amount > 0 THEN s.amount
                ELSE s.back_total END AS returned_total,
            s.quantity_before, s.total_before
        FROM (
            SELECT sale_id, line_no, max(kind) AS kind, max(quantity) AS quantity,
                max(CASE WHEN kind = 'discount' THEN -total ELSE total END) AS amount,
                max(returned_quantity) AS quantity_before, max(returned_total) AS total_before, max(gross) AS gross,
                coalesce(sum(back_quantity), 0) AS back_quantity,
                coalesce(round(sum(back_total), scale(max(gross))), 0) AS back_total
            FROM lines_and_back GROUP BY sale_id, line_no
        ) s
    ),
    changed_lines AS (
        UPDATE sale_lines l SET returned_quantity = n.returned_quantity, returned_total = n.returned_total
        FROM lines n
        WHERE l.sale_id = n.sale_id AND l.line_no = n.line_no
            AND (n.returned_quantity, n.returned_total) IS DISTINCT FROM (n.quantity_before, n.total_before)
        RETURNING l.sale_id
    ),
    figures AS (
        SELECT s.id, greatest(least(s.gross, m.money), 0) AS returned,
            coalesce(l.fully OR (l.fully IS NOT NULL AND s.gross > 0 AND m.money >= s.gross), false) AS fully_returned,
            coalesce(l.more, false) OR m.misfits OR m.money > s.gross + {_COIN} AS over_returned
        FROM receipts s
        CROSS JOIN LATERAL (
            SELECT coalesce(round(sum(b.money) FILTER (WHERE b.fits), scale(s.gross)), 0) AS money,
                coalesce(bool_or(NOT (b.fits AND b.counts)), false) AS misfits
            FROM back b WHERE b.id = s.id
        ) m
        LEFT JOIN LATERAL (
            SELECT bool_and(l.returned_total >= l.amount OR (l.quantity > 0 AND l.returned_quantity >= l.quantity))
                    FILTER (WHERE l.amount > 0 AND l.kind = 'item') AS fully,
                bool_or((l.returned_quantity > 0 AND l.returned_quantity > l.quantity)
                    OR (l.returned_total > 0 AND l.returned_total > l.amount + {_COIN})) AS more
            FROM lines l WHERE l.sale_id = s.id
        ) l ON true
    )
    UPDATE sales s SET returned = f.returned, fully_returned = f.fully_returned, over_returned = f.over_returned,
        version = s.version + (s.id <> ALL ($4::uuid[]))::int, updated_at = $5
    FROM figures f
    WHERE s.id = f.id AND (
        (s.returned, s.fully_returned, s.over_returned)
            IS DISTINCT FROM (f.returned, f.fully_returned, f.over_returned)
        OR s.id IN (SELECT sale_id FROM changed_lines)
    )
    RETURNING s.id, s.customer_id, s.currency
"""
_FOLLOWERS = """
    SELECT r.id, r.source, r.receipt_no, r.total, r.currency, r.occurred_at, r.channel, r.customer_id, r.match,
        r.matched_by, r.match_reasons, r.candidates, r.taken_from, r.customer,
        coalesce(r.customer, '{}') <> '{}' AS names_somebody, ARRAY(
            SELECT DISTINCT s.customer_id FROM sale_lines l
            JOIN sales s ON s.source = l.refund_source AND s.receipt_no = l.refund_receipt_no
            WHERE l.sale_id = r.id AND s.customer_id IS NOT NULL AND s.id <> r.id
        ) AS buyers
    FROM sales r
    WHERE r.id = ANY (ARRAY(
            SELECT l.sale_id FROM sales c
            JOIN sale_lines l ON l.refund_source = c.source AND l.refund_receipt_no = c.receipt_no
            WHERE c.id = ANY ($1::uuid[])
        ))
        AND (r.matched_by = 'sale' OR r.customer_id IS NULL)
    ORDER BY r.id
"""
