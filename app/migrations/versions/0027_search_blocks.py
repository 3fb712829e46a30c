"""Customers are numbered as they were created, and are also found by filters and first letters, block by block.

No word is made anew: those that are new are added to those that are there. Customers cannot be read meanwhile.
"""

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0027"
down_revision = "0026"

_CHUNK = 5_000
_CUSTOMERS = f"""
    SELECT c.id, c.created_at, c.words, c.roles AS role, ARRAY[c.kind] AS kind, ARRAY[c.trade] AS trade,
        array_remove(ARRAY[c.owner], NULL) AS owner,
        array_remove(ARRAY[c.acquisition_source], NULL) AS acquisition_source,
        ARRAY(SELECT a.country FROM addresses a WHERE a.customer_id = c.id AND a.country IS NOT NULL) AS country,
        ARRAY(SELECT a.postal_code FROM addresses a WHERE a.customer_id = c.id AND a.postal_code IS NOT NULL)
            AS postal_code,
        ARRAY(SELECT i.system FROM identities i WHERE i.customer_id = c.id) AS system
    FROM customers c WHERE (c.created_at, c.id) > (:created_at, :id) ORDER BY c.created_at, c.id LIMIT {_CHUNK}
"""
_FIRST = _CUSTOMERS.replace("(:created_at, :id)", "('-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000')")
_WRITE = """
    UPDATE customers c SET number = w.number, words = c.words || ARRAY(SELECT jsonb_array_elements_text(w.words))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, number bigint, words jsonb) WHERE c.id = w.id
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
    op.execute("ALTER TABLE customers ADD COLUMN number bigint")
    last = _number()
    op.execute("ALTER TABLE customers ALTER COLUMN number SET NOT NULL")
    op.execute("ALTER TABLE customers ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY")
    op.execute(f"ALTER TABLE customers ALTER COLUMN number RESTART WITH {last + 1}")
    op.execute("SET LOCAL maintenance_work_mem = '256MB'")
    op.execute(f"CREATE INDEX ix_customers_words ON customers USING gin (words, ({_BLOCKS}))")
    op.execute("CREATE INDEX ix_search_words_plain ON search_words (word) WHERE fuzzy")


def _number() -> int:
    """Number all customers and add their words; the last number."""
    connection = op.get_bind()
    number = 0
    distinct: set[str] = set()
    rows = connection.execute(sa.text(_FIRST)).mappings().all()
    while rows:
        written = []
        for row in rows:
            number += 1
            words = _added(row)
            distinct.update(words)
            written.append({"id": str(row["id"]), "number": number, "words": words})
        connection.execute(sa.text(_WRITE), {"rows": json.dumps(written)})
        after = {"created_at": rows[-1]["created_at"], "id": rows[-1]["id"]}
        rows = connection.execute(sa.text(_CUSTOMERS), after).mappings().all()
    connection.execute(sa.text(_ADD), {"words": json.dumps(sorted(distinct))})
    return number


def _added(row: Mapping[Any, Any]) -> list[str]:
    known = row["words"]
    fields = {search.field_word(name, value) for name in search.FILTERS for value in row[name]}
    parts = sorted(set(search.beginnings(known)) - set(known))
    return [*sorted(fields - set(known)), *parts[: max(search.MOST_WORDS - len(known) - len(fields), 0)]]
