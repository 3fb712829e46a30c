"""Finding customers by words, tolerating typing errors, at a cost that depends on distinct words and not on rows.

The table `search_words` has every word of every customer once. A term is first looked up there; the words that it may
mean are then matched against the words of each customer by one GIN index. These are two statements because the database
plans each of them once, while it planned a statement of both anew for each search, and badly.

Most terms mean any of some words. A term may also be a part of a word: of one in a script without blanks, or the end of
a number. It is then found by several words that must all be there, or by its last digits, and has to be proven by a
pattern that a word of the customer is like.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from app.core.context import Context
from app.rules.customers import search
from app.rules.customers.search_terms import PART, PREFIX, SIMILAR, SPLIT, TYPO, Term

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


@dataclass(slots=True)
class TermMatch:
    """The stored words that a term may mean, each with a score above 0 and up to 1."""

    term: Term
    scores: dict[str, float] = field(default_factory=dict)
    all_of: list[str] = field(default_factory=list)
    """Words that mean the term together, if `proof` is there too."""
    all_score: float = 0
    proven: set[str] = field(default_factory=set)
    """Those of the scored words that need the proof."""
    proof: list[str] = field(default_factory=list)

    @property
    def found(self) -> bool:
        return bool(self.scores or self.all_of)

    def arguments(self) -> list[Any]:
        """Three for a term that means any of some words, four more for others."""
        best = max(self.scores, key=lambda word: (self.scores[word], word == self.term.word), default=None)
        exact = [best] if best is not None and self.scores[best] >= self.all_score else self.all_of
        arguments = [exact, list(self.scores), list(self.scores.values())]
        if self.all_of:
            checked = [word in self.proven for word in self.scores]
            arguments += [checked, self.all_of, self.all_score, self.proof or ["%"]]
        return arguments


async def match_terms(ctx: Context, terms: Sequence[Term]) -> list[TermMatch]:
    """Per term: the same word in any spelling, words that begin with it, words that it is a part of, words that are one
    typing error away, else similar words.

    Typing errors are looked up as exact words, at a cost that does not depend on the number of words. Similarity
    (trigrams) costs more and is only used for terms without other matches.
    """
    variants = [term.misspellings for term in terms]
    splits = [term.splits for term in terms]
    asked = {word for term in terms for word in (*term.exact, *term.tails, *term.grams)}
    asked.update(*variants, *chain.from_iterable(splits))
    begins = [(n, begin) for n, term in enumerate(terms) for begin in term.begins]
    rows = await ctx.db.fetch(_EXACT_AND_PREFIX, sorted(asked), [begin for _, begin in begins])
    exact = {word for number, word in rows if not number}
    matches = [TermMatch(t, {word: score for word, score in t.exact.items() if word in exact}) for t in terms]
    for number, word in rows:
        if number:
            matches[begins[number - 1][0]].scores.setdefault(word, PREFIX)
    for match, parts, misspellings in zip(matches, splits, variants, strict=True):
        _match_parts(match, parts, exact)
        for word in misspellings & exact:
            match.scores.setdefault(word, TYPO)
    unmatched = [match for match in matches if not match.found and not match.term.digits]
    if unmatched:
        for number, word, score in await ctx.db.fetch(_SIMILAR, [m.term.word.partition("@")[0] for m in unmatched]):
            unmatched[number - 1].scores[word] = score
    return matches


def _match_parts(match: TermMatch, splits: Sequence[tuple[str, ...]], exact: set[str]) -> None:
    """Set what the term is a part of, or what its parts are."""
    term = match.term
    if term.grams:
        if exact.issuperset(term.grams):
            match.all_of, match.all_score, match.proof = term.grams, PART, term.proof
        return
    tails = [(word, score) for word, score in term.tails.items() if word in exact]
    if tails:
        (first, match.all_score), *others = tails
        match.all_of, match.proof = [first], term.proof
        match.scores |= dict(others)
        match.proven = {word for word, _ in others}
    elif parts := next((parts for parts in splits if exact.issuperset(parts)), None):
        match.all_of, match.all_score = list(parts), SPLIT


# Number 0 is an exact word; other numbers are those of the beginning that the word has.
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
        SELECT s.word, {SIMILAR} * similarity(s.word, t.name) AS score FROM search_words s
        WHERE s.fuzzy AND s.word % t.name ORDER BY similarity(s.word, t.name) DESC, s.word LIMIT {_VARIANTS}
    ) w"""


def matching(plain: int, with_parts: int) -> str:
    """FROM-expression (id, score) of the customers that match all terms: so many, and so many that have `all_of`.

    Its first parameters are the `TermMatch.arguments` of each term; a score lies between 0 and 1.
    """
    exact, every, sought, parts = [], [], [], []
    number = 1
    for term in range(plain + with_parts):
        # The SELECT hides the words from the planner, which then keeps one plan.
        words, scores = f"(SELECT ${number + 1}::text[])", f"${number + 2}::float8[]"
        exact.append(f"${number}::text[]")
        if term < plain:
            every.append(f"c.words && {words}")
            sought.append(f"SELECT {term} AS term, w.*, false AS checked FROM unnest({words}, {scores}) w(word, score)")
            number += PLAIN_PARAMETERS
            continue
        checked, all_of = f"${number + 3}::bool[]", f"(SELECT ${number + 4}::text[])"
        every.append(f"(c.words @> {all_of} OR c.words && {words})")
        sought.append(f"SELECT {term} AS term, w.* FROM unnest({words}, {scores}, {checked}) w(word, score, checked)")
        parts.append(_PARTS.format(term=term, all_of=all_of, score=f"${number + 5}", proof=f"${number + 6}"))
        number += PARAMETERS_WITH_PARTS
    return _MATCHING.format(
        sought=" UNION ALL ".join(sought),
        exact=" || ".join(exact),
        every=" AND ".join(every),
        parts="".join(parts),
        terms=plain + with_parts,
        candidates=CANDIDATES,
    )


PLAIN_PARAMETERS, PARAMETERS_WITH_PARTS = 3, 7
# Where as many as are wanted have the very words, nobody else is looked for: they would come after these.
_MATCHING = """(
    WITH sought AS MATERIALIZED ({sought}),
    exact AS MATERIALIZED (
        SELECT c.id, c.words FROM customers c WHERE c.words @> (SELECT {exact}) LIMIT {candidates}
    ),
    candidates AS MATERIALIZED (
        SELECT * FROM exact
        UNION
        (SELECT c.id, c.words FROM customers c
         WHERE (SELECT count(*) FROM exact) < {candidates} AND {every} LIMIT {candidates})
    ),
    hits AS (
        SELECT f.id, s.term, s.score
        FROM candidates f CROSS JOIN LATERAL unnest(f.words) w(word) JOIN sought s ON s.word = w.word
        WHERE NOT s.checked{parts}
    ),
    best AS (SELECT h.id, h.term, max(h.score) AS score FROM hits h GROUP BY h.id, h.term)
    SELECT b.id, sum(b.score) / {terms} AS score FROM best b GROUP BY b.id HAVING count(b.score) = {terms}
)"""
_PARTS = """
        UNION ALL
        SELECT f.id, {term}, greatest(
            CASE WHEN f.words @> {all_of} THEN {score}::float8 END,
            (SELECT max(s.score) FROM sought s WHERE s.term = {term} AND s.checked AND s.word = ANY (f.words)))
        FROM candidates f WHERE EXISTS (SELECT FROM unnest(f.words) w(word) WHERE w.word LIKE ANY ({proof}::text[]))"""
