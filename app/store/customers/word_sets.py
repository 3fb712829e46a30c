"""Which customers of a block have a frequent word: where those may be who have several such words is then known without
going through the lists of the words.

Blocks are those of `windows.py` that have 4,096 or 32,768 numbers of customers; a set has a bit for each. Sets are made
by the worker, of blocks that are full; of a word that fewer than one in 256 have there, there is none. A set may have
customers who lost the word: it only tells where to look. Whoever got a word since is among those who were changed after
`word_blocks.as_of`, and these are looked at one by one.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any, NamedTuple

from asyncpg import BitString

from app.core.advisory_lock_ids import WORD_SETS
from app.core.context import Context
from app.store.customers.windows import (
    BLOCKS,
    SMALLEST,
    block_of,
    lowest_of,
    size_of,
    sql_block_of,
    sql_lowest_of,
    sql_size_of,
)

SMALL, LARGE = 1, 2
"""The levels of blocks that have sets. Those in a large one that has them have none of their own."""
FREQUENT = 256
"""At least one in so many of a block have a word of which there is a set."""
MOST_CHANGED = 1_000
"""If more customers were changed meanwhile, sets do not help: to look at each would take longer than the lists."""
_MADE_ANEW = 8
"""If more than one in so many of a block were changed, its sets are made anew: what became frequent has none."""
_MOST_ADDED = 5_000
"""How many who were changed are added to sets at a time."""
_SLACK = timedelta(minutes=1)
"""How much earlier than its transaction began a change may be dated: by another clock, or while it waited for one."""


class Blocks(NamedTuple):
    blocks: list[int]
    lowest: int
    """The lowest number that was looked at: 0 if these are all."""


async def blocks_with(
    ctx: Context, items: Sequence[Sequence[str]], below: int, wanted: int | None = None
) -> Blocks | None:
    """The blocks in which those may be who have one word of each item: of the lowest level where sets tell, small ones
    where none do. Only those of numbers below `below` count, with which a small block begins; of these, the newest in
    which sets have as many as are `wanted`, or all: that takes longer where many have the words.

    None if too many customers were changed since the sets were made.
    """
    asked: list[Any]
    if all(len(words) == 1 for words in items):
        statement, asked = _with_words(len(items)), [[word for (word,) in items]]
    else:
        rows = [(n, word, len(words)) for n, words in enumerate(items) for word in words]
        statement, asked = _with_items(), [*map(list, zip(*rows, strict=True)), len(items)]
    (found,) = await ctx.db.fetch(statement, below, wanted, *asked)
    if found["changed"] > MOST_CHANGED:
        return None
    known, end = set(found["known"]), 0
    if wanted is not None:
        end = _lowest_told(zip(found["known"], found["had"], strict=True), wanted, is_all=found["is_all"])
    unknown = {
        small
        for lowest in range(end // size_of(LARGE) * size_of(LARGE), below, size_of(LARGE))
        if block_of(lowest, LARGE) not in known
        for number in range(max(lowest, end), min(lowest + size_of(LARGE), below), size_of(SMALL))
        if (small := block_of(number, SMALL)) not in known
    }
    near = {*found["by_sets"], *found["near_changes"]}
    near = {block for block in near if lowest_of(block) >= end and block_of(lowest_of(block), SMALL) not in unknown}
    return Blocks([*unknown, *near], end)


def _lowest_told(had: Iterable[tuple[int, int]], wanted: int, *, is_all: bool) -> int:
    """The lowest number of the newest of these blocks that had as many as are wanted; 0 if there are no others."""
    hits = sorted(((lowest_of(block), count) for block, count in had if count), reverse=True)
    counts = accumulate(count for _, count in hits)
    enough = next((n for n, count in enumerate(counts, 1) if count >= wanted), len(hits))
    return 0 if is_all and enough == len(hits) else hits[enough - 1][0]


async def blocks_with_rare(ctx: Context, words: Sequence[str], required: Sequence[str]) -> list[int] | None:
    """The small blocks in which somebody has one of these words, of which there are no sets, and all that are required.

    None if too many have one of these words.
    """
    found = await ctx.db.fetch(_BLOCKS_WITH_RARE, words, required) if words else []
    return None if sum(row["had"] for row in found) > MOST_CHANGED else [r["block"] for r in found if r["has_required"]]


def share_of(word: str) -> str:
    """SQL expression: how many have a word, of the newest block where it has a set; NULL if there is none."""
    share = f"bit_count(s.members)::float / {sql_size_of('s.block')}"
    return f"(SELECT {share} FROM word_sets s WHERE s.word = {word} ORDER BY s.block DESC LIMIT 1)"


def covers(newest: str) -> str:
    """SQL expression: whether nearly all customers are in blocks that have sets, by the number of the newest one."""
    covered = f"SELECT sum({sql_size_of('block')}) FROM word_blocks"
    return f"coalesce(({covered}) >= {newest} - {2 * size_of(SMALL)}, false)"


async def refresh(ctx: Context) -> bool:
    """Bring the sets up to date, and make those of one block: whether there are others to make.

    One process does it at a time; others have nothing to do.
    """
    if not await ctx.db.fetchval("SELECT pg_try_advisory_xact_lock($1)", WORD_SETS):
        return False
    # Whatever is committed from now on is dated later.
    as_of = await ctx.db.fetchval(_OLDEST_TRANSACTION) - _SLACK
    await ctx.db.execute(_FORGET, as_of, _MADE_ANEW)
    # After a change of many, most are of blocks that are forgotten once it is old enough to be counted.
    if await ctx.db.fetchval(f"SELECT count(*) FROM ({_CHANGED} LIMIT $1) c", _MOST_ADDED + 1) <= _MOST_ADDED:
        await _add_changed(ctx)
        await ctx.db.execute("UPDATE word_blocks SET as_of = $1 WHERE as_of < $1", as_of)
    newest: int = await ctx.db.fetchval("SELECT last_value FROM customers_number_seq")
    has_sets = {row["block"] for row in await ctx.db.fetch("SELECT block FROM word_blocks")}
    missing = [block for block in _full(newest) if block not in has_sets]
    if missing:
        await _make(ctx, missing[0], as_of)
    return len(missing) > 1


def _full(newest: int) -> Iterable[int]:
    """The blocks that should have sets, the newest first."""
    large = (newest + 1) // size_of(LARGE) * size_of(LARGE)
    for number in range((newest + 1) // size_of(SMALL) * size_of(SMALL), large, -size_of(SMALL)):
        yield block_of(number - 1, SMALL)
    for number in range(large, 0, -size_of(LARGE)):
        yield block_of(number - 1, LARGE)


async def _add_changed(ctx: Context) -> None:
    found = await ctx.db.fetch(_GAINED)
    blocks, words = [row["block"] for row in found], [row["word"] for row in found]
    sets = await asyncio.to_thread(lambda: [_bits(row["members"], size_of(row["block"] & 7)) for row in found])
    await ctx.db.execute(_ADD, blocks, words, sets)


async def _make(ctx: Context, block: int, as_of: datetime) -> None:
    lowest, size = lowest_of(block), size_of(block & 7)
    found = await ctx.db.fetch(_MEMBERS, block, lowest, size // FREQUENT)
    words = [row["word"] for row in found]
    sets = await asyncio.to_thread(lambda: [_bits(row["members"], size) for row in found])
    if block & 7 == LARGE:
        await ctx.db.execute(_FORGET_PARTS, [block_of(lowest + n * size_of(SMALL), SMALL) for n in range(8)])
    await ctx.db.execute("INSERT INTO word_blocks (block, as_of) VALUES ($1, $2)", block, as_of)
    await ctx.db.execute(_INSERT, block, words, sets)


def _bits(members: Iterable[int], size: int) -> BitString:
    """The first bit is that of 0."""
    bits = bytearray(size // 8)
    for member in members:
        bits[member >> 3] |= 128 >> (member & 7)
    return BitString.frombytes(bytes(bits), size)


_AS_OF = "(SELECT min(as_of) FROM word_blocks)"
_LOWEST = sql_lowest_of("k.block")
_SMALL = size_of(SMALL)
_NEWEST = 6
"""Of so many blocks, sets are read before it is known whether more are needed."""


def _blocks_with(members: str, has_words: str) -> str:
    """The statement, with that of the members of the blocks, `where` some are meant, that have sets of all items, and
    the condition that somebody has a word of each. Older blocks are looked at if the newest ones do not have enough.
    """
    # OFFSET: the members are found once, and not once more to be counted.
    counted = f"SELECT k.block, {_LOWEST} AS lowest, k.members, bit_count(k.members) AS had FROM ({members} OFFSET 0) k"
    newest = counted.format(where=f"{_LOWEST} >= (SELECT below FROM older) AND {_LOWEST} < $1::bigint")
    newest_had = "(SELECT coalesce(sum(had), 0) FROM newest)"
    is_missing = f"($2::bigint IS NULL OR {newest_had} < $2::bigint)"
    older = counted.format(where=f"{_LOWEST} < (SELECT below FROM older) AND {is_missing}")
    # In subqueries, since the planner then keeps one plan.
    return f"""
    WITH older AS MATERIALIZED (
        SELECT coalesce(min(lowest), 0) AS below FROM (
            SELECT {_LOWEST} AS lowest FROM word_blocks k WHERE {_LOWEST} < $1::bigint ORDER BY 1 DESC LIMIT {_NEWEST}
        ) b
    ),
    newest AS MATERIALIZED ({newest}),
    known AS MATERIALIZED (SELECT * FROM newest UNION ALL {older}),
    changed AS MATERIALIZED (
        SELECT number, words FROM customers WHERE updated_at >= {_AS_OF}
        ORDER BY updated_at DESC LIMIT {MOST_CHANGED + 1}
    )
    SELECT
        (SELECT count(*) FROM changed) AS changed,
        ARRAY (SELECT block FROM known) AS known,
        ARRAY (SELECT had FROM known) AS had,
        {is_missing} AS is_all,
        ARRAY (
            SELECT {sql_block_of("(k.lowest + n)", 0)}
            FROM (SELECT *, sum(had) OVER (ORDER BY lowest DESC) - had AS had_above FROM known WHERE had > 0) k
            CROSS JOIN LATERAL generate_series(0, length(k.members) - 1, {_SMALL}) m
            CROSS JOIN LATERAL generate_series(m, m + {_SMALL} - 1, {SMALLEST}) n
            WHERE ($2::bigint IS NULL OR k.had_above < $2::bigint)
                AND bit_count(substring(k.members FROM m + 1 FOR {_SMALL})) > 0
                AND bit_count(substring(k.members FROM n + 1 FOR {SMALLEST})) > 0
                AND k.lowest + n < $1::bigint
        ) AS by_sets,
        ARRAY (
            SELECT DISTINCT {sql_block_of("c.number", 0)} FROM changed c WHERE c.number < $1::bigint AND {has_words}
        ) AS near_changes"""


@cache
def _with_words(count: int) -> str:
    """The statement where each of so many items is one word: an aggregate would copy each set."""
    sets = ", ".join(f"s{n}.members AS m{n}" for n in range(count))
    others = " ".join(f"JOIN word_sets s{n} USING (block)" for n in range(1, count))
    words = " AND ".join(f"s{n}.word = (SELECT ($3::text[])[{n + 1}])" for n in range(count))
    members = " & ".join(f"m{n}" for n in range(count))
    # OFFSET: sets are merged, which takes less than to look for each block.
    found = f"SELECT block, {sets} FROM word_sets s0 {others} WHERE {words} OFFSET 0"
    return _blocks_with(f"SELECT block, {members} AS members FROM ({found}) k WHERE {{where}}", _HAS_WORDS)


_HAS_WORDS = "c.words @> (SELECT $3::text[])"
_HAS_WORD_OF_EACH = """(
                SELECT count(DISTINCT a.item) FROM unnest($3::int[], $4::text[]) AS a(item, word)
                WHERE a.word = ANY (c.words)
            ) = $6::int"""


@cache
def _with_items() -> str:
    """The statement where some items are any of several words."""
    return _blocks_with(_MEMBERS_OF_ITEMS, _HAS_WORD_OF_EACH)


_MEMBERS_OF_ITEMS = """
        SELECT block, bit_and(members) AS members FROM (
            SELECT k.block, bit_or(k.members) AS members
            FROM unnest((SELECT $3::int[]), (SELECT $4::text[]), (SELECT $5::int[])) AS a(item, word, size)
            JOIN word_sets k ON k.word = a.word WHERE {where}
            GROUP BY k.block, a.item, a.size HAVING count(*) = a.size
        ) of_items
        GROUP BY block HAVING count(*) = $6::int"""
_BLOCKS_WITH_RARE = f"""
    SELECT {sql_block_of("c.number", 0)} AS block, count(*) AS had, bool_or(c.words @> $2::text[]) AS has_required
    FROM (
        SELECT number, words FROM customers WHERE words && (SELECT $1::text[]) LIMIT {MOST_CHANGED + 1}
    ) c
    GROUP BY 1"""
_OLDEST_TRANSACTION = "SELECT least(min(xact_start), now()) FROM pg_stat_activity WHERE datname = current_database()"
_CHANGED = f"""
    SELECT b.block, c.number, c.words, c.updated_at FROM customers c JOIN word_blocks b
        ON b.block IN ({sql_block_of("c.number", SMALL)}, {sql_block_of("c.number", LARGE)})
    WHERE c.updated_at >= {_AS_OF}"""
_FORGET = f"""
    WITH changed AS (
        SELECT block, count(*) FILTER (WHERE updated_at < $1::timestamptz) AS changes FROM ({_CHANGED}) c GROUP BY block
    ),
    counted AS (
        SELECT block, b.changes + c.changes AS changes,
            (b.changes + c.changes) * $2::int > {sql_size_of("block")} AS is_outdated
        FROM word_blocks b JOIN changed c USING (block)
    ),
    kept AS (
        UPDATE word_blocks b SET changes = c.changes FROM counted c WHERE b.block = c.block AND NOT c.is_outdated
    ),
    forgotten AS (DELETE FROM word_sets s USING counted c WHERE s.block = c.block AND c.is_outdated)
    DELETE FROM word_blocks b USING counted c WHERE b.block = c.block AND c.is_outdated"""
_GAINED = f"""
    SELECT k.block, w.word, array_agg((k.number - {_LOWEST})::int) AS members
    FROM ({_CHANGED}) k CROSS JOIN LATERAL unnest(k.words) w(word)
    WHERE EXISTS (SELECT FROM word_sets s WHERE s.word = w.word AND s.block = k.block)
    GROUP BY k.block, w.word"""
_ADD = """
    UPDATE word_sets s SET members = s.members | a.members
    FROM unnest($1::bigint[], $2::text[], $3::varbit[]) AS a(block, word, members)
    WHERE s.word = a.word AND s.block = a.block AND s.members | a.members <> s.members"""
_MEMBERS = f"""
    SELECT w.word, array_agg((c.number - $2::bigint)::int) AS members
    FROM (SELECT c.number, c.words FROM customers c WHERE {BLOCKS} && ARRAY[$1::bigint] OFFSET 0) c
    CROSS JOIN LATERAL unnest(c.words) w(word)
    GROUP BY w.word HAVING count(*) >= $3::int"""
_FORGET_PARTS = """
    WITH forgotten AS (DELETE FROM word_sets WHERE block = ANY ($1::bigint[]))
    DELETE FROM word_blocks WHERE block = ANY ($1::bigint[])"""
_INSERT = """
    INSERT INTO word_sets (word, block, members)
    SELECT s.word, $1::bigint, s.members FROM unnest($2::text[], $3::varbit[]) AS s(word, members)"""
