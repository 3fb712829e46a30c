"""Finding customers by words, with typing errors forgiven: cost follows the number of different words, not of rows.

Every word somebody is found by stands once in `search_words`. A term is first looked up there, exactly, by its start
and by likeness (trigrams); what it may have meant is then matched against the words of each customer by one GIN index.
"""

from collections.abc import Iterable
from functools import cache

from app.core.context import Context

# So many customers are weighed against each other at most; a page is cut from the best of them.
CANDIDATES = 400
_VARIANTS = 24


async def learn(ctx: Context, fuzzy: Iterable[str], whole: Iterable[str]) -> None:
    """Make words findable. Sorted, so that two writers never wait for each other in a circle."""
    known = dict.fromkeys(whole, False) | dict.fromkeys(fuzzy, True)
    ordered = sorted(known)
    await ctx.db.execute(
        "INSERT INTO search_words (word, fuzzy) "
        "SELECT w.word, w.fuzzy FROM unnest($1::text[], $2::bool[]) AS w(word, fuzzy) "
        "WHERE NOT EXISTS (SELECT FROM search_words s WHERE s.word = w.word) ON CONFLICT DO NOTHING",
        ordered,
        [known[word] for word in ordered],
    )


@cache
def matching(terms: int, first: int) -> str:
    """FROM-expression (id, score) of the customers that have every one of `terms` words, best first.

    The words are parameters from number `first` on; a score lies between 0 and 1.
    """
    numbers = range(first, first + terms)
    variants = ", ".join(f"v{n} AS MATERIALIZED ({_variants(n)})" for n in numbers)
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
    """What the term may have meant, and how sure that is: itself, words that begin with it, words that look like it.

    Of an e-mail address, what stands before the @ may be meant: whole addresses all look alike.
    """
    term, name = f"${n}::text", f"split_part(${n}::text, '@', 1)"
    return f"""
        SELECT word, max(score) AS score FROM (
            (SELECT {term} AS word, 1.0 AS score)
            UNION ALL
            (SELECT word, 0.9 FROM search_words
             WHERE word > {term} AND word < {term} || U&'\\+10FFFF' ORDER BY word LIMIT {_VARIANTS})
            UNION ALL
            (SELECT word, 0.8 * similarity(word, {name}) FROM search_words
             WHERE fuzzy AND word % {name} ORDER BY similarity(word, {name}) DESC LIMIT {_VARIANTS})
        ) variants GROUP BY word"""
