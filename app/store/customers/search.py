"""Finding customers by words, with typing errors forgiven: cost follows the number of different words, not of rows.

Every word somebody is found by stands once in `search_words`. A term is first looked up there; what it may have meant
is then matched against the words of each customer by one GIN index. Two plain statements: the database plans each of
them once, where one statement of both was planned anew for each search, and planned badly.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.core.context import Context
from app.rules.customers import search

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
        [search.allows_similarity(word) for word in ordered],
    )


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term may have meant: words that somebody has, each with how sure that is, above 0 and up to 1."""

    term: str
    scores: dict[str, float] = field(default_factory=dict)

    def arguments(self) -> tuple[str, list[str], list[float]]:
        return self.term, list(self.scores), list(self.scores.values())


async def meanings(ctx: Context, terms: Sequence[str]) -> list[Meaning]:
    """Itself, a word that begins with it, or one that is a single mistake away; else words that look like it.

    Each form is looked for as it is, which costs the same however many words there are. Likeness (trigrams) costs more
    and is the last resort, when there is none of these.
    """
    forms = [search.misspellings(term) for term in terms]
    known = await ctx.db.fetch(_KNOWN, sorted(set(terms).union(*forms)), terms)
    spelled = {word for number, word in known if not number}
    found = [Meaning(term, {term: 1.0} if term in spelled else {}) for term in terms]
    for number, word in known:
        if number:
            found[number - 1].scores[word] = 0.9
    for meaning, mistaken in zip(found, forms, strict=True):
        for word in mistaken & spelled:
            meaning.scores.setdefault(word, 0.8)
    unknown = [meaning for meaning in found if not meaning.scores]
    if unknown:
        for number, word, score in await ctx.db.fetch(_ALIKE, [m.term.partition("@")[0] for m in unknown]):
            unknown[number - 1].scores[word] = score
    return found


_KNOWN = f"""
    SELECT 0, word FROM search_words WHERE word = ANY ($1::text[])
    UNION ALL
    SELECT t.number::int, w.word FROM unnest($2::text[]) WITH ORDINALITY t(term, number)
    CROSS JOIN LATERAL (
        SELECT s.word FROM search_words s
        WHERE s.word > t.term COLLATE "C" AND s.word < (t.term || U&'\\+10FFFF') COLLATE "C"
        ORDER BY s.word LIMIT {_VARIANTS}
    ) w"""
_ALIKE = f"""
    SELECT t.number::int, w.word, w.score FROM unnest($1::text[]) WITH ORDINALITY t(name, number)
    CROSS JOIN LATERAL (
        SELECT s.word, 0.7 * similarity(s.word, t.name) AS score FROM search_words s
        WHERE s.fuzzy AND s.word % t.name ORDER BY similarity(s.word, t.name) DESC, s.word LIMIT {_VARIANTS}
    ) w"""


def matching(terms: int) -> str:
    """FROM-expression (id, score) of the customers that have every one of so many terms, best first.

    Its first parameters are the `Meaning.arguments` of each term; a score lies between 0 and 1.
    """
    # Behind a SELECT the planner does not weigh the words themselves, and so keeps the plan it made.
    meant = [(f"${n}::text", f"(SELECT ${n + 1}::text[])", f"${n + 2}::float8[]") for n in range(1, 3 * terms, 3)]
    exact = ", ".join(term for term, _, _ in meant)
    every = " AND ".join(f"c.words && {words}" for _, words, _ in meant)
    score = " + ".join(
        f"(SELECT max(m.score) FROM unnest({words}, {scores}) m(word, score) WHERE m.word = ANY (f.words))"
        for _, words, scores in meant
    )
    return f"""(
        WITH found AS (
            (SELECT c.id, c.words FROM customers c WHERE c.words @> (SELECT ARRAY[{exact}]) LIMIT {CANDIDATES})
            UNION
            (SELECT c.id, c.words FROM customers c WHERE {every} LIMIT {CANDIDATES})
        )
        SELECT f.id, ({score}) / {terms} AS score FROM found f
    )"""


def parameters(terms: int) -> int:
    return 3 * terms
