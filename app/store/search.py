"""Finding customers by words, with typing errors forgiven: cost follows the number of different words, not of rows.

Every word somebody is found by stands once in `search_words`. A term is first looked up there; what it may have meant
is then matched against the words of each customer by one GIN index.
"""

from collections.abc import Iterable
from functools import cache

from app.core.context import Context
from app.rules import search

# So many customers are weighed against each other at most; a page is cut from the best of them.
CANDIDATES = 400
_VARIANTS = 24


async def learn(ctx: Context, words: Iterable[str]) -> None:
    """Make words findable. Sorted, so that two writers never wait for each other in a circle."""
    ordered = sorted(set(words))
    await ctx.db.execute(
        "INSERT INTO search_words (word, fuzzy) "
        "SELECT w.word, w.fuzzy FROM unnest($1::text[], $2::bool[]) AS w(word, fuzzy) "
        "WHERE NOT EXISTS (SELECT FROM search_words s WHERE s.word = w.word) ON CONFLICT DO NOTHING",
        ordered,
        [search.has_likeness(word) for word in ordered],
    )


@cache
def matching(terms: int, first: int) -> str:
    """FROM-expression (id, score) of the customers that have every one of `terms` words, best first.

    The words are parameters from number `first` on; a score lies between 0 and 1.
    """
    numbers = range(first, first + terms)
    variants = ", ".join(_variants(n) for n in numbers)
    meant = ", ".join(f"(SELECT array_agg(word) FROM v{n}) AS w{n}" for n in numbers)
    every = " AND ".join(f"c.words && meant.w{n}" for n in numbers)
    exact = ", ".join(f"${n}::text" for n in numbers)
    score = " + ".join(f"(SELECT max(score) FROM v{n} WHERE word = ANY (c.words))" for n in numbers)
    return f"""(
        WITH {variants}, meant AS MATERIALIZED (SELECT {meant}),
        found AS (
            (SELECT c.id, c.words FROM customers c WHERE c.words @> ARRAY[{exact}] LIMIT {CANDIDATES})
            UNION
            (SELECT c.id, c.words FROM meant, customers c WHERE {every} LIMIT {CANDIDATES})
        )
        SELECT c.id, ({score}) / {terms} AS score FROM found c
    )"""


def _variants(n: int) -> str:
    """What the n-th term may have meant, and how sure that is.

    Itself, a word that begins with it, or one that is a single mistake away (Damerau 1964: a letter wrong, missing, too
    many, or two swapped), each looked for as it is, which costs the same however many words there are. Only when there
    is none of these, words that look like it (trigrams). Of an e-mail address, what stands before the @ may be
    mistaken: whole addresses all look alike.
    """
    term, name = f"${n}::text", f"split_part(${n}::text, '@', 1)"
    alphabet = f"CASE WHEN {name} ~ '^[0-9]+$' THEN '0123456789' ELSE 'abcdefghijklmnopqrstuvwxyz0123456789' END"
    letters = f"regexp_split_to_table({alphabet}, '')"
    return f"""
        k{n} AS MATERIALIZED (
            (SELECT word, 1.0 AS score FROM search_words WHERE word = {term})
            UNION ALL
            (SELECT word, 0.9 FROM search_words
             WHERE word > {term} AND word < {term} || U&'\\+10FFFF' ORDER BY word LIMIT {_VARIANTS})
        ),
        n{n} AS MATERIALIZED (
            SELECT DISTINCT s.word, 0.8 FROM (
                SELECT left({name}, i) || a || substr({name}, i + 1) AS word
                FROM generate_series(0, length({name})) i, {letters} a
                UNION ALL
                SELECT left({name}, i - 1) || a || substr({name}, i + 1)
                FROM generate_series(1, length({name})) i, {letters} a
                UNION ALL
                SELECT left({name}, i - 1) || substr({name}, i + 1) FROM generate_series(1, length({name})) i
                UNION ALL
                SELECT left({name}, i - 1) || substr({name}, i + 1, 1) || substr({name}, i, 1) || substr({name}, i + 2)
                FROM generate_series(1, length({name}) - 1) i
            ) mistaken JOIN search_words s ON s.word = mistaken.word COLLATE "C"
            WHERE length({name}) > 2
        ),
        l{n} AS MATERIALIZED (
            SELECT word, 0.7 * similarity(word, {name}) FROM search_words
            WHERE fuzzy AND word % {name} AND NOT EXISTS (SELECT FROM k{n}) AND NOT EXISTS (SELECT FROM n{n})
            ORDER BY similarity(word, {name}) DESC LIMIT {_VARIANTS}
        ),
        v{n} AS MATERIALIZED (SELECT * FROM k{n} UNION ALL SELECT * FROM n{n} UNION ALL SELECT * FROM l{n})"""
