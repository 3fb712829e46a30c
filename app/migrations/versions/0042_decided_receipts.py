"""Receipts know whom somebody took them from, and what earlier revisions said of who bought."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0042"
down_revision = "0041"

# What followed a sale or a revision went along: nobody has decided that.
_TAKEN_FROM = """
    UPDATE sales s SET taken_from = t.customers
    FROM (
        SELECT e.subject_id, array_agg(e.customer_id ORDER BY e.seq) AS customers
        FROM (
            SELECT subject_id, (data->>'from_customer_id')::uuid AS customer_id, max(seq) AS seq
            FROM events WHERE type IN ('sale.released', 'sale.moved') AND NOT data ? 'via' AND data ? 'from_customer_id'
            GROUP BY 1, 2
        ) e
        JOIN sales s ON s.id = e.subject_id AND s.customer_id IS DISTINCT FROM e.customer_id
        GROUP BY e.subject_id
    ) t
    WHERE s.id = t.subject_id
"""
_LAST = "taken_from[cardinality(taken_from)]"
_REASONS = f"""
    UPDATE sales SET match = 'unmatched', match_reasons = CASE
        WHEN match_reasons = '[]' THEN jsonb_build_array(jsonb_build_object(
            'kind', 'id', 'value', {_LAST}, 'customer_id', {_LAST}, 'result', 'released'))
        ELSE (SELECT jsonb_agg(CASE WHEN r.reason->>'result' = 'released'
                    THEN r.reason || jsonb_build_object('customer_id', {_LAST}) ELSE r.reason END ORDER BY r.n)
            FROM jsonb_array_elements(match_reasons) WITH ORDINALITY AS r(reason, n))
        END
    WHERE customer_id IS NULL AND taken_from <> '{{}}' AND match IN ('anonymous', 'unmatched')
        AND (match_reasons = '[]' OR match_reasons @> '[{{"result": "released"}}]')
"""


def upgrade() -> None:
    taken_from: sa.Column[list[UUID]] = sa.Column(
        "taken_from", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
    )
    op.add_column("sales", taken_from)
    named_before = sa.Column("named_before", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    op.add_column("sales", named_before)
    op.execute(_TAKEN_FROM)
    op.execute(_REASONS)
