"""All pages of a search are together what a look at each customer finds: nobody is missing or there twice."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.context import Context
from app.rules.customers import search as rules
from app.rules.customers.search_terms import Term, terms
from app.schemas.customers.customers import CustomerQuery
from app.store.customers import (
    customers,
    search,
    search_pages,
    search_plan,
    search_statements,
    windows,
    word_sets,
)
from app.store.customers.search import TermMatch
from tests.support.application import TestClock

COUNT = 2_500
GIVEN = [
    "Martha",
    "Marta",
    "Marthaler",
    "Mar Tha",
    "Jo",
    "Joseph",
    "Jean-Luc",
    "Jeanluc",
    "Müller",
    "Mueller",
    "山田電機",
]
FAMILY = ["Smith", "Smithson", "Smit", "Smyth", "Jones", "O'Hara", "van der Berg", "電機山田", "カタカナ", "Østergaard"]
DOMAINS = ["gmail.com", "gmail.org", "example.org"]
ENDS = ["0991", "0550", "9910"]
TAGS, OWNERS, KINDS = ["VIP", "news"], ["Mia", "tom"], ["person", "organization"]
Customer = dict[str, Any]


def made(random: Random, number: int) -> Customer:
    kind, owner = random.choice(KINDS), random.choice(OWNERS)
    # The first ones are much more frequent.
    given, family, domain = (names[int(len(names) * random.random() ** 2)] for names in (GIVEN, FAMILY, DOMAINS))
    tags = random.sample(TAGS, random.randrange(3))
    sought = rules.Sought(
        names=[f"{given} {family}"],
        numbers=[f"+44207946{random.choice(ENDS)}"],
        addresses=[f"{family.lower()[:3]}{random.randrange(60)}@{domain}"],
        identities=[f"L-{random.randrange(10**7):07d}"],
        tags=tags,
        fields={"kind": [kind], "owner": [owner]},
    )
    return {
        "number": number,
        "display_name": str(number),
        "name": f"{given} {family}",
        "kind": kind,
        "owner": owner,
        "tags": tags,
        "archived": random.random() < 0.1,
        "words": sorted(rules.customer_words(sought)),
    }


def numbered(newest: int, together: int) -> list[Customer]:
    """The newest ones, and others here and there."""
    random = Random(27)
    first = newest - together + 1
    numbers = sorted([*random.sample(range(1, first), COUNT - together), *range(first, newest + 1)])
    return [made(random, number) for number in numbers]


@pytest.fixture(scope="module")
def stored() -> list[Customer]:
    return numbered(6_000_000, COUNT // 2)


@pytest.fixture(scope="module")
async def db(new_database: Callable[..., str], stored: list[Customer]) -> AsyncIterator["asyncpg.Connection[Any]"]:
    async with filled(new_database(), stored) as connection:
        yield connection


@asynccontextmanager
async def filled(dsn: str, stored: Sequence[Customer]) -> "AsyncIterator[asyncpg.Connection[Any]]":
    connection = await asyncpg.connect(dsn, server_settings={"jit": "off"})
    await connection.executemany(
        "INSERT INTO customers (number, kind, trade, display_name, sort_name, owner, tags, words, archived_at, "
        "updated_at) OVERRIDING SYSTEM VALUE "
        "SELECT $1, $2, 'b2c', $3, $3, $4, $5, $6, CASE WHEN $7 THEN now() END, '2025-03-02'",
        [[c[n] for n in ("number", "kind", "display_name", "owner", "tags", "words", "archived")] for c in stored],
    )
    await connection.execute("SELECT setval('customers_number_seq', max(number)) FROM customers")
    await search.add_words(_context(connection), {word for customer in stored for word in customer["words"]})
    await connection.execute("ANALYZE")
    yield connection
    await connection.close()


WORDS = [
    *(
        "martha",
        "mar",
        "ma",
        "m",
        "jo",
        "jean luc",
        "jeanluc",
        "mueller",
        "mulller",
        "山田",
        "電機",
        "電",
        "田",
        "機",
        "ナ",
        "smith",
        "smi",
        "s",
    ),
    *(
        "smiht",
        "ohara",
        "o'hara",
        "vanderberg",
        "0991",
        "60991",
        "9460991",
        "9910",
        "@gmail.com",
        "@gmail",
        "smi7",
        "l0",
        "nobody",
    ),
]


@pytest.mark.parametrize(
    ("seed", "is_cut", "most"), [(0, False, 2), (1, False, 6_000_000), (2, True, 2), (3, True, 6_000_000)]
)
async def test_every_match_is_on_one_page(
    db: "asyncpg.Connection[Any]",
    stored: list[Customer],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
    is_cut: bool,
    most: int,
) -> None:
    """Also if each look ends as soon as it may; its batches are then smaller.

    Also if every last window is looked into by words alone.
    """
    monkeypatch.setattr(search_pages, "TIME", timedelta(days=0 if is_cut else 1))
    monkeypatch.setattr(windows, "SURE", 1_000_000)
    monkeypatch.setattr(windows, "MOST", most)
    random = Random(seed)
    for _ in range(12):
        q = " ".join(random.sample(WORDS, random.choice([1, 1, 1, 2, 2, 3])))
        filters: dict[str, Any] = {
            name: random.choice([None, None, *values])
            for name, values in {"tag": ["vip"], "owner": ["MIA"], "kind": KINDS, "archived": ["any", "yes"]}.items()
        }
        filters["archived"] = filters["archived"] or "no"
        best, others = await _by_looking_at_each(db, stored, q, filters)
        limit = random.choice([17, 50, 199, 200, 200])
        numbers, short = await _page_by_page(db, limit, q, filters)
        assert numbers[: len(best)] == best, (q, filters)
        if is_cut:
            assert sorted(numbers[len(best) :]) == sorted(others), (q, filters)
        else:
            assert (numbers[len(best) :], short) == (others, 0), (q, filters)


@pytest.fixture
def asks_as_in_a_large_store(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sets of older blocks are asked later, and the newest are looked into before all."""
    statements = (windows.ahead, word_sets._with_words, word_sets._with_items)
    monkeypatch.setattr(windows, "_LONG", 0)
    monkeypatch.setattr(word_sets, "_NEWEST", 1)
    for each in statements:
        each.cache_clear()
    yield
    for each in statements:
        each.cache_clear()


@pytest.mark.usefixtures("asks_as_in_a_large_store")
async def test_nor_where_older_blocks_are_asked_later(
    new_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await test_sets_of_words_leave_nobody_out(new_database, monkeypatch, 7, 1 << 12)


@pytest.mark.parametrize(("seed", "frequent"), [(4, 1 << 16), (5, 1 << 12), (6, 1 << 9)])
async def test_sets_of_words_leave_nobody_out(
    new_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch, seed: int, frequent: int
) -> None:
    """Nor those who got or lost words since the sets were made, nor after the sets learnt of it."""
    monkeypatch.setattr(search_pages, "TIME", timedelta(days=1))
    monkeypatch.setattr(windows, "SURE", 1_000_000)
    monkeypatch.setattr(word_sets, "FREQUENT", frequent)
    random = Random(seed)
    stored = numbered(150_000, 1)
    asked: list[word_sets.Blocks | None] = []
    again: list[bool] = []

    async def blocks_with(*arguments: Any) -> word_sets.Blocks | None:
        asked.append(await usual(*arguments))
        again.append(arguments[3:] == (None,))
        return asked[-1]

    usual = word_sets.blocks_with
    monkeypatch.setattr(word_sets, "blocks_with", blocks_with)
    random = Random(seed)
    async with filled(new_database(), stored) as db:
        await _refresh(db)
        await _compare(db, stored, random)
        changed = await _change_some(db, stored, random)
        await _compare(db, changed, random)
        await _refresh(db)
        await db.execute("UPDATE customers SET updated_at = '2025-03-02'")  # only sets know who was changed
        await _compare(db, changed, random)
    assert len(asked) >= 8 and None not in asked, "sets told where to look"
    assert frequent == 1 << 9 or any(again), "not all of whom they told were hits"


@pytest.mark.parametrize("everybody_is_rare", [False, True])
async def test_few_are_found_at_once(
    new_database: Callable[..., str], monkeypatch: pytest.MonkeyPatch, everybody_is_rare: bool
) -> None:
    """And if they turn out to be many, nobody is left out."""
    monkeypatch.setattr(search_pages, "TIME", timedelta(days=1))
    random = Random(8)
    stored = numbered(60_000, 100 if everybody_is_rare else 1)
    asked = [*WORDS]
    if everybody_is_rare:
        monkeypatch.setattr(word_sets, "FREQUENT", 1)
        monkeypatch.setattr(Term, "is_of_few", True)
        monkeypatch.setattr(search_plan, "_FEW_WORDS", 1_000)
    else:
        some = [word for customer in random.sample(stored, 20) for word in customer["words"]]
        asked = [word[1:] for word in some if word[0] == "‥" and len(word) == 7]
    looks: list[bool] = []

    async def find_all(self: search_pages.Search, ctx: Context, wanted: int) -> Any:
        look = await usual(self, ctx, wanted)
        looks.append(look.onward is None)
        return look

    usual = search_pages.Search._all
    monkeypatch.setattr(search_pages.Search, "_all", find_all)
    async with filled(new_database(), stored) as db:
        await _refresh(db)
        for _ in range(16):
            q = " ".join(random.sample(asked, random.choice([1, 1, 2]) if everybody_is_rare else 1))
            filters = {"archived": "any", "kind": random.choice([None, *KINDS])}
            best, others = await _by_looking_at_each(db, stored, q, filters)
            numbers, _ = await _page_by_page(db, random.choice([1, 3, 17, 200]), q, filters)
            assert (numbers[: len(best)], numbers[len(best) :]) == (best, others), (q, filters)
    assert len(looks) >= 8 and set(looks) == {not everybody_is_rare}


async def _refresh(db: "asyncpg.Connection[Any]") -> None:
    while await word_sets.refresh(_context(db)):
        pass


async def _compare(db: "asyncpg.Connection[Any]", stored: Sequence[Customer], random: Random) -> None:
    for _ in range(14):
        q = " ".join(random.sample(WORDS, random.choice([1, 2, 2, 3])))
        filters: dict[str, Any] = {
            name: random.choice([None, *values])
            for name, values in {"tag": ["vip"], "owner": ["MIA"], "kind": KINDS}.items()
        }
        filters["archived"] = random.choice(["any", "no"])
        best, others = await _by_looking_at_each(db, stored, q, filters)
        numbers, _ = await _page_by_page(db, random.choice([5, 17, 200]), q, filters)
        assert (numbers[: len(best)], numbers[len(best) :]) == (best, others), (q, filters)


async def _change_some(db: "asyncpg.Connection[Any]", stored: Sequence[Customer], random: Random) -> list[Customer]:
    """Give some the names, numbers and addresses of others."""
    after = list(stored)
    for n in random.sample(range(len(stored)), 300):
        filters = [word for word in stored[n]["words"] if word[0] in "＆＃"]
        others = [word for word in random.choice(stored)["words"] if word[0] not in "＆＃"]
        after[n] = stored[n] | {"words": sorted([*filters, *others])}
        await db.execute(
            "UPDATE customers SET words = $2, updated_at = clock_timestamp() WHERE number = $1",
            stored[n]["number"],
            after[n]["words"],
        )
    return after


async def test_a_page_of_those_who_match_best_ranks_no_others(
    db: "asyncpg.Connection[Any]", stored: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are on the next page, whoever they are."""
    ranked: list[int] = []

    async def rank(self: search_pages.Search, *arguments: Any, **rest: Any) -> Any:
        ranked.append(arguments[3])
        return await usual(self, *arguments, **rest)

    usual = search_pages.Search._rank
    monkeypatch.setattr(search_pages.Search, "_rank", rank)
    q, filters = "martha smith", {"archived": "any", "owner": "MIA"}
    best, others = await _by_looking_at_each(db, stored, q, filters)
    first = await _page(db, len(best), q, filters)
    assert ([int(customers_name(item)) for item in first.items], ranked) == (best, [])
    second = await _page(db, 5, q, filters, first.next_cursor)
    assert ([int(customers_name(item)) for item in second.items], ranked) == (others[:5], [6])


async def test_a_batch_that_a_look_ended_stays_as_it_is(
    db: "asyncpg.Connection[Any]", stored: list[Customer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for again for its later pages, which must not rank it with those below."""
    monkeypatch.setattr(search_pages, "TIME", timedelta(0))
    monkeypatch.setattr(windows, "SURE", 1_000_000)
    for q in ("martha smith", "jean luc"):
        _, others = await _by_looking_at_each(db, stored, q, {"archived": "any"})
        numbers, _ = await _page_by_page(db, 17, q, {"archived": "any"})
        assert sorted(numbers[-len(others) :]) == sorted(others)


@pytest.mark.parametrize("letter", ["電", "田", "機", "タ", "ナ"])
async def test_of_one_letter_have_all_with_it_in_their_name(
    db: "asyncpg.Connection[Any]", stored: list[Customer], letter: str
) -> None:
    everybody = [c["number"] for c in reversed(stored) if letter in c["name"]]
    assert sorted((await _page_by_page(db, 50, letter, {"archived": "any"}))[0], reverse=True) == everybody
    assert everybody


async def test_there_is_enough_to_page_through(db: "asyncpg.Connection[Any]", stored: list[Customer]) -> None:
    """The histories above would hold for empty lists as well."""
    every = {q: sum(map(len, await _by_looking_at_each(db, stored, q, {"archived": "any"}))) for q in WORDS}
    assert every.pop("nobody") == 0
    assert min(every.values()) > 0 and sum(count > search_statements.BATCH for count in every.values()) > 5, every


async def _page_by_page(
    db: "asyncpg.Connection[Any]", limit: int, q: str, filters: dict[str, Any]
) -> tuple[list[int], int]:
    """All numbers, and how many pages were short although others followed."""
    numbers: list[int] = []
    short = 0
    cursor = None
    while True:
        page = await _page(db, limit, q, filters, cursor)
        numbers += [int(customers_name(item)) for item in page.items]
        if (cursor := page.next_cursor) is None:
            return numbers, short
        short += len(page.items) < limit


async def _page(
    db: "asyncpg.Connection[Any]", limit: int, q: str, filters: dict[str, Any], cursor: str | None = None
) -> Any:
    query = CustomerQuery(q=q, limit=limit, cursor=cursor, **filters)
    tag = {"tag": rules.tag_word(query.tag)} if query.tag else {}
    required = [rules.field_word(name, str(value)) for name in ("owner", "kind") if (value := filters.get(name))]
    return await customers.search_page(_context(db), query, terms(q, "GB"), tag, [*tag.values(), *required])


def customers_name(item: str) -> str:
    return item.partition('"display_name":"')[2].partition('"')[0]


async def _by_looking_at_each(
    db: "asyncpg.Connection[Any]", stored: Sequence[Customer], q: str, filters: dict[str, Any]
) -> tuple[list[int], list[int]]:
    """Those who match best, and the others."""
    matches = (await search.match_terms(_context(db), terms(q, "GB"))).terms
    best: list[int] = []
    others: list[tuple[int, int]] = []
    for customer in reversed(stored):
        scores = [_score(match, set(customer["words"])) for match in matches]
        if not _is_asked_for(customer, filters) or None in scores:
            continue
        if all(score == _highest(match) for match, score in zip(matches, scores, strict=True)):
            best.append(customer["number"])
        else:
            others.append((sum(round((score or 0) * 10_000) for score in scores), customer["number"]))
    batches = (others[n : n + search_statements.BATCH] for n in range(0, len(others), search_statements.BATCH))
    ranked = (sorted(batch, reverse=True) for batch in batches)
    return best, [number for batch in ranked for _, number in batch]


def _score(match: TermMatch, words: set[str]) -> float | None:
    patterns = [pattern.strip("%") for pattern in match.proof]
    ends = match.term.digits != ""
    proven = not patterns or any(w.endswith(p) if ends else p in w for w in words for p in patterns)
    scores = [match.scores[word] for word in words & match.scores.keys() if proven or word not in match.proven]
    if match.all_of and proven and words.issuperset(match.all_of):
        scores.append(match.all_score)
    return max(scores, default=None)


def _highest(match: TermMatch) -> float:
    return max([*match.scores.values(), match.all_score])


def _is_asked_for(customer: Customer, filters: dict[str, Any]) -> bool:
    return (
        (filters.get("archived") == "any" or customer["archived"] == (filters["archived"] == "yes"))
        and filters.get("kind") in (None, customer["kind"])
        and (filters.get("owner") or customer["owner"]).lower() == customer["owner"].lower()
        and (not filters.get("tag") or filters["tag"].upper() in customer["tags"])
    )


def _context(db: Any) -> Context:
    return Context(db, UUID(int=0), "tests", frozenset(), TestClock.START, b"key", "GB")


@pytest.mark.parametrize("q", ["martha", "martha smith", "mar smith 0991", "martha @gmail.com"])
async def test_statements_are_planned_once(new_database: Callable[..., str], q: str) -> None:
    """After five executions the database keeps a plan, unless one for the values seems to cost less each time."""
    async with filled(new_database(), numbered(60_000, 1_000)) as db:
        for _ in range(8):
            await _page_by_page(db, 200, q, {})
        planned = await db.fetch(
            "SELECT statement, custom_plans, generic_plans FROM pg_prepared_statements "
            "WHERE statement LIKE '%words%' AND custom_plans + generic_plans > 7"
        )
    assert planned and {row["custom_plans"] for row in planned} == {5}
