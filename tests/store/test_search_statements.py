"""Searching and filtering customers reads index ranges, whatever kind of term is asked for and whichever way it is
planned.
"""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from app.core.context import Context
from app.rules.customers.search import LETTER, field_word, tag_word
from app.rules.customers.search_terms import terms
from app.schemas.customers.customers import CustomerQuery
from app.schemas.interactions.tasks import TaskQuery
from app.store.customers import customers
from app.store.interactions import tasks
from tests.support.application import TestClock

Node = dict[str, Any]
COUNT = 20_000
# Each has a family name of few, a name of Chinese letters, a phone number and a card.
CUSTOMERS = f"""
    INSERT INTO customers (kind, trade, display_name, sort_name, owner, tags, words)
    SELECT 'person', 'b2c', 'Customer ' || n, 'customer ' || n, 'Owner ' || n % 500, '{{}}',
        ARRAY['name' || n % 2000, chr(20000 + n % 500), '{LETTER}' || chr(21000 + n % 700),
            chr(20000 + n % 500) || chr(21000 + n % 700),
            chr(21000 + n % 700) || chr(22000 + n % 300),
            chr(20000 + n % 500) || chr(21000 + n % 700) || chr(22000 + n % 300),
            '…' || lpad((n % 10000)::text, 4, '0'), '…' || lpad((460000 + n)::text, 6, '0'),
            '‥' || lpad((n % 9999)::text, 4, '0'), '‥' || lpad((460000 + n % 9999)::text, 6, '0'),
            '4420' || lpad((79460000 + n)::text, 8, '0'),
            '20' || lpad((79460000 + n)::text, 8, '0'), 'jean' || chr(97 + n % 26), 'luc' || chr(97 + n % 26),
            '＃tag' || n % 300, '{field_word("postal_code", "SW1 ")}' || n]
    FROM generate_series(1, {COUNT}) n;
    INSERT INTO search_words (word, fuzzy) SELECT DISTINCT w, w ~ '^[a-z]+$' FROM customers, unnest(words) w;
    INSERT INTO tasks (what, owner, status, customer_id)
    SELECT 'Call', 'Owner ' || row_number() OVER () % 500, 'open', id FROM customers;
"""


WORDS: dict[str, Callable[[str], str]] = {"tag": tag_word, "postal_code": partial(field_word, "postal_code")}


class Recorded:
    """A connection that keeps what was run on it, and with which values."""

    def __init__(self, db: "asyncpg.Connection[Any]") -> None:
        self._db = db
        self.ran: list[tuple[str, tuple[Any, ...]]] = []

    async def fetch(self, statement: str, *arguments: Any) -> list[asyncpg.Record]:
        self.ran.append((statement, arguments))
        return await self._db.fetch(statement, *arguments)


@pytest.fixture(scope="module")
async def db(new_database: Callable[..., str]) -> AsyncIterator["asyncpg.Connection[Any]"]:
    settings = {"jit": "off", "max_parallel_workers_per_gather": "0", "timezone": "UTC"}
    connection = await asyncpg.connect(new_database(), server_settings=settings)
    await connection.execute(CUSTOMERS)
    await connection.execute("ANALYZE")
    yield connection
    await connection.close()


SHAPES = {
    "a name": "name77",
    "a beginning": "name7",
    "an end of a number": "0991",
    "a longer end": "9460991",
    "a whole number": "020 7946 0991",
    "a name and an end": "name991 0991",
    "a part of a word": chr(21000 + 77) + chr(22000 + 77),
    "a letter": chr(21000 + 77),
    "a part and a name": f"{chr(20077)}{chr(21077)} name77",
    "two names": "jeanb lucb",
    "two names as one": "jeanblucb",
}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("q", SHAPES.values(), ids=SHAPES.keys())
async def test_searches_read_the_index_of_words(db: "asyncpg.Connection[Any]", q: str, mode: str) -> None:
    recorded = Recorded(db)
    page = await customers.search_page(_context(recorded), CustomerQuery(q=q), terms(q, "GB"), {}, [])
    assert page.items
    for statement, arguments in recorded.ran:
        nodes = list(_nodes(await _plan(db, statement, arguments, mode)))
        scanned = {node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"}
        assert not scanned & {"customers", "search_words"}, json.dumps(nodes, indent=1)
        if "FROM customers c" in statement:
            assert "ix_customers_words" in {node.get("Index Name") for node in nodes}


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("q", ["jeanb lucb", "lucb jeanb", "name77 jeanb", "9460991", "020 7946 0991"])
async def test_a_filter_is_looked_for_with_the_words(db: "asyncpg.Connection[Any]", q: str, mode: str) -> None:
    """Of all who match less well: the index is asked for their words and the filter's, not for everybody of a kind."""
    recorded = Recorded(db)
    await customers.search_page(
        _context(recorded), CustomerQuery(q=q, limit=200), terms(q, "GB"), {}, [tag_word("tag7")]
    )
    others = [(s, a) for s, a in recorded.ran if "ranked AS" in s]
    assert others
    for statement, arguments in others:
        for node in _nodes(await _plan(db, statement, arguments, mode)):
            if node["Node Type"] == "Bitmap Index Scan":
                assert node["Index Cond"].count("words ") > 1, node["Index Cond"]


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({"owner": "OWNER 77"}, "ix_customers_owner"),
        ({"postal_code": "sw 177"}, "ix_customers_words"),
        ({"tag": "TAG77"}, "ix_customers_words"),
    ],
)
async def test_filters_walk_an_index(db: "asyncpg.Connection[Any]", query: Any, index: str, mode: str) -> None:
    recorded = Recorded(db)
    words = {name: word(query[name]) for name, word in WORDS.items() if name in query}
    assert (await customers.CUSTOMERS.page(_context(recorded), CustomerQuery(**query), words)).items
    ((statement, arguments),) = recorded.ran
    nodes = list(_nodes(await _plan(db, statement, arguments, mode)))
    assert index in {node.get("Index Name") for node in nodes}, json.dumps(nodes, indent=1)


async def test_tasks_of_an_owner_walk_an_index(db: "asyncpg.Connection[Any]") -> None:
    recorded = Recorded(db)
    assert (await tasks.page(_context(recorded), TaskQuery(owner="OWNER 77"))).items
    ((statement, arguments),) = recorded.ran
    nodes = list(_nodes(await _plan(db, statement, arguments, "force_generic_plan")))
    assert {"ix_tasks_owner", "ix_tasks_owner_open"} & {node.get("Index Name") for node in nodes}


async def test_few_entries_wait_to_be_sorted_into_an_index(db: "asyncpg.Connection[Any]") -> None:
    """Each search goes through them, and the planner thinks the better of reading everybody."""
    found = await db.fetch(
        "SELECT c.relname, c.reloptions FROM pg_class c JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'gin'"
    )
    assert found and {tuple(row["reloptions"] or ()) for row in found} == {("gin_pending_list_limit=64",)}


async def _plan(db: "asyncpg.Connection[Any]", statement: str, arguments: tuple[Any, ...], mode: str) -> Node:
    async with db.transaction():
        await db.execute(f"SET LOCAL plan_cache_mode = {mode}")
        explained = await db.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *arguments)
    plan: Node = json.loads(explained)[0]["Plan"]
    return plan


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def _context(db: Any) -> Context:
    return Context(db, UUID(int=0), "tests", frozenset(), TestClock.START, b"", "GB")
