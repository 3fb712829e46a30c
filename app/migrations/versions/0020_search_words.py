"""Customers are found by parts of words, ends of numbers, addresses and tags; owners and the like in any case.

The words of all customers are made anew, by the rules of the version that migrates: they are nothing but what those rules
make of the customer. They are written in chunks, so that no statement is long. Customers can be read and created
meanwhile.
"""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0020"
down_revision = "0017"

_CHUNK = 2_000
_OWNERS = {
    "customers": ("ix_customers_owner_created_at_id", "ix_customers_owner", "created_at, id", "owner IS NOT NULL"),
    "complaints": ("ix_complaints_owner_received_at_id", "ix_complaints_owner", "received_at, id", "owner IS NOT NULL"),
    "complaint_actions": (
        "ix_complaint_actions_owner",
        "ix_complaint_actions_owner",
        "coalesce(due_on, 'infinity'::date), id",
        "owner IS NOT NULL",
    ),
    "tasks": (
        "ix_tasks_owner",
        "ix_tasks_owner",
        "coalesce(due_at, 'infinity'::timestamptz), id",
        "owner IS NOT NULL",
    ),
}
"""Old and new index of each table, what it is ordered by, and of which rows."""
_NUMBERS = "('phone', 'whatsapp')"
_CUSTOMERS = f"""
    SELECT c.id, c.tags, ARRAY[c.display_name, c.given_name, c.family_name, c.preferred_name, c.pronunciation] AS names,
        ARRAY(SELECT p.normalized FROM contact_points p WHERE p.customer_id = c.id AND p.kind IN {_NUMBERS}
              ORDER BY p.position) AS numbers,
        ARRAY(SELECT p.normalized FROM contact_points p WHERE p.customer_id = c.id AND p.kind NOT IN {_NUMBERS}
              ORDER BY p.position) AS addresses,
        ARRAY(SELECT i.external_id FROM identities i WHERE i.customer_id = c.id ORDER BY i.id) AS identities,
        ARRAY(SELECT x.place FROM addresses a CROSS JOIN LATERAL (VALUES (a.postal_code), (a.city)) x (place)
              WHERE a.customer_id = c.id ORDER BY a.position) AS places
    FROM customers c WHERE c.id > :after ORDER BY c.id LIMIT {_CHUNK}
"""
_WRITE = """
    UPDATE customers c SET words = ARRAY(SELECT jsonb_array_elements_text(w.words))
    FROM jsonb_to_recordset(CAST(:words AS jsonb)) AS w (id uuid, words jsonb) WHERE c.id = w.id
"""
_ADD = """
    INSERT INTO search_words (word, fuzzy)
    SELECT w.word, w.fuzzy FROM jsonb_to_recordset(CAST(:words AS jsonb)) AS w (word text, fuzzy bool)
    ON CONFLICT (word) DO UPDATE SET fuzzy = excluded.fuzzy WHERE search_words.fuzzy <> excluded.fuzzy
"""


def upgrade() -> None:
    _make_words()
    op.execute("DROP INDEX ix_customers_tags")
    for table, (old, new, order, condition) in _OWNERS.items():
        op.execute(f"DROP INDEX {old}")
        op.execute(f"CREATE INDEX {new} ON {table} (lower(owner), {order}) WHERE {condition}")
    op.execute("DROP INDEX ix_tasks_owner_open")
    op.execute(
        "CREATE INDEX ix_tasks_owner_open ON tasks (lower(owner), coalesce(due_at, 'infinity'::timestamptz), id) "
        "WHERE owner IS NOT NULL AND status = 'open'"
    )
    op.execute("DROP INDEX ix_customers_acquisition_source_created_at_id")
    op.execute(
        "CREATE INDEX ix_customers_acquisition_source ON customers (lower(acquisition_source), created_at, id) "
        "WHERE acquisition_source IS NOT NULL"
    )
    op.execute("CREATE INDEX ix_addresses_postal_code ON addresses (lower(replace(postal_code, ' ', '')), customer_id)")


def _make_words() -> None:
    connection = op.get_bind()
    after = UUID(int=0)
    while rows := connection.execute(sa.text(_CUSTOMERS), {"after": after}).mappings().all():
        words = {str(row["id"]): sorted(search.customer_words(_sought(dict(row)))) for row in rows}
        written = [{"id": customer_id, "words": found} for customer_id, found in words.items()]
        connection.execute(sa.text(_WRITE), {"words": json.dumps(written)})
        distinct = sorted({word for found in words.values() for word in found})
        added = [{"word": word, "fuzzy": search.allows_similarity(word)} for word in distinct]
        connection.execute(sa.text(_ADD), {"words": json.dumps(added)})
        after = rows[-1]["id"]


def _sought(row: dict[str, Any]) -> search.Sought:
    return search.Sought(
        names=_distinct(row["names"]),
        numbers=row["numbers"],
        addresses=[address.lstrip("+") for address in row["addresses"]],
        identities=row["identities"],
        places=_distinct(row["places"]),
        tags=row["tags"],
    )


def _distinct(texts: Sequence[str | None]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
