"""What the planner believes about tables: no statement grows with what it does not see."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import pytest

from app.core import table_statistics
from app.store.sales import intake, returned_products, settlement

Node = dict[str, Any]
_COUNTED = "SELECT relpages, reltuples FROM pg_class WHERE oid = 'products'::regclass"


@pytest.fixture
async def superuser(new_database: Callable[..., str]) -> Any:
    connection = await asyncpg.connect(new_database().replace("//rapport@", "//postgres@"))
    yield connection
    await connection.close()


async def test_rows_that_were_never_committed(new_database: Callable[..., str]) -> None:
    """As of a sample shop that was interrupted."""
    dsn = new_database()
    db = await asyncpg.connect(dsn)
    interrupted = db.transaction()
    await interrupted.start()
    await db.execute("INSERT INTO products (sku, name) SELECT n::text, 'Tea' FROM generate_series(1, 5000) n")
    await interrupted.rollback()
    await db.execute("ANALYZE products")
    pages, counted = await db.fetchrow(_COUNTED)
    assert pages > 10
    assert counted == 0
    await table_statistics.renew(dsn, ["products"])
    assert tuple(await db.fetchrow(_COUNTED)) == (0, 0)
    await db.close()


async def test_customers_of_receipts_are_looked_up_in_tables_that_are_taken_for_empty(superuser: Any) -> None:
    await superuser.execute(
        "INSERT INTO customers (kind, trade, display_name, sort_name, tags) "
        "SELECT 'person', 'b2c', n::text, n::text, '{}' FROM generate_series(1, 2000) n"
    )
    await superuser.execute("UPDATE pg_class SET reltuples = 0, relpages = 2 WHERE oid = 'customers'::regclass")
    statement = f"{intake._parts(True)} SELECT"
    arguments = [None] * (6 + len(intake.SALE) + len(intake.SALE_LINE))
    (plan,) = json.loads(await superuser.fetchval(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}", *arguments))
    read = [
        node
        for node in _nodes(plan["Plan"])
        if node.get("Relation Name") == "customers" and "Scan" in node["Node Type"]
    ]
    assert read
    assert all("Index Cond" in node or "Recheck Cond" in node for node in read), json.dumps(read, indent=1)


@pytest.mark.parametrize(
    ("statement", "arguments"),
    [(returned_products._RECOMPUTE, 3), (settlement._RECOMPUTE_RETURNED, 5)],
    ids=["its product", "its sums"],
)
async def test_lines_that_are_given_back_are_looked_up_by_their_key(
    db: "asyncpg.Connection[Any]", statement: str, arguments: int
) -> None:
    """Also with a plan that was made for receipts of a line or two, as a connection keeps it."""
    (plan,) = json.loads(await db.fetchval(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {statement}", *[None] * arguments))
    limited = [node for node in _nodes(plan["Plan"]) if node["Node Type"] == "Limit"]
    assert len(limited) == 1
    (line,) = [node for node in _nodes(limited[0]) if node.get("Relation Name") == "sale_lines"]
    assert all(f"({column} = " in line["Index Cond"] for column in ("sale_id", "line_no")), line


def _nodes(plan: Node) -> Iterator[Node]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)
