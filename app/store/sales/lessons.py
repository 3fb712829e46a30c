"""What receipts have taught of customers, by the events that say so."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import rows


class Teacher(NamedTuple):
    """A receipt, and the customer whose keys it may have taught."""

    sale_id: UUID
    customer_id: UUID
    source: str
    receipt_no: str


async def unconfirmed(ctx: Context, teachers: Iterable[Teacher]) -> list[Record]:
    """Rows of (sale_id, kind, value, is_created) of keys that these receipts name, or taught in an earlier revision:
    those that the customer has learnt from any receipt, or was created with by this one (`is_created`), and that no
    other receipt of theirs names beside another key.
    """
    return await ctx.db.fetch(_UNCONFIRMED, *rows.columns(teachers, 4))


def _value(key: str) -> str:
    """SQL expression: the value of a key, however it was written."""
    number = f"right(regexp_replace({key}->>'value', '[^0-9]', '', 'g'), 7)"
    return (
        f"CASE {key}->>'kind' WHEN 'phone' THEN {number} WHEN 'identity' THEN {key}->>'value' "
        f"ELSE lower({key}->>'value') END"
    )


def _same(a: str, b: str) -> str:
    return f"{a}->>'kind' = {b}->>'kind' AND {_value(a)} = {_value(b)}"


_OF_CUSTOMER = "r->>'customer_id' = n.customer_id::text"
_UNCONFIRMED = f"""
    WITH asked AS (
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[])
            AS w(sale_id, customer_id, source, receipt_no)
    ),
    lessons AS (
        SELECT w.sale_id, w.customer_id, k,
            e.data->>'source' = w.source AND e.data->>'reference' = w.receipt_no AS is_own
        FROM asked w JOIN events e ON e.subject_id = w.customer_id AND e.type = 'customer.key_learnt'
            AND e.data->>'learnt_from' = 'sale'
        CROSS JOIN LATERAL jsonb_array_elements(e.data->'keys') k
    ),
    named AS (
        SELECT w.sale_id, w.customer_id, r AS k, r->>'result' = 'created' AS is_created
        FROM asked w JOIN sales s ON s.id = w.sale_id CROSS JOIN LATERAL jsonb_array_elements(s.match_reasons) r
        WHERE r->>'customer_id' = w.customer_id::text AND (r->>'result' = 'created' OR EXISTS (
            SELECT FROM lessons l WHERE l.sale_id = w.sale_id AND {_same("l.k", "r")}
        ))
        UNION ALL
        SELECT l.sale_id, l.customer_id, l.k, false FROM lessons l WHERE l.is_own
    )
    SELECT n.sale_id, n.k->>'kind' AS kind, n.k->>'value' AS value, bool_and(n.is_created) AS is_created
    FROM named n
    WHERE NOT EXISTS (
        SELECT FROM sales s WHERE s.customer_id = n.customer_id AND s.id <> n.sale_id AND s.voided_at IS NULL
            AND EXISTS (
                SELECT FROM jsonb_array_elements(s.match_reasons) r
                WHERE {_OF_CUSTOMER} AND r->>'result' IN ('found', 'learnt', 'created') AND {_same("r", "n.k")}
            )
            AND EXISTS (
                SELECT FROM jsonb_array_elements(s.match_reasons) r
                WHERE {_OF_CUSTOMER} AND r->>'result' = 'found' AND r->>'kind' <> n.k->>'kind'
            )
    )
    GROUP BY 1, 2, 3
"""
