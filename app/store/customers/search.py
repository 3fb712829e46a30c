"""Finding customers by words, tolerating typing errors, at a cost that depends on distinct words and not on rows.

The table `search_words` has every word of every customer once. A term is first looked up there; the words that it may
mean are then matched against the words of each customer by one GIN index. These are two statements because the database
plans each of them once, while it planned a statement of both anew for each search, and badly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.core.context import Context
from app.rules.customers import search

# The most customers that are scored for one search.
CANDIDATES = 400
_VARIANTS = 24


async def add_words(ctx: Context, words: Iterable[str]) -> None:
    """Make words findable. Inserted in order: consistent lock order, so no deadlocks."""
    ordered = sorted(set(words))
    await ctx.db.execute(
        "INSERT INTO search_words (word, fuzzy) "
        "SELECT w.word, w.fuzzy FROM unnest($1::text[], $2::bool[]) AS w(word, fuzzy) "
        "WHERE NOT EXISTS (SELECT FROM search_words s WHERE s.word = w.word) ON CONFLICT DO NOTHING",
        ordered,
        [search.allows_similarity(word) for word in ordered],
    )


@dataclass(frozen=True, slots=True)
class TermMatch:
    """The stored words that a term may mean, each with a score above 0 and up to 1."""

    term: str
    scores: dict[str, float] = field(default_factory=dict)

    def arguments(self) -> tuple[str, list[str], list[float]]:
        return self.term, list(self.scores), list(self.scores.values())


async def match_terms(ctx: Context, terms: Sequence[str]) -> list[TermMatch]:
    """Per term: the same word, words that begin with it, words that are one typing error away, else similar words.

    Typing errors are looked up as exact words, at a cost that does not depend on the number of words. Similarity
    (trigrams) costs more and is only used for terms without other matches.
    """
    variants = [search.misspellings(term) for term in terms]
    rows = await ctx.db.fetch(_EXACT_AND_PREFIX, sorted(set(terms).union(*variants)), terms)
    exact = {word for number, word in rows if not number}
    matches = [TermMatch(term, {term: 1.0} if term in exact else {}) for term in terms]
    for number, word in rows:
        if number:
            matches[number - 1].scores[word] = 0.9
    for match, misspellings in zip(matches, variants, strict=True):
        for word in misspellings & exact:
            match.scores.setdefault(word, 0.8)
    unmatched = [match for match in matches if not match.scores]
    if unmatched:
        for number, word, score in await ctx.db.fetch(_SIMILAR, [m.term.partition("@")[0] for m in unmatched]):
            unmatched[number - 1].scores[word] = score
    return matches


# Number 0 is an exact word; other numbers are those of the term that the word begins with.
_EXACT_AND_PREFIX = f"""
    SELECT 0, word FROM search_words WHERE word = ANY ($1::text[])
    UNION ALL
    SELECT t.number::int, w.word FROM unnest($2::text[]) WITH ORDINALITY t(term, number)
    CROSS JOIN LATERAL (
        SELECT s.word FROM search_words s
        WHERE s.word > t.term COLLATE "C" AND s.word < (t.term || U&'\\+10FFFF') COLLATE "C"
        ORDER BY s.word LIMIT {_VARIANTS}
    ) w"""
_SIMILAR = f"""
    SELECT t.number::int, w.word, w.score FROM unnest($1::text[]) WITH ORDINALITY t(name, number)
    CROSS JOIN LATERAL (
        SELECT s.word, 0.7 * similarity(s.word, t.name) AS score FROM search_words s
        WHERE s.fuzzy AND s.word % t.name ORDER BY similarity(s.word, t.name) DESC, s.word LIMIT {_VARIANTS}
    ) w"""


def matching(terms: int) -> str:
    """FROM-expression (id, score) of the customers that match all of this number of terms.

    Its first parameters are the `TermMatch.arguments` of each term; a score lies between 0 and 1.
    """
    # The SELECT hides the words from the planner, which then keeps one plan.
    parameters = [(f"${n}::text", f"(SELECT ${n + 1}::text[])", f"${n + 2}::float8[]") for n in range(1, 3 * terms, 3)]
    exact = ", ".join(term for term, _, _ in parameters)
    every = " AND ".join(f"c.words && {words}" for _, words, _ in parameters)
    score = " + ".join(
        f"(SELECT max(m.score) FROM unnest({words}, {scores}) m(word, score) WHERE m.word = ANY (f.words))"
        for _, words, scores in parameters
    )
    return f"""(
        WITH candidates AS (
            (SELECT c.id, c.words FROM customers c WHERE c.words @> (SELECT ARRAY[{exact}]) LIMIT {CANDIDATES})
            UNION
            (SELECT c.id, c.words FROM customers c WHERE {every} LIMIT {CANDIDATES})
        )
        SELECT f.id, ({score}) / {terms} AS score FROM candidates f
    )"""


def parameter_count(terms: int) -> int:
    return 3 * terms
