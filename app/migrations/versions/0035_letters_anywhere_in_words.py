"""Customers are found by one letter of a script without blanks wherever it stands in a word, not only at the beginning.

No word is made anew: those that are new are added to those that are there.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0035"
down_revision = "0034"

_CHUNK = 5_000
# Customers without such letters are not read. Some of these blocks have others as well.
_BLOCKS = r"\u0e00-\u1fff\u3000-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_CUSTOMERS = f"""
    SELECT c.id, c.words FROM customers c
    WHERE c.id > :after AND array_to_string(c.words, ' ') ~ '[{_BLOCKS}]' ORDER BY c.id LIMIT {_CHUNK}
"""
_WRITE = """
    UPDATE customers c SET words = c.words || ARRAY(SELECT jsonb_array_elements_text(w.words))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, words jsonb) WHERE c.id = w.id
"""
_ADD = """
    INSERT INTO search_words (word, fuzzy) SELECT jsonb_array_elements_text(CAST(:words AS jsonb)), false
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    connection = op.get_bind()
    after = UUID(int=0)
    while rows := connection.execute(sa.text(_CUSTOMERS), {"after": after}).mappings().all():
        added = {str(row["id"]): words for row in rows if (words := _letters(row["words"]))}
        written = [{"id": customer_id, "words": words} for customer_id, words in added.items()]
        connection.execute(sa.text(_WRITE), {"rows": json.dumps(written)})
        distinct = sorted({word for words in added.values() for word in words})
        connection.execute(sa.text(_ADD), {"words": json.dumps(distinct)})
        after = rows[-1]["id"]


def _letters(known: list[str]) -> list[str]:
    """The words of letters that a customer does not have yet."""
    new = [word for word in search.letters(known) if word not in known]
    return new[: max(search.MOST_WORDS - len(known), 0)]
