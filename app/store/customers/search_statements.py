"""The statements by which a search looks into windows."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, product
from typing import NamedTuple

from app.store.customers.windows import BLOCKS, RARE

BATCH = 400
"""How many of the others are ranked together."""
_IN_BLOCKS = BLOCKS.replace("number", "c.number") + " && w.blocks::bigint[]"


class BestShape(NamedTuple):
    required: bool
    any_of: int
    proofs: int
    checked: bool = False
    """Whether there are further words that are required: where words alone are asked for, who is found by the others is
    asked for these. That takes less than to find each of a few in the list of a word that many have.
    """


class OthersShape(NamedTuple):
    required: bool
    plain: int
    with_parts: int
    with_best: bool = False
    """Whether those who match best are found as well, before the others."""
    checked: bool = False
    """As of `BestShape`."""
    are_equal: bool = False
    """Whether all match equally well: their words need not be looked through."""


@cache
def best_statement(columns: str, filters: tuple[str, ...], parameters: int, shape: BestShape) -> str:
    numbers = _numbers(parameters)
    # The SELECT hides the words from the planner, which then keeps one plan.
    required, checked = _has_all(numbers, shape.required), _has_all(numbers, shape.checked)
    any_of = [f"c.words && (SELECT {next(numbers)}::text[])" for _ in range(shape.any_of)]
    proven = [_proof(next(numbers)) for _ in range(shape.proofs)]
    way, where = [*any_of, *required], ["c.number < $7", *proven, *filters]
    return _BEST.format(
        windows=_windows([way], where, checked),
        columns=columns,
        enough="$8::int",
    )


@cache
def others_statement(columns: str, filters: tuple[str, ...], parameters: int, shape: OthersShape) -> str:
    numbers = _numbers(parameters)
    required, checked = _has_all(numbers, shape.required), _has_all(numbers, shape.checked)
    every: list[str] = []
    best: list[str] = []
    proven: list[str] = []
    sought: list[str] = []
    parts: list[str] = []
    arms: list[tuple[int, str]] = []
    alternatives: list[list[str]] = []
    for term in range(shape.plain + shape.with_parts):
        words, scores, best_words = (next(numbers) for _ in range(3))
        is_best = f"c.words && (SELECT {best_words}::text[])"
        matches = f"c.words && (SELECT {words}::text[])"
        sought.append(f"SELECT {term} AS term, * FROM unnest({words}::text[], {scores}::int[]) s(word, score)")
        if not shape.with_best:
            arms.append((term, f"c.words && (SELECT {next(numbers)}::text[])"))
        if term >= shape.plain:
            plain, all_of, best_all, score, proof = (next(numbers) for _ in range(5))
            is_proven = _proof(proof)
            is_best = f"({is_best} OR c.words @> (SELECT {best_all}::text[]) AND {is_proven})"
            alternatives.append([matches, f"c.words @> (SELECT {all_of}::text[])"])
            matches = f"({matches} OR c.words @> (SELECT {all_of}::text[]))"
            if not shape.with_best:
                arms.append((term, f"c.words @> (SELECT {next(numbers)}::text[])"))
            proven.append(f"(c.words && (SELECT {plain}::text[]) OR {is_proven})")
            sought[-1] += f" WHERE s.word = ANY ({plain}::text[])"
            parts.append(
                _PARTS.format(
                    term=term, words=words, scores=scores, plain=plain, all_of=all_of, score=score, proof=is_proven
                )
            )
        else:
            alternatives.append([matches])
        every.append(matches)
        best.append(is_best)
    is_best = f"({' AND '.join(best)}) IS TRUE"
    if shape.with_best:
        ways = [[*each, *required] for each in product(*alternatives)]
        where = ["c.number < $7", *proven, *filters]
    else:
        ways = [[arm, *(e for n, e in enumerate(every) if n != term), *required] for term, arm in arms]
        where = ["c.number < $7", f"NOT ({is_best})", *proven, *filters]
        is_best = "false"
    return _OTHERS.format(
        windows=_windows(ways, where, checked, may_have_none=not shape.with_parts),
        sought=" UNION ALL ".join(sought),
        ranked=_EQUAL if shape.are_equal else _RANKED.format(is_best=is_best, parts="".join(parts)),
        columns=columns,
        enough=f"CASE WHEN $9::bigint IS NULL THEN least($8::int, {BATCH}) ELSE {BATCH} END"
        if shape.are_equal
        else BATCH,
        most=BATCH,
    )


def _windows(
    ways: Sequence[Sequence[str]], where: Sequence[str], checked: Sequence[str], *, may_have_none: bool = True
) -> str:
    """Those who have words in any of these ways, in the blocks of a window or, where it has none, below its end: there,
    what is `checked` is asked of those who are found.

    Within a way, words of which one is enough come first: GIN goes from one hit of the first condition to the next, and
    those of a condition that asks for several words need not be hits yet. Ways are no alternatives of one condition: of
    those, the planner would look for what is common to all, such as the blocks, and read everybody there.
    """

    def window(within: Sequence[str], asked: Sequence[str], has_blocks: str) -> str:
        is_hit = " AND ".join([*asked, *where])
        found = (_FOUND.format(is_hit=is_hit, way=" AND ".join([*way, *within])) for way in ways)
        return _WINDOW.format(found=" UNION ".join(found), has_blocks=has_blocks)

    in_blocks = window([*checked, _IN_BLOCKS], [], "IS NOT NULL")
    return f"{in_blocks} UNION ALL{window([], checked, 'IS NULL')}" if may_have_none else in_blocks


def _numbers(parameters: int) -> Iterator[str]:
    """Of the parameters that follow so many."""
    return (f"${number}" for number in count(parameters + 1))


def _has_all(numbers: Iterator[str], is_asked: bool) -> list[str]:
    """The condition that somebody has all words of the next parameter, if there is one."""
    return [f"c.words @> (SELECT {next(numbers)}::text[])"] if is_asked else []


def _proof(likes: str) -> str:
    return f"EXISTS (SELECT FROM unnest(c.words) p(word) WHERE p.word LIKE ANY ((SELECT {likes}::text[])::text[]))"


# Whoever is found is read again by `ctid`: within a statement that is the same row, and takes less than by `id`.
# The loop goes through the windows in their order, and ends when there are enough or when the time is over: the clock
# is looked at before each window. It also ends at a fork without wide windows, if there were few, or without further
# narrow ones, if there were many. OFFSET: filters are asked of those who were found, and do not look for others by
# indexes of their own.
_WINDOW = """
            SELECT count(*) AS had, count(*) FILTER (WHERE is_hit) AS hits,
                array_agg(tid ORDER BY number DESC) FILTER (WHERE is_hit) AS tids,
                array_agg(number ORDER BY number DESC) FILTER (WHERE is_hit) AS numbers
            FROM ({found} OFFSET 0) h
            HAVING w.blocks {has_blocks}"""
_FOUND = """
                SELECT c.tid, c.number, ({is_hit}) AS is_hit
                FROM (SELECT c.ctid AS tid, c.* FROM customers c WHERE {way} AND c.number < w.above OFFSET 0) c"""
_LOOKED = f"""
    WITH RECURSIVE looked AS (
        SELECT 0 AS n, 0::bigint AS had, 0::bigint AS hits, NULL::tid[] AS tids, NULL::bigint[] AS numbers
        UNION ALL
        SELECT w.n, l.had + h.had, l.hits + h.hits, h.tids, h.numbers
        FROM looked l
        CROSS JOIN LATERAL (
            SELECT k.n, ($1::text[])[k.n] AS blocks, ($2::bigint[])[k.n] AS above
            FROM (SELECT CASE WHEN l.n = $4::int AND l.had <= {RARE} THEN $3::int ELSE l.n END + 1 AS n) k
        ) w
        CROSS JOIN LATERAL ({{windows}}
        ) h
        WHERE l.n <> cardinality($1::text[]) AND l.hits < {{enough}}
            AND (l.n <> $3::int OR $3::int = $4::int AND l.had <= {RARE})
            AND (l.n <> $4::int OR l.had > {RARE} OR $3::int < cardinality($1::text[]))
            AND (l.n < $5::int OR clock_timestamp() - statement_timestamp() < $6::interval)
    )"""
_HITS = "looked l CROSS JOIN LATERAL unnest(l.tids, l.numbers) h(tid, number)"
_BEST = f"""{_LOOKED},
    found AS MATERIALIZED (SELECT h.tid, h.number FROM {_HITS} ORDER BY h.number DESC LIMIT (SELECT $8::int))
    SELECT * FROM (
        SELECT row_to_json(d)::text AS json, f.number, NULL::bigint AS had, NULL::int AS looked
        FROM found f JOIN customers c ON c.ctid = f.tid CROSS JOIN LATERAL (SELECT {{columns}}) d ORDER BY f.number DESC
    ) documents
    UNION ALL SELECT NULL, NULL, max(had), max(n) FROM looked"""
_OTHERS = f"""{_LOOKED},
    candidates AS MATERIALIZED (SELECT h.tid, h.number FROM {_HITS} ORDER BY h.number DESC LIMIT {{most}}),
    sought AS MATERIALIZED ({{sought}}),
    {{ranked}},
    page AS MATERIALIZED (
        SELECT r.tid, r.number, CASE WHEN NOT r.is_best THEN r.score END AS score FROM ranked r
        WHERE $9::bigint IS NULL OR (r.score, r.number) < ($9::bigint, $10::bigint)
        ORDER BY score DESC NULLS FIRST, number DESC LIMIT (SELECT $8::int)
    )
    SELECT * FROM (
        SELECT row_to_json(d)::text AS json, p.score, p.number, NULL::bigint AS ranked, NULL::int AS looked
        FROM page p JOIN customers c ON c.ctid = p.tid CROSS JOIN LATERAL (SELECT {{columns}}) d
        ORDER BY p.score DESC NULLS FIRST, p.number DESC
    ) documents
    UNION ALL SELECT NULL, NULL, min(number), count(*), (SELECT max(n) FROM looked) FROM candidates"""
_RANKED = """read AS MATERIALIZED (
        SELECT c.ctid AS tid, c.number, c.words, {is_best} AS is_best
        FROM candidates f JOIN customers c ON c.ctid = f.tid
    ),
    hits AS (
        SELECT w.number, s.term, s.score
        FROM (SELECT c.number, unnest(c.words) AS word FROM read c) w JOIN sought s ON s.word = w.word{parts}
    ),
    best AS (SELECT h.number, h.term, max(h.score) AS score FROM hits h GROUP BY h.number, h.term),
    scored AS (SELECT b.number, sum(b.score) AS score FROM best b GROUP BY b.number),
    ranked AS (SELECT c.tid, c.number, c.is_best, s.score FROM read c JOIN scored s USING (number))"""
# The words that match better are those of others, who match best.
_EQUAL = """ranked AS (
        SELECT c.tid, c.number, false AS is_best, (SELECT min(s.score) FROM sought s)::bigint AS score FROM candidates c
    )"""
_PARTS = """
        UNION ALL
        SELECT c.number, {term}, greatest(
            CASE WHEN c.words @> {all_of}::text[] THEN {score}::int END,
            (SELECT max(s.score) FROM unnest({words}::text[], {scores}::int[]) s(word, score)
             WHERE s.word <> ALL ({plain}::text[]) AND s.word = ANY (c.words)))
        FROM read c WHERE {proof}"""
