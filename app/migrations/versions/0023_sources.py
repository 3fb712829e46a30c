"""Sources have policies, records say how their customers were found, and customers which source created them.

What came before has no more reasons than can be read off it: the keys of records without a customer count as unknown.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

_KINDS = "'till', 'web_shop', 'marketplace', 'connector', 'import', 'form', 'other'"
_MATCHES = "'anonymous', 'matched', 'unmatched', 'ambiguous'"
_UNDECIDED = (
    "match = 'ambiguous' OR match = 'unmatched' "
    """AND match_reasons @? '$[*]?(@.result == "unknown" || @.result == "released")'"""
)
_RECORDS = {
    "interactions": ("happened_at", "contact", "true"),
    "complaints": ("received_at", "complainant->'contact'", "true"),
    "feedback": ("collected_at", "author->'contact'", "method NOT IN ('mystery_shopper', 'observation')"),
}
"""When the records of a table took place, who they say it was, and which of them are about that person."""


def upgrade() -> None:
    _create_sources()
    _name_creators()
    for table, (at, contact, about) in _RECORDS.items():
        _add_matches(table, at, contact, about)
    _give_reasons_of_sales()


def _create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Uuid(), server_default=sa.text("uuidv7()"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), server_default="other", nullable=False),
        sa.Column("confirmed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("may_create", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("may_teach", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("on_match", sa.Text(), server_default="refuse", nullable=False),
        sa.Column("values_of_nobody", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("tax", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(f"kind IN ({_KINDS})", name=op.f("ck_sources_kind")),
        sa.CheckConstraint("on_match IN ('refuse', 'match', 'keep')", name=op.f("ck_sources_on_match")),
        sa.CheckConstraint("tax IN ('included', 'on_top')", name=op.f("ck_sources_tax")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("code", name=op.f("uq_sources_code")),
    )
    op.create_index(op.f("ix_sources_created_at_id"), "sources", ["created_at", "id"])
    named = " UNION ".join(
        f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL"
        for table, column in (
            ("sales", "source"),
            ("interactions", "source"),
            ("complaints", "source"),
            ("feedback", "source"),
            ("identities", "system"),
        )
    )
    op.execute(f"INSERT INTO sources (code) SELECT code FROM ({named}) AS named(code) ORDER BY code")


def _name_creators() -> None:
    """Until now, the source of the first receipt was taken for how the customer was acquired."""
    op.add_column("customers", sa.Column("created_by_source", sa.Text(), nullable=True))
    op.execute(
        "UPDATE customers c SET created_by_source = c.acquisition_source, acquisition_source = NULL "
        "WHERE c.acquisition_source IS NOT NULL AND EXISTS (SELECT FROM sales s WHERE s.customer_id = c.id "
        "AND s.source = c.acquisition_source AND s.created_at = c.created_at)"
    )
    op.create_index(
        op.f("ix_customers_created_by_source_created_at_id"),
        "customers",
        ["created_by_source", "created_at", "id"],
        postgresql_where=sa.text("created_by_source IS NOT NULL"),
    )


def _add_matches(table: str, at: str, contact: str, about: str) -> None:
    # Most have a customer: only the others have to be written.
    op.add_column(table, sa.Column("match", sa.Text(), server_default="matched", nullable=False))
    op.add_column(
        table, sa.Column("candidates", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column(table, sa.Column("match_reasons", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False))
    op.alter_column(table, "match", server_default="anonymous")
    names_somebody = f"{contact}->>'value' IS NOT NULL AND {about}"
    op.execute(
        f"UPDATE {table} SET match = CASE WHEN {names_somebody} THEN 'unmatched' ELSE 'anonymous' END, "
        f"match_reasons = CASE WHEN {names_somebody} THEN jsonb_build_array({_unknown(contact)}) ELSE '[]' END "
        "WHERE customer_id IS NULL"
    )
    op.create_check_constraint(op.f(f"ck_{table}_match"), table, f"match IN ({_MATCHES})")
    _create_indexes(table, at, "unmatched", "match IN ('unmatched', 'ambiguous')")


def _give_reasons_of_sales() -> None:
    op.execute(
        "UPDATE sales SET match_reasons = "
        '(SELECT jsonb_agg(r || \'{"result": "found"}\') FROM jsonb_array_elements(match_reasons) r) '
        "WHERE match_reasons <> '[]'"
    )
    keys = (
        "SELECT 'identity' AS kind, customer->'identity'->>'system' || ':' || (customer->'identity'->>'external_id') "
        "AS value UNION ALL SELECT k.kind, customer->>k.kind FROM (VALUES ('phone'), ('email')) AS k(kind)"
    )
    op.execute(
        f"UPDATE sales SET match_reasons = (SELECT coalesce(jsonb_agg({_unknown('to_jsonb(k)')}), '[]') "
        f"FROM ({keys}) k WHERE k.value IS NOT NULL) WHERE match = 'unmatched' AND match_reasons = '[]'"
    )
    _create_indexes("sales", "occurred_at", "undecided", _UNDECIDED)


def _create_indexes(table: str, at: str, name: str, condition: str) -> None:
    undecided = sa.text(condition)
    op.create_index(f"ix_{table}_{name}", table, [at, "id"], postgresql_where=undecided)
    op.create_index(f"ix_{table}_{name}_source", table, ["source", at, "id"], postgresql_where=undecided)
    op.create_index(f"ix_{table}_ambiguous", table, [at, "id"], postgresql_where=sa.text("match = 'ambiguous'"))


def _unknown(contact: str) -> str:
    return (
        f"jsonb_build_object('kind', {contact}->>'kind', 'value', {contact}->>'value', 'customer_id', NULL, "
        "'result', 'unknown')"
    )
