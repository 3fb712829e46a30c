"""Customers are found by what their words begin with, however many others have words that begin so too.

Words have a word of their first three and of their first four letters, numbers of their first digits, up to six, and
words with digits one of the letters before these. Two letters of a script without blanks have one that parts of longer
words have not. No word is made anew: those that are new are added to those that are there. The sets of words, which
know nothing of them, are made again.
"""

import json
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from app.rules.customers import search

revision = "0047"
down_revision = "0046"

_CHUNK = 5_000
_CUSTOMERS = f"""
    SELECT c.id, c.words, ARRAY[c.display_name, c.given_name, c.family_name] || ARRAY(
        SELECT a.city FROM addresses a WHERE a.customer_id = c.id
    ) AS texts
    FROM customers c WHERE c.id > :after ORDER BY c.id LIMIT {_CHUNK}
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
        added = {str(row["id"]): words for row in rows if (words := _new(row["words"], row["texts"]))}
        written = [{"id": customer_id, "words": words} for customer_id, words in added.items()]
        connection.execute(sa.text(_WRITE), {"rows": json.dumps(written)})
        distinct = sorted({word for words in added.values() for word in words})
        new = [{"word": word, "fuzzy": search.allows_similarity(word)} for word in distinct]
        connection.execute(sa.text(_ADD), {"words": json.dumps(new)})
        after = rows[-1]["id"]
    op.execute("DELETE FROM word_sets")
    op.execute("DELETE FROM word_blocks")
    op.execute("DROP INDEX ix_search_words_plain")
    op.execute("CREATE INDEX ix_search_words_lettered ON search_words (word) WHERE fuzzy AND word !~ '[[:punct:]]'")


def _new(known: list[str], texts: list[str | None]) -> list[str]:
    """The words that a customer does not have yet."""
    found = [*search.lettered_beginnings(known), *(word for text in texts if text for word in search.whole_words(text))]
    new = dict.fromkeys(word for word in (*found, *search.beginnings([*known, *found])) if word not in known)
    return list(new)[: max(search.MOST_WORDS - len(known), 0)]
