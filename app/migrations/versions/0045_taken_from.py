"""Interactions, complaints, feedback and tasks know whom somebody took them from, as receipts do."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"

# What went along with another record says so in its reason: nobody has decided that.
_BY_LINK = (
    "(e.data->>'reason' ~ '^The [a-z]+ it is linked to belongs to (nobody|them) now$' "
    "OR e.data->>'reason' = 'The record that the customer was taken from is no longer linked')"
)


def _fill(noun: str, table: str) -> str:
    """Of tasks, nobody can tell what somebody has decided from what went along."""
    return f"""
        UPDATE {table} t SET taken_from = d.customers
        FROM (
            SELECT g.id, array_agg(g.customer_id ORDER BY g.seq, g.customer_id) AS customers
            FROM (
                SELECT a.id, a.customer_id, max(a.seq) AS seq
                FROM (
                    SELECT e.subject_id AS id, (e.data->>'from_customer_id')::uuid AS customer_id, e.seq FROM events e
                    WHERE e.type IN ('{noun}.released', '{noun}.moved') AND e.data ? 'from_customer_id'
                        AND {_BY_LINK} IS NOT TRUE
                    UNION ALL
                    SELECT r.id, (m->>'customer_id')::uuid, 0
                    FROM {table} r CROSS JOIN jsonb_array_elements(r.match_reasons) m
                    WHERE r.match_reasons @> '[{{"result": "released"}}]' AND m->>'result' = 'released'
                        AND m->>'customer_id' IS NOT NULL
                ) a
                GROUP BY a.id, a.customer_id
            ) g
            JOIN {table} r ON r.id = g.id AND r.customer_id IS DISTINCT FROM g.customer_id
            GROUP BY g.id
        ) d
        WHERE t.id = d.id
    """


def upgrade() -> None:
    for table in ("interactions", "complaints", "feedback", "tasks"):
        taken_from: sa.Column[list[UUID]] = sa.Column(
            "taken_from", sa.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False
        )
        op.add_column(table, taken_from)
    for noun, table in (("interaction", "interactions"), ("complaint", "complaints"), ("feedback", "feedback")):
        op.execute(_fill(noun, table))
