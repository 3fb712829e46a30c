"""Names of two words in a script without blanks are found in both orders: the family name may be written first.

No word is made anew: those that are new are added to those that are there.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0036"
down_revision = "0035"

_CHUNK = 5_000
_NAMES = ("display_name", "given_name", "family_name", "preferred_name", "pronunciation")
# Customers without such letters are not read. Some of these blocks have others as well.
_BLOCKS = r"\u0e00-\u1fff\u3000-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
_CUSTOMERS = f"""
    SELECT c.id, c.words, {", ".join(_NAMES)} FROM customers c
    WHERE c.id > :after AND array_to_string(c.words, ' ') ~ '[{_BLOCKS}]' ORDER BY c.id LIMIT {_CHUNK}
"""
_WRITE = """
    UPDATE customers c SET words = c.words || ARRAY(SELECT jsonb_array_elements_text(w.words))
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS w (id uuid, words jsonb) WHERE c.id = w.id
"""
_ADD = """
    INSERT INTO search_words (word, fuzzy)
    SELECT w.word, w.fuzzy FROM jsonb_to_recordset(CAST(:words AS jsonb)) AS w (word text, fuzzy boolean)
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    connection = op.get_bind()
    after = UUID(int=0)
    while rows := connection.execute(sa.text(_CUSTOMERS), {"after": after}).mappings().all():
        added = {str(row["id"]): words for row in rows if (words := _new_words(row))}
        written = [{"id": customer_id, "words": words} for customer_id, words in added.items()]
        connection.execute(sa.text(_WRITE), {"rows": json.dumps(written)})
        distinct = sorted({word for words in added.values() for word in words})
        findable = [{"word": word, "fuzzy": search.allows_similarity(word)} for word in distinct]
        connection.execute(sa.text(_ADD), {"words": json.dumps(findable)})
        after = rows[-1]["id"]


def _new_words(row: sa.RowMapping) -> list[str]:
    """The words of the names of a customer that are not there yet."""
    named = search.customer_words(search.Sought([row[name] for name in _NAMES if row[name]]))
    new = sorted(named.difference(row["words"]))
    return new[: max(search.MOST_WORDS - len(row["words"]), 0)]
