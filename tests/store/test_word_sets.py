"""The sets of words are those of the customers, whenever and however these were changed."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.advisory_lock_ids import WORD_SETS
from app.core.context import Context
from app.store.customers import word_sets
from app.store.customers.windows import block_of, lowest_of
from tests.support.application import TestClock

STEP = 4
"""One in so many numbers is a customer's."""
MOST = 66_000
RARE = 4_096 // word_sets.FREQUENT - 1


@pytest.fixture
async def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture
async def db(dsn: str) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """Each has a word of all, one of every third, and one of few."""
    connection = await asyncpg.connect(dsn)
    await add(connection, 0, MOST)
    yield connection
    await connection.close()


async def add(db: "asyncpg.Connection[Any]", first: int, last: int) -> None:
    await db.execute(
        "INSERT INTO customers (number, kind, trade, display_name, sort_name, words, updated_at) "
        "OVERRIDING SYSTEM VALUE "
        "SELECT n, 'person', 'b2c', n, n, ARRAY['all', 'third' || n / $3 % 3, 'few' || n / $3 / $4], '2025-03-02' "
        "FROM generate_series($1::int, $2::int - 1, $3::int) n",
        first,
        last,
        STEP,
        RARE,
    )
    await db.execute("SELECT setval('customers_number_seq', $1)", last)


async def refresh(db: "asyncpg.Connection[Any]") -> None:
    more = True
    while more:
        async with db.transaction():
            more = await word_sets.refresh(context(db))


async def told(db: "asyncpg.Connection[Any]", items: list[list[str]], below: int = 65_536) -> list[int] | None:
    """All blocks in which those may be who have one word of each item."""
    found = await word_sets.blocks_with(context(db), items, below)
    assert found is None or found.lowest == 0
    return found and sorted(found.blocks)


async def members(db: "asyncpg.Connection[Any]", word: str) -> list[int]:
    """The numbers of all who are in its sets."""
    found = await db.fetch("SELECT block, members::text FROM word_sets WHERE word = $1", word)
    return sorted(lowest_of(row["block"]) + n for row in found for n, bit in enumerate(row["members"]) if bit == "1")


async def having(db: "asyncpg.Connection[Any]", word: str, below: int) -> list[int]:
    rows = await db.fetch("SELECT number FROM customers WHERE $1 = ANY (words) AND number < $2", word, below)
    return sorted(row["number"] for row in rows)


async def blocks(db: "asyncpg.Connection[Any]") -> set[int]:
    return {row["block"] for row in await db.fetch("SELECT block FROM word_blocks")}


async def test_full_blocks_have_sets_of_frequent_words(db: "asyncpg.Connection[Any]") -> None:
    await refresh(db)
    assert await blocks(db) == {block_of(0, 2), block_of(32_768, 2)}
    assert {row["word"] for row in await db.fetch("SELECT word FROM word_sets")} == {
        "all",
        "third0",
        "third1",
        "third2",
    }
    for word in ("all", "third2"):
        assert await members(db, word) == await having(db, word, 65_536)


async def test_a_large_block_takes_the_place_of_small_ones(db: "asyncpg.Connection[Any]") -> None:
    await add(db, MOST, 90_200)
    await refresh(db)
    assert await blocks(db) == {
        block_of(0, 2),
        block_of(32_768, 2),
        *(block_of(65_536 + 4_096 * n, 1) for n in range(6)),
    }
    assert await members(db, "third1") == await having(db, "third1", 90_112)
    await add(db, 90_208, 98_400)
    await refresh(db)
    assert await blocks(db) == {block_of(32_768 * n, 2) for n in range(3)}
    assert await members(db, "third1") == await having(db, "third1", 98_304)


async def test_sets_learn_of_changes(db: "asyncpg.Connection[Any]") -> None:
    await refresh(db)
    await db.execute("UPDATE customers SET words = '{third1}', updated_at = now() WHERE number = 40_000")
    assert await told(db, [["third1"], ["third1"]])
    await refresh(db)
    assert 40_000 in await members(db, "third1") and 40_000 in await members(db, "all"), "only more is learnt"


async def test_sets_of_a_block_that_changed_much_are_made_anew(db: "asyncpg.Connection[Any]") -> None:
    await refresh(db)
    change = (
        "UPDATE customers SET words = '{new}', updated_at = now() - interval '2 minutes' WHERE number % $1::int = 0"
    )
    await db.execute("UPDATE word_blocks SET as_of = as_of - interval '1 hour'")
    await db.execute(f"{change} AND number < 32_768", STEP)
    await db.execute(f"{change} AND number >= 32_768 AND number < 65_536", 32 * STEP)
    await refresh(db)
    changed = await having(db, "new", 65_536)
    assert await members(db, "new") == [number for number in changed if number < 32_768]
    assert await members(db, "all") == list(range(32_768, 65_536, STEP))
    assert await blocks(db) == {block_of(0, 2), block_of(32_768, 2)}


async def test_a_change_of_many_waits_until_it_is_counted(
    db: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_sets, "_MOST_ADDED", 100)
    await refresh(db)
    change = "UPDATE customers SET words = words || '{third0, third1, third2}', updated_at = now() WHERE number < $1"
    await db.execute(change, 101 * STEP)
    await refresh(db)
    assert await members(db, "third1") != await having(db, "third1", 65_536)
    assert await told(db, [["third0"], ["third1"]]) == [block_of(0, 0)]
    await db.execute("UPDATE customers SET updated_at = '2025-03-02' WHERE number = 0")
    await db.execute(
        "UPDATE word_sets SET members = members | set_bit(repeat('0', 32768)::varbit, 0, 1) WHERE block = 2"
    )
    await refresh(db)
    assert await members(db, "third1") == await having(db, "third1", 65_536)


async def test_what_is_committed_late_is_not_missed(db: "asyncpg.Connection[Any]", dsn: str) -> None:
    """It was changed before the sets were made, and they did not see it."""
    other = await asyncpg.connect(dsn)
    transaction = other.transaction()
    await transaction.start()
    await other.execute("UPDATE customers SET words = '{third1, third2}', updated_at = now() WHERE number = 40_000")
    await refresh(db)
    await refresh(db)
    await transaction.commit()
    await other.close()
    assert await told(db, [["third1"], ["third2"]]) == [block_of(40_000, 0)]
    await refresh(db)
    await db.execute("UPDATE customers SET updated_at = '2025-03-02'")
    assert {40_000} <= {*await members(db, "third1")} & {*await members(db, "third2")}


async def test_one_process_makes_them_at_a_time(db: "asyncpg.Connection[Any]", dsn: str) -> None:
    other = await asyncpg.connect(dsn)
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock($1)", WORD_SETS)
        await refresh(db)
        assert await blocks(db) == set()
    await other.close()
    await refresh(db)
    assert await blocks(db)


async def test_of_too_many_changes_they_know_nothing(
    db: "asyncpg.Connection[Any]", monkeypatch: pytest.MonkeyPatch
) -> None:
    await refresh(db)
    items = [["third0"], ["third1"]]
    assert await told(db, items) == []
    await db.execute("UPDATE customers SET updated_at = now()")
    assert await told(db, items) is None


async def test_only_blocks_are_told_where_all_words_are_together(db: "asyncpg.Connection[Any]") -> None:
    await db.execute(
        "UPDATE customers SET words = words || '{third0, third1, third2}' WHERE number IN (800, 50_000, 50_008)"
    )
    await refresh(db)
    items = [["third0"], ["third1", "third2"]]
    assert await told(db, items) == [block_of(800, 0), block_of(50_000, 0)]
    assert await told(db, items, below=49_152) == [block_of(800, 0)]


@pytest.mark.parametrize(
    ("wanted", "blocks", "lowest"),
    [
        (1, [50_000], 32_768),
        (2, [50_000], 32_768),
        (3, [800, 50_000], 0),
        (None, [800, 50_000], 0),
    ],
)
async def test_the_newest_that_have_enough(
    db: "asyncpg.Connection[Any]", wanted: int | None, blocks: list[int], lowest: int
) -> None:
    await db.execute("UPDATE customers SET words = words || '{third0, third1}' WHERE number IN (800, 50_000, 50_008)")
    await refresh(db)
    found = await word_sets.blocks_with(context(db), [["third0"], ["third1"]], 65_536, wanted)
    assert found is not None
    assert (sorted(found.blocks), found.lowest) == ([block_of(number, 0) for number in blocks], lowest)


async def test_who_was_changed_below_the_newest_that_have_enough_is_told_later(db: "asyncpg.Connection[Any]") -> None:
    change = "UPDATE customers SET words = words || '{third0, third1}'"
    await db.execute(f"{change} WHERE number IN (800, 50_000)")
    await refresh(db)
    await db.execute(f"{change}, updated_at = now() WHERE number IN (4_000, 60_000)")
    items = [["third0"], ["third1"]]
    newest = await word_sets.blocks_with(context(db), items, 65_536, 1)
    assert newest is not None and newest.lowest == 32_768
    assert sorted(newest.blocks) == [block_of(50_000, 0), block_of(60_000, 0)]
    assert await told(db, items, below=newest.lowest) == [block_of(800, 0), block_of(4_000, 0)]


async def test_where_a_word_has_no_set_whole_blocks_are_told(db: "asyncpg.Connection[Any]") -> None:
    await refresh(db)
    assert await told(db, [["all"], ["few9"]]) == [block_of(n, 1) for n in range(0, 65_536, 4_096)]


def context(db: Any) -> Context:
    return Context(db, UUID(int=0), "tests", frozenset(), TestClock.START, b"key", "GB")
