"""What receipts have taught of customers, by the events that say so."""

from collections.abc import Collection, Iterable
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
    """Rows of (sale_id, kind, value, is_created, is_corrected) of keys that these receipts name, or taught in an
    earlier revision: those that the customer has learnt from any receipt, or was created with by one (`is_created`),
    that nobody has looked at since, and that no other receipt of theirs, voided or not, names beside another key of
    theirs, or has created them with; beside one that is not learnt either, if it was revised: it may have stayed theirs
    for that key only. `is_corrected` are those instead of which another receipt of theirs, which named them once, has
    another value beside a key of theirs, and names nobody else.
    """
    return await ctx.db.fetch(_UNCONFIRMED, *rows.columns(teachers, 4))


async def found_by_keys(ctx: Context, customer_ids: Collection[UUID], *, in_doubt_of: Collection[UUID]) -> list[Record]:
    """Rows of (id, customer_id, source, customer, is_in_doubt) of the receipts whose own keys said that they are these
    customers', and of those of others that a revision left in doubt.

    Without customers, the database is not queried.
    """
    if not (customer_ids or in_doubt_of):
        return []
    return await ctx.db.fetch(_FOUND_BY_KEYS, list(customer_ids), list(in_doubt_of))


def _value(key: str) -> str:
    """SQL expression: the value of a key, however it was written; of a number, the digits before any extension."""
    value = f"{key}->>'value'"
    number = f"regexp_replace(replace({value}, '(0)', ''), '(;|,|#|x|ext).*$', '', 'i')"
    return f"""CASE {key}->>'kind'
        WHEN 'phone' THEN nullif(ltrim(regexp_replace({number}, '[^0-9]', '', 'g'), '0'), '')
        WHEN 'identity' THEN {value}
        ELSE lower(coalesce(substring({value} FROM '<([^<>]+)>'), trim({value}))) END"""


def _same(a: str, b: str) -> str:
    """SQL expression: whether two keys are one. A number may be written with or without its country."""
    return f"""({a}->>'kind' = {b}->>'kind' AND ({_value(a)} = {_value(b)}
        OR {a}->>'kind' = 'phone' AND ({_value(a)} LIKE '%' || {_value(b)} OR {_value(b)} LIKE '%' || {_value(a)})))"""


def _keys_of(buyer: str) -> str:
    """The statement of the keys of a buyer who is named so; `system` tells the cards of one shop from another's."""
    return f"""
    SELECT jsonb_build_object('kind', b.kind, 'value', b.value) AS k, b.kind, b.system
    FROM (VALUES
        ('id', {buyer}->>'id', NULL),
        (
            'identity',
            ({buyer}#>>'{{identity,system}}') || ':' || ({buyer}#>>'{{identity,external_id}}'),
            {buyer}#>>'{{identity,system}}'
        ),
        ('phone', {buyer}->>'phone', NULL),
        ('email', {buyer}->>'email', NULL)
    ) AS b(kind, value, system)
    WHERE b.value IS NOT NULL
"""


_BUYER_KEYS = _keys_of("s.customer")
"""What a receipt `s` names."""

_CUSTOMER_KEYS = """
    SELECT jsonb_build_object('kind', 'id', 'value', s.customer_id) AS k
    UNION ALL
    SELECT jsonb_build_object('kind', 'identity', 'value', i.system || ':' || i.external_id)
    FROM identities i WHERE i.customer_id = s.customer_id
    UNION ALL
    SELECT jsonb_build_object('kind', p.kind, 'value', p.value)
    FROM contact_points p WHERE p.customer_id = s.customer_id AND p.identifies AND NOT p.invalid
"""
"""What finds the customer of a receipt `s`."""

_SAID = f"""
    SELECT r AS k, r->>'result' = 'found' AS is_known, r->>'result' = 'created' AS is_created
    FROM jsonb_array_elements(s.match_reasons) r
    WHERE r->>'customer_id' = s.customer_id::text AND r->>'result' IN ('found', 'learnt', 'created')
        AND EXISTS (SELECT FROM ({_BUYER_KEYS}) b WHERE {_same("b.k", "r")})
    UNION ALL
    SELECT b.k, EXISTS (SELECT FROM ({_CUSTOMER_KEYS}) own WHERE {_same("own.k", "b.k")}), false
    FROM ({_BUYER_KEYS}) b WHERE s.matched_by = 'claim'
"""
"""The keys of its customer that a receipt `s` names, and whether they had each (`is_known`) without it. The reasons of
one that stayed where it was may have others as well; those of a claimed one lack what somebody took it from before.
"""

_POINT_KEY = "jsonb_build_object('kind', p.kind, 'value', p.value)"
_IS_MARKED = "(p.label IS NOT NULL OR p.verified_at IS NOT NULL OR p.shared OR p.invalid OR p.opted_out <> '{}')"
"""Whether somebody has looked at a contact point `p`."""

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
    created AS (
        SELECT w.customer_id, k
        FROM asked w JOIN events e ON e.subject_id = w.customer_id AND e.type = 'customer.created'
        CROSS JOIN LATERAL jsonb_array_elements(e.data->'keys') k
        UNION ALL  -- of those whom an earlier release has created
        SELECT s.customer_id, k
        FROM asked w JOIN sales s ON s.id = w.sale_id CROSS JOIN LATERAL jsonb_array_elements(s.match_reasons) k
        WHERE k->>'result' = 'created' AND k->>'customer_id' = s.customer_id::text
    ),
    named AS (
        SELECT w.sale_id, w.customer_id, said.k, c.is_created
        FROM asked w JOIN sales s ON s.id = w.sale_id AND s.customer_id = w.customer_id
        CROSS JOIN LATERAL ({_SAID}) said
        CROSS JOIN LATERAL (SELECT EXISTS (
            SELECT FROM created c WHERE c.customer_id = w.customer_id AND {_same("c.k", "said.k")}
        ) AS is_created) c
        WHERE c.is_created OR EXISTS (
            SELECT FROM lessons l WHERE l.sale_id = w.sale_id AND {_same("l.k", "said.k")}
        )
        UNION ALL
        SELECT l.sale_id, l.customer_id, l.k, false FROM lessons l WHERE l.is_own
    )
    SELECT n.sale_id, n.k->>'kind' AS kind, n.k->>'value' AS value, bool_and(n.is_created) AS is_created,
        bool_or(EXISTS (
            SELECT FROM sales s CROSS JOIN LATERAL jsonb_array_elements(s.named_before) before(buyer)
            CROSS JOIN LATERAL ({_keys_of("before.buyer")}) was
            JOIN LATERAL ({_BUYER_KEYS}) now ON now.kind = was.kind AND now.system IS NOT DISTINCT FROM was.system
            WHERE s.customer_id = n.customer_id AND s.id <> n.sale_id AND s.named_before <> '[]'
                AND {_same("was.k", "n.k")} AND NOT {_same("now.k", "n.k")}
                AND EXISTS (SELECT FROM ({_BUYER_KEYS}) b JOIN ({_CUSTOMER_KEYS}) own ON {_same("own.k", "b.k")})
                AND NOT EXISTS (
                    SELECT FROM jsonb_array_elements(s.match_reasons) r
                    WHERE r->>'result' = 'found' AND r->>'customer_id' <> s.customer_id::text
                )
        )) AS is_corrected
    FROM named n
    WHERE NOT EXISTS (
        SELECT FROM sales s
        WHERE s.customer_id = n.customer_id AND s.id <> n.sale_id
            AND EXISTS (SELECT FROM ({_SAID}) said WHERE {_same("said.k", "n.k")})
            AND EXISTS (
                SELECT FROM ({_SAID}) said
                WHERE said.is_created AND {_same("said.k", "n.k")} AND s.named_before = '[]'
                UNION ALL
                SELECT FROM ({_SAID}) said
                WHERE said.is_known AND said.k->>'kind' <> n.k->>'kind' AND (s.named_before = '[]' OR NOT EXISTS (
                    SELECT FROM lessons l WHERE l.sale_id = n.sale_id AND {_same("l.k", "said.k")}
                ))
            )
    ) AND NOT EXISTS (
        SELECT FROM contact_points p WHERE p.customer_id = n.customer_id AND {_same(_POINT_KEY, "n.k")}
            AND ({_IS_MARKED} OR p.primary AND NOT n.is_created)  -- the first ones of a customer are primary
    )
    GROUP BY 1, 2, 3
"""
_FOUND_BY_KEYS = """
    SELECT s.id, s.customer_id, s.source, s.customer, d.is_in_doubt
    FROM sales s CROSS JOIN LATERAL (SELECT s.named_before <> '[]' AND EXISTS (
        SELECT FROM jsonb_array_elements(s.match_reasons) r
        WHERE r->>'customer_id' IS DISTINCT FROM s.customer_id::text
    ) AS is_in_doubt) d
    WHERE s.customer_id = ANY ($1::uuid[] || $2::uuid[]) AND s.matched_by IN ('identity', 'phone', 'email')
        AND (d.is_in_doubt OR s.customer_id = ANY ($1::uuid[]))
"""
