"""Customers are found by the last five and six digits of their numbers without a look at all with the same last four.

Blocks come first in the index: GIN goes through the keys in their order, and read what lies outside of a window if none
of its customers had all words.

No word is made anew: those that are new are added to those that are there. Customers cannot be read meanwhile.
"""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0028"
down_revision = "0027"

_CHUNK = 5_000
_CUSTOMERS = f"""
    SELECT c.id, c.words,
        ARRAY(SELECT p.normalized FROM contact_points p WHERE p.customer_id = c.id AND p.kind = 'phone') AS numbers,
        ARRAY(SELECT i.external_id FROM identities i WHERE i.customer_id = c.id) AS identities
    FROM customers c WHERE c.id > :after ORDER BY c.id LIMIT {_CHUNK}
"""
_WRITE = """
    UPDATE customers c SET words = c.words || ARRAY(SELECT jsonb_array_elements_text(w.words))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, words jsonb) WHERE c.id = w.id
"""
_ADD = """
    INSERT INTO search_words (word, fuzzy) SELECT jsonb_array_elements_text(CAST(:words AS jsonb)), false
    ON CONFLICT DO NOTHING
"""
_BLOCKS = (
    "ARRAY[(number >> 9) * 8 + 0, (number >> 12) * 8 + 1, (number >> 15) * 8 + 2, (number >> 18) * 8 + 3, "
    "(number >> 21) * 8 + 4]"
)


def upgrade() -> None:
    op.execute("DROP INDEX ix_customers_words")
    _add_words()
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.execute(f"CREATE INDEX ix_customers_words ON customers USING gin (({_BLOCKS}), words)")


def _add_words() -> None:
    connection = op.get_bind()
    after = UUID(int=0)
    while rows := connection.execute(sa.text(_CUSTOMERS), {"after": after}).mappings().all():
        added = {str(row["id"]): words for row in rows if (words := _ends(row))}
        written = [{"id": customer_id, "words": words} for customer_id, words in added.items()]
        connection.execute(sa.text(_WRITE), {"rows": json.dumps(written)})
        distinct = sorted({word for words in added.values() for word in words})
        connection.execute(sa.text(_ADD), {"words": json.dumps(distinct)})
        after = rows[-1]["id"]


def _ends(row: Mapping[Any, Any]) -> list[str]:
    """The words of the ends of numbers that a customer does not have yet."""
    sought = search.Sought([], numbers=row["numbers"], identities=row["identities"])
    ends = {word for word in search.customer_words(sought) if word[0] in search.PHONE_TAIL + search.IDENTITY_TAIL}
    return sorted(ends - set(row["words"]))[: max(search.MOST_WORDS - len(row["words"]), 0)]
