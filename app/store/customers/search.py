"""The words that terms of a search may mean, tolerating typing errors.

The table `search_words` has every word of every customer once. A term is first looked up there; who has the words that
it may mean is asked in further statements (`search_pages.py`), because the database plans each of them once, while it
planned a statement of both anew for each search, and badly.

Most terms mean any of some words. A term may also be a part of a word: of one in a script without blanks, or the end of
a number. It is then found by several words that must all be there, or by its last digits, and has to be proven by a
pattern that a word of the customer is like.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from app.core.context import Context
from app.models.customers.customers import LETTERED
from app.rules.customers import search
from app.rules.customers.search_terms import PART, PREFIX, SIMILAR, SPLIT, TYPO, Term
from app.store.customers import word_sets

_VARIANTS = 24
_COMPLETIONS = 100
"""Of so many words at most, each is looked for. A beginning of more words is found by its first letters, and proven."""


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

    @property
    def best_is_all(self) -> bool:
        """Whether nothing means the term better than all those words together."""
        return bool(self.all_of) and self.all_score > max(self.scores.values(), default=0)

    @property
    def best(self) -> list[str]:
        """The words that mean the term best, if those do that mean it alone."""
        highest = max(self.scores.values(), default=0)
        return [] if self.best_is_all else [word for word, score in self.scores.items() if score == highest]

    @property
    def others(self) -> list[str]:
        best = set(self.best)
        return [word for word in self.scores if word not in best]


@dataclass(frozen=True, slots=True)
class Matches:
    terms: list[TermMatch]
    newest: int
    """The number of the newest customer."""
    frequent: Mapping[str, float] = field(default_factory=dict)
    """Those of the words of which there are sets (`word_sets.py`), each with the share of the newest customers who have
    it."""
    has_sets: bool = False
    """Whether there are sets of all frequent words, of nearly all customers: a word without is rare."""

    def are_rare(self, words: Iterable[str]) -> bool:
        return self.frequent.keys().isdisjoint(words)


async def match_terms(ctx: Context, terms: Sequence[Term], required: Sequence[str] = ()) -> Matches:
    """Per term: the same word in any spelling, words that begin with it, words that it is a part of, words that are one
    typing error away, else similar words. `required` are words that filters ask for.

    Typing errors are looked up as exact words, at a cost that does not depend on the number of words. Similarity
    (trigrams) costs more and is only used for terms without other matches.
    """
    variants = [term.misspellings for term in terms]
    splits = [term.splits for term in terms]
    asked = {word for term in terms for word in (*term.exact, *term.tails, *term.grams)}
    asked.update(*variants, *chain.from_iterable(splits))
    begins = [(n, begin) for n, term in enumerate(terms) for begin in term.begins]
    forms = [begin for _, begin in begins]
    marked = [search.beginning_of(form) for form in forms]
    asked.update(filter(None, marked))
    # As one text: hundreds of elements of an array would each be checked before they are sent.
    rows = await ctx.db.fetch(
        _EXACT_AND_PREFIX, "\n".join(asked), forms, list(map(search.is_lettered, forms)), required
    )
    newest, has_sets = next((int(value), covers == 1) for number, value, covers in rows if number < 0)
    frequent = {word: share for number, word, share in rows if share is not None and number >= 0}
    exact = {word for number, word, _ in rows if not number}
    matches = [TermMatch(t, {word: score for word, score in t.exact.items() if word in exact}) for t in terms]
    completions: dict[int, list[str]] = defaultdict(list)
    for number, word, _ in rows:
        if number > 0:
            completions[number].append(word)
    for match in matches:
        _match_parts(match, exact)
    for number, (term, form) in enumerate(begins, 1):
        _match_beginning(matches[term], form, completions[number])
    for match, parts, misspellings in zip(matches, splits, variants, strict=True):
        if not match.all_of and (together := next((words for words in parts if exact.issuperset(words)), None)):
            match.all_of, match.all_score = list(together), SPLIT
        for word in misspellings & exact:
            match.scores.setdefault(word, TYPO)
    unmatched = [match for match in matches if not match.found and not match.term.digits]
    if unmatched:
        names = [match.term.word.partition("@")[0] for match in unmatched]
        for number, word, score, share in await ctx.db.fetch(_SIMILAR, names):
            unmatched[number - 1].scores[word] = score
            frequent |= {} if share is None else {word: share}
    return Matches(matches, newest, frequent, has_sets)


def _match_parts(match: TermMatch, exact: set[str]) -> None:
    """Set what the term is a part of."""
    term = match.term
    tails = [(word, score) for word, score in term.tails.items() if word in exact]
    if term.grams and exact.issuperset(term.grams):
        match.all_of, match.all_score, match.proof = term.grams, PART, term.proof
    elif tails:
        (first, match.all_score), *others = tails
        match.all_of, match.proof = [first], term.proof
        match.scores |= dict(others)
        match.proven = {word for word, _ in others}


def _match_beginning(match: TermMatch, form: str, completions: Sequence[str]) -> None:
    """Set what begins with a form of the term: its words or, if these are too many, the word of their first letters."""
    mark = search.beginning_of(form)
    if len(completions) > _COMPLETIONS and mark and not match.all_of:
        match.all_of, match.all_score, match.proof = [mark], PREFIX, [f"{form}%"]
    else:
        for word in completions[:_COMPLETIONS]:
            match.scores.setdefault(word, PREFIX)


_SHARE = word_sets.share_of("w.word")
# The SELECTs hide what is asked for from the planner, which then keeps one plan. Number -1 is that of the newest
# customer, and 1 if there are sets; number 0 is an exact word; higher numbers are those of the beginning that the word
# has.
_EXACT_AND_PREFIX = f"""
    SELECT -1, last_value::text, ({word_sets.covers("last_value")})::int::float FROM customers_number_seq
    UNION ALL
    SELECT 0, word, {_SHARE} FROM search_words w WHERE word = ANY ((
        SELECT string_to_array($1::text, E'\\n') || $4::text[])::text[])
    UNION ALL
    SELECT t.number::int, w.word, {_SHARE}
    FROM unnest((SELECT $2::text[]), (SELECT $3::bool[])) WITH ORDINALITY t(term, is_lettered, number)
    CROSS JOIN LATERAL (
        (SELECT s.word FROM search_words s
         WHERE t.is_lettered AND {LETTERED}
             AND s.word > t.term COLLATE "C" AND s.word < (t.term || U&'\\+10FFFF') COLLATE "C"
         ORDER BY s.word LIMIT {_COMPLETIONS + 1})
        UNION ALL
        (SELECT s.word FROM search_words s
         WHERE NOT t.is_lettered AND s.word > t.term COLLATE "C" AND s.word < (t.term || U&'\\+10FFFF') COLLATE "C"
         ORDER BY s.word LIMIT {_COMPLETIONS + 1})
    ) w"""
_SIMILAR = f"""
    SELECT t.number::int, w.word, w.score, {_SHARE} FROM unnest($1::text[]) WITH ORDINALITY t(name, number)
    CROSS JOIN LATERAL (
        SELECT s.word, {SIMILAR} * similarity(s.word, t.name) AS score FROM search_words s
        WHERE s.fuzzy AND s.word % t.name ORDER BY similarity(s.word, t.name) DESC, s.word LIMIT {_VARIANTS}
    ) w"""
