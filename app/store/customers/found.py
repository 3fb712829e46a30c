"""Pages of the customers who are found by words, at a cost that does not depend on how many there are.

Customers are numbered as they are created. The GIN index of their words also has the blocks of numbers that each is in:
a block of 512, the block of eight such blocks that it is in, and so on. So the newest customers with some words are
found by looking into blocks, from the newest and smallest to the oldest and largest, until there are enough: each look
reads the words of one range of numbers only, and finds at most some times as many as are wanted.

First come those who have, for each term, what means it best, newest first. Then come all others, in batches of the
newest: within a batch the best match is first.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import count
from typing import Any, NamedTuple

from app.core.context import Context
from app.store.customers.search import Matches, TermMatch
from app.store.kit import listing
from app.store.kit.listing import Listing

BATCH = 400
"""How many of the others are ranked together."""
_SMALLEST, _FACTOR, _LEVELS = 9, 3, 5
"""Powers of two: the numbers in a block of the lowest level, and the blocks in one of the next level."""
BLOCKS = f"ARRAY[{', '.join(f'(number >> {_SMALLEST + _FACTOR * level}) * 8 + {level}' for level in range(_LEVELS))}]"
"""The blocks that a customer is in, one of each level; an expression of the index."""
_IN_BLOCKS = BLOCKS.replace("number", "c.number") + " && w.blocks::bigint[]"


class Position(NamedTuple):
    """After what a page begins."""

    below: int = 0
    """Of the numbers below this, or of all if it is 0."""
    others: int = 0
    """1 among those who do not match best; `below` is then where their batch begins."""
    score: int = 0
    number: int = 0
    """The last one of the batch that was answered."""


START = Position()
_Documents = list[tuple[str, Position]]


@dataclass(frozen=True, slots=True)
class Filters:
    asked: listing.Filters
    arguments: list[Any]
    required: Sequence[str]
    """Words that customers have for whom the filters hold."""

    def conditions(self, customers: Listing, after: int) -> tuple[tuple[str, ...], int]:
        """Their parameters are those that follow the number `after`; the number of the last one."""
        return tuple(customers.conditions(self.asked, after)), after + len(self.arguments)


@dataclass(frozen=True)
class Search:
    customers: Listing
    matches: Matches
    filters: Filters

    async def page(self, ctx: Context, position: Position, limit: int) -> tuple[list[str], Position | None]:
        """At most so many documents, and the position after which the next page begins, if there is one."""
        documents: _Documents = []
        if not position.others:
            documents = await self._best(ctx, position, limit + 1)
            position = Position(others=1)
        while len(documents) <= limit and position.others and self._has_others:
            batch, position = await self._batch(ctx, position, limit + 1 - len(documents))
            documents += batch
        items = [document for document, _ in documents[:limit]]
        return items, documents[limit - 1][1] if len(documents) > limit else None

    async def _best(self, ctx: Context, position: Position, wanted: int) -> _Documents:
        terms = self.matches.terms
        required, any_of, proofs = list(self.filters.required), [], []
        for term in terms:
            if term.best_is_all:
                required += term.all_of
                proofs += [term.proof] if term.proof else []
            elif len(term.best) == 1:
                required += term.best
            else:
                any_of.append(term.best)
        shape = _BestShape(bool(required), len(any_of), len(proofs))
        below = position.below or self.matches.newest + 1
        rows = await ctx.db.fetch(
            _best_statement(self.customers.columns, *self.filters.conditions(self.customers, after=3), shape),
            windows(below),
            below,
            wanted,
            *self.filters.arguments,
            *([required] if required else []),
            *any_of,
            *proofs,
        )
        return [(row["json"], Position(row["number"])) for row in rows]

    async def _batch(self, ctx: Context, position: Position, wanted: int) -> tuple[_Documents, Position]:
        """What is left of a batch, and where the next one begins."""
        below = position.below or self.matches.newest + 1
        ordered = sorted(self.matches.terms, key=lambda term: bool(term.all_of))
        with_parts = sum(bool(term.all_of) for term in ordered)
        required = list(self.filters.required)
        shape = _OthersShape(bool(required), len(ordered) - with_parts, with_parts)
        rows = await ctx.db.fetch(
            _others_statement(self.customers.columns, *self.filters.conditions(self.customers, after=5), shape),
            windows(below),
            below,
            wanted,
            position.score if position.number else None,
            position.number,
            *self.filters.arguments,
            *([required] if required else []),
            *(argument for term in ordered for argument in _arguments(term)),
        )
        *found, batch = rows
        documents = [(row["json"], Position(below, 1, row["score"], row["number"])) for row in found]
        is_full = batch["score"] == BATCH
        return documents, Position(batch["number"], 1) if is_full and len(found) < wanted else START

    @cached_property
    def _has_others(self) -> bool:
        return any(term.all_of or len(term.scores) > len(term.best) for term in self.matches.terms)


def windows(below: int) -> list[str]:
    """All numbers below this one, newest first, as arrays of blocks; each has about eight times as many as the one
    before.
    """
    return ["{" + ",".join(str(block * 8 + level) for level, block in window) + "}" for window in _windows(below)]


def _windows(below: int) -> Iterator[list[tuple[int, int]]]:
    block = (below - 1) >> _SMALLEST
    yield [(0, block)]
    for level in range(_LEVELS):
        parent = block >> _FACTOR if level < _LEVELS - 1 else 0
        if older := [(level, n) for n in range(block - 1, (parent << _FACTOR) - 1, -1)]:
            yield older
        block = parent


class _BestShape(NamedTuple):
    required: bool
    any_of: int
    proofs: int


class _OthersShape(NamedTuple):
    required: bool
    plain: int
    with_parts: int


def _arguments(term: TermMatch) -> list[Any]:
    """Four for a term that means any of some words, five more for others."""
    words = list(term.scores)
    best = set(term.best)
    others = [word for word in words if word not in best]
    arguments = [words, [_whole(score) for score in term.scores.values()], term.best, others]
    if term.all_of:
        plain = [word for word in words if word not in term.proven]
        best_all = term.all_of if term.best_is_all else None
        other_all = None if term.best_is_all else term.all_of
        arguments += [plain, term.all_of, best_all, other_all, _whole(term.all_score), term.proof or ["%"]]
    return arguments


_PLAIN, _WITH_PARTS = 4, 10


def _whole(score: float) -> int:
    """Whole numbers have the same sum in any order."""
    return round(score * 10_000)


@cache
def _best_statement(columns: str, filters: tuple[str, ...], parameters: int, shape: _BestShape) -> str:
    numbers = count(parameters + 1)
    # The SELECT hides the words from the planner, which then keeps one plan.
    indexed = [f"c.words @> (SELECT ${next(numbers)}::text[])" for _ in range(shape.required)]
    indexed += [f"c.words && (SELECT ${next(numbers)}::text[])" for _ in range(shape.any_of)]
    proven = [_proof(next(numbers)) for _ in range(shape.proofs)]
    return _BEST.format(
        indexed=" AND ".join([*indexed, _IN_BLOCKS]),
        where=" AND ".join(["c.number < $2", *proven, *filters]),
        columns=columns,
    )


@cache
def _others_statement(columns: str, filters: tuple[str, ...], parameters: int, shape: _OthersShape) -> str:
    number = parameters + 1
    required = []
    if shape.required:
        required = [f"c.words @> (SELECT ${number}::text[])"]
        number += 1
    every: list[str] = []
    best: list[str] = []
    proven: list[str] = []
    sought: list[str] = []
    parts: list[str] = []
    arms: list[tuple[int, str]] = []
    for term in range(shape.plain + shape.with_parts):
        words, scores, best_words, others = (f"${number + n}" for n in range(4))
        is_best = f"c.words && (SELECT {best_words}::text[])"
        matches = f"c.words && (SELECT {words}::text[])"
        arms.append((term, f"c.words && (SELECT {others}::text[])"))
        sought.append(f"SELECT {term} AS term, * FROM unnest({words}::text[], {scores}::int[]) s(word, score)")
        number += _PLAIN
        if term >= shape.plain:
            plain, all_of, best_all, other_all, score, proof = (f"${number + n}" for n in range(6))
            is_proven = _proof(int(proof[1:]))
            is_best = f"({is_best} OR c.words @> (SELECT {best_all}::text[]) AND {is_proven})"
            matches = f"({matches} OR c.words @> (SELECT {all_of}::text[]))"
            arms.append((term, f"c.words @> (SELECT {other_all}::text[])"))
            proven.append(f"(c.words && (SELECT {plain}::text[]) OR {is_proven})")
            sought[-1] += f" WHERE s.word = ANY ({plain}::text[])"
            parts.append(
                _PARTS.format(
                    term=term, words=words, scores=scores, plain=plain, all_of=all_of, score=score, proof=is_proven
                )
            )
            number += _WITH_PARTS - _PLAIN
        every.append(matches)
        best.append(is_best)
    indexed = " OR ".join(
        f"({' AND '.join([*required, arm, *(e for n, e in enumerate(every) if n != term), _IN_BLOCKS])})"
        for term, arm in arms
    )
    return _OTHERS.format(
        indexed=indexed,
        where=" AND ".join(["c.number < $2", f"({' AND '.join(best)}) IS NOT TRUE", *proven, *filters]),
        sought=" UNION ALL ".join(sought),
        parts="".join(parts),
        columns=columns,
        batch=BATCH,
    )


def _proof(number: int) -> str:
    return f"EXISTS (SELECT FROM unnest(c.words) p(word) WHERE p.word LIKE ANY (${number}::text[]))"


# The loop goes through the windows in their order and ends when there are enough. OFFSET: filters are asked of those
# who were found, and do not look for others by indexes of their own.
_BEST = """
    WITH found AS MATERIALIZED (
        SELECT h.id, h.number FROM unnest($1::text[]) w(blocks) CROSS JOIN LATERAL (
            SELECT c.id, c.number FROM (SELECT c.* FROM customers c WHERE {indexed} OFFSET 0) c
            WHERE {where} ORDER BY c.number DESC
        ) h LIMIT (SELECT $3::int)
    )
    SELECT row_to_json(d)::text AS json, f.number
    FROM found f JOIN customers c ON c.id = f.id CROSS JOIN LATERAL (SELECT {columns}) d ORDER BY f.number DESC"""
_OTHERS = """
    WITH candidates AS MATERIALIZED (
        SELECT h.id, h.number, h.words FROM unnest($1::text[]) w(blocks) CROSS JOIN LATERAL (
            SELECT c.id, c.number, c.words FROM (SELECT c.* FROM customers c WHERE {indexed} OFFSET 0) c
            WHERE {where} ORDER BY c.number DESC
        ) h LIMIT {batch}
    ),
    sought AS MATERIALIZED ({sought}),
    hits AS (
        SELECT c.id, s.term, s.score
        FROM candidates c CROSS JOIN LATERAL unnest(c.words) w(word) JOIN sought s ON s.word = w.word{parts}
    ),
    best AS (SELECT h.id, h.term, max(h.score) AS score FROM hits h GROUP BY h.id, h.term),
    ranked AS (SELECT b.id, sum(b.score) AS score FROM best b GROUP BY b.id),
    page AS MATERIALIZED (
        SELECT c.id, c.number, r.score FROM candidates c JOIN ranked r ON r.id = c.id
        WHERE $4::bigint IS NULL OR (r.score, c.number) < ($4::bigint, $5::bigint)
        ORDER BY r.score DESC, c.number DESC LIMIT (SELECT $3::int)
    )
    SELECT * FROM (
        SELECT row_to_json(d)::text AS json, p.score, p.number
        FROM page p JOIN customers c ON c.id = p.id CROSS JOIN LATERAL (SELECT {columns}) d
        ORDER BY p.score DESC, p.number DESC
    ) documents
    UNION ALL SELECT NULL, count(*), min(number) FROM candidates"""
_PARTS = """
        UNION ALL
        SELECT c.id, {term}, greatest(
            CASE WHEN c.words @> {all_of}::text[] THEN {score}::int END,
            (SELECT max(s.score) FROM unnest({words}::text[], {scores}::int[]) s(word, score)
             WHERE s.word <> ALL ({plain}::text[]) AND s.word = ANY (c.words)))
        FROM candidates c WHERE {proof}"""
