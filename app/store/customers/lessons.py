"""What records have taught of customers, by the events that say so."""

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
    """Rows of (sale_id, kind, value) of the keys that these receipts taught, and that no other receipt of the customer
    names beside another key of theirs.
    """
    return await ctx.db.fetch(_UNCONFIRMED, *rows.columns(teachers, 4))


def _value(key: str) -> str:
    """SQL expression: the value of a key, however it was written."""
    number = f"right(regexp_replace({key}->>'value', '[^0-9]', '', 'g'), 7)"
    return (
        f"CASE {key}->>'kind' WHEN 'phone' THEN {number} WHEN 'identity' THEN {key}->>'value' "
        f"ELSE lower({key}->>'value') END"
    )


_OTHER_KEY = "r->>'kind' <> k->>'kind' AND r->>'result' = 'found' AND r->>'customer_id' = e.subject_id::text"
_SAME_KEY = (
    f"r->>'kind' = k->>'kind' AND r->>'customer_id' = e.subject_id::text AND r->>'result' IN ('found', 'learnt') "
    f"AND {_value('r')} = {_value('k')}"
)
_UNCONFIRMED = f"""
    SELECT w.sale_id, k->>'kind' AS kind, k->>'value' AS value
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS w(sale_id, customer_id, source, receipt_no)
    JOIN events e ON e.subject_id = w.customer_id AND e.type = 'customer.key_learnt'
        AND e.data->>'source' = w.source AND e.data->>'reference' = w.receipt_no
    CROSS JOIN LATERAL jsonb_array_elements(e.data->'keys') k
    WHERE NOT EXISTS (
        SELECT FROM sales s WHERE s.customer_id = w.customer_id AND s.id <> w.sale_id AND s.voided_at IS NULL
            AND EXISTS (SELECT FROM jsonb_array_elements(s.match_reasons) r WHERE {_SAME_KEY})
            AND EXISTS (SELECT FROM jsonb_array_elements(s.match_reasons) r WHERE {_OTHER_KEY})
    )
"""
