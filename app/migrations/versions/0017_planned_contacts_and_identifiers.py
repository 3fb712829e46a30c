"""Contacts may be planned, receipts from a clock that is ahead are marked, and identifiers are spelled alike.

Stored identifiers are stripped and composed, as those that come in now are. Where two rows would then have one key, the
oldest gets it and the others keep theirs: they are found by their id and in lists, but no longer by that key. Padded
codes of sites and products become one with those that are there without the padding.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_AROUND = "".join(
    rf"\{code:04X}"
    for code in (
        *range(0x09, 0x0E),
        *range(0x1C, 0x21),
        *(0x85, 0xA0, 0xAD, 0x34F, 0x115F, 0x1160, 0x1680, 0x17B4, 0x17B5, 0x180E),
        *range(0x2000, 0x2010),
        *(0x2028, 0x2029, 0x202F, 0x205F, 0x2060, 0x2800, 0x3000, 0x3164, 0xFEFF, 0xFFA0),
    )
)
"""What is removed around identifiers, in a literal U&'…'."""

_KEYS = {
    "sales": ("source", "receipt_no"),
    "interactions": ("source", "external_id"),
    "complaints": ("source", "external_id"),
    "feedback": ("source", "external_id"),
    "visits": ("source", "external_id"),
    "identities": ("system", "external_id"),
}
_COLUMNS = {
    "customers": ("owner", "acquisition_source"),
    "addresses": ("postal_code",),
    "interactions": ("staff", "thread", "provider"),
    "tasks": ("owner",),
    "sales": ("till", "operator"),
    "sale_lines": ("category",),
    "products": ("category",),
    "complaints": ("staff", "category", "owner"),
    "complaint_actions": ("owner", "verified_by"),
    "feedback": ("till", "staff", "competitor"),
    "ratings": ("site", "staff", "sku", "competitor", "question", "aspect"),
    "invitations": ("site", "staff"),
    "visits": ("staff", "shopper", "shift"),
}
"""Texts that lists are filtered by; those of sites and products have foreign keys, and follow these."""
_RECEIPTS = {
    "sale_lines": ("refund_source", "refund_receipt_no"),
    "feedback": ("receipt_source", "receipt_no"),
    "visits": ("receipt_source", "receipt_no"),
}
"""What names a receipt by its key: it goes on naming the same one, stripped or not."""


def upgrade() -> None:
    _plan_contacts()
    _mark_clocks()
    for table, key in _KEYS.items():
        _strip_key(table, key)
    for table, columns in _COLUMNS.items():
        _strip(table, columns)
    for table, receipt in _RECEIPTS.items():
        _strip_receipt(table, receipt)
    op.execute(
        f"UPDATE customers SET tags = ARRAY(SELECT {_stripped('t.tag')} FROM unnest(tags) WITH ORDINALITY AS t(tag, n) "
        f"WHERE {_stripped('t.tag')} <> '' GROUP BY 1 ORDER BY min(t.n)) "
        f"WHERE EXISTS (SELECT FROM unnest(tags) AS t(tag) WHERE t.tag <> {_stripped('t.tag')})"
    )
    _strip_referenced("sites", "code")
    _strip_referenced("products", "sku")


def _plan_contacts() -> None:
    op.add_column("interactions", sa.Column("state", sa.Text(), server_default=sa.text("'held'"), nullable=False))
    op.add_column("interactions", sa.Column("state_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_interactions_state"), "interactions", "state IN ('planned', 'held', 'missed', 'cancelled')"
    )
    op.execute(
        "UPDATE interactions SET state = 'planned' "
        "WHERE happened_at > now() AND kind IN ('call', 'meeting', 'presentation', 'social')"
    )
    op.drop_index("ix_interactions_customer_id_happened_at_id", table_name="interactions")
    op.create_index(
        op.f("ix_interactions_customer_id_happened_at_id"),
        "interactions",
        ["customer_id", "happened_at", "id"],
        postgresql_include=["channel", "direction", "state"],
        postgresql_where=sa.text("customer_id IS NOT NULL"),
    )
    op.create_index(
        "ix_interactions_not_held",
        "interactions",
        ["state", "happened_at", "id"],
        postgresql_where=sa.text("state <> 'held'"),
    )


def _mark_clocks() -> None:
    ahead = "(occurred_at - created_at) > '24:00:00'::interval"
    column: sa.Column[bool] = sa.Column(
        "clock_suspect", sa.Boolean(), sa.Computed(ahead, persisted=True), nullable=False
    )
    op.add_column("sales", column)
    op.create_index("ix_sales_clock_suspect", "sales", ["occurred_at", "id"], postgresql_where=sa.text("clock_suspect"))
    op.execute("""
        UPDATE customer_totals t SET first_purchase_at = s.first_at, last_purchase_at = s.last_at
        FROM (
            SELECT customer_id, currency,
                min(occurred_at) FILTER (WHERE purchase AND NOT clock_suspect) AS first_at,
                max(occurred_at) FILTER (WHERE purchase AND NOT clock_suspect) AS last_at
            FROM sales WHERE voided_at IS NULL AND customer_id IN (SELECT customer_id FROM sales WHERE clock_suspect)
            GROUP BY customer_id, currency
        ) s WHERE s.customer_id = t.customer_id AND s.currency = t.currency
    """)


def _stripped(column: str) -> str:
    return f"normalize(btrim({column}, U&'{_AROUND}'), NFC)"


def _strip(table: str, columns: tuple[str, ...]) -> None:
    changed = ", ".join(f"{column} = coalesce(nullif({_stripped(column)}, ''), {column})" for column in columns)
    padded = " OR ".join(f"{column} <> {_stripped(column)}" for column in columns)
    op.execute(f"UPDATE {table} SET {changed} WHERE {padded}")


def _strip_key(table: str, key: tuple[str, str]) -> None:
    """Of rows that would have one key, the oldest gets it."""
    stripped = [_stripped(column) for column in key]
    op.execute(f"""
        UPDATE {table} t SET {key[0]} = p.a, {key[1]} = p.b FROM (
            SELECT ctid, {stripped[0]} AS a, {stripped[1]} AS b,
                row_number() OVER (PARTITION BY {stripped[0]}, {stripped[1]} ORDER BY {key[0]}, {key[1]}) AS n
            FROM {table} WHERE {key[0]} <> {stripped[0]} OR {key[1]} <> {stripped[1]}
        ) p
        WHERE t.ctid = p.ctid AND p.n = 1 AND p.a <> '' AND p.b <> ''
            AND NOT EXISTS (SELECT FROM {table} o WHERE o.{key[0]} = p.a AND o.{key[1]} = p.b)
    """)


def _strip_receipt(table: str, receipt: tuple[str, str]) -> None:
    """Unless a receipt has kept the padded key. Returns that find their sale only now are settled by a job."""
    stripped = [_stripped(column) for column in receipt]
    changed = f"""
        UPDATE {table} t SET {receipt[0]} = {stripped[0]}, {receipt[1]} = {stripped[1]}
        WHERE ({receipt[0]} <> {stripped[0]} OR {receipt[1]} <> {stripped[1]}) AND {stripped[0]} <> ''
            AND {stripped[1]} <> ''
            AND NOT EXISTS (SELECT FROM sales s WHERE (s.source, s.receipt_no) = (t.{receipt[0]}, t.{receipt[1]}))
    """
    if table == "sale_lines":
        changed = f"""
            WITH changed AS ({changed} RETURNING t.sale_id)
            INSERT INTO jobs (kind, key, due_at) SELECT DISTINCT 'awaited_sale', sale_id::text, now() FROM changed
            ON CONFLICT (kind, key) DO NOTHING
        """
    op.execute(changed)


def _strip_referenced(table: str, code: str) -> None:
    """Strip codes with what refers to them; one that exists without the padding takes the references over."""
    bind = op.get_bind()
    if not bind.scalar(sa.text(f"SELECT EXISTS (SELECT FROM {table} WHERE {code} <> {_stripped(code)})")):
        return
    references = bind.execute(
        sa.text("""
            SELECT c.conrelid::regclass::text AS source, c.conname AS name, a.attname AS column,
                pg_get_constraintdef(c.oid) AS definition
            FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.confrelid = CAST(:referenced AS regclass)
        """),
        {"referenced": table},
    ).all()
    for source, name, _, _ in references:
        op.execute(f"ALTER TABLE {source} DROP CONSTRAINT {name}")
    op.execute(f"""
        UPDATE {table} t SET {code} = p.code FROM (
            SELECT ctid, {_stripped(code)} AS code, row_number() OVER (PARTITION BY {_stripped(code)} ORDER BY id) AS n
            FROM {table} WHERE {code} <> {_stripped(code)}
        ) p
        WHERE t.ctid = p.ctid AND p.n = 1 AND p.code <> '' AND NOT EXISTS (SELECT FROM {table} o WHERE o.{code} = p.code)
    """)
    for source, name, column, definition in references:
        _strip(source, (column,))
        op.execute(f"ALTER TABLE {source} ADD CONSTRAINT {name} {definition}")
