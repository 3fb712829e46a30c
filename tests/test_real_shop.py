"""A quarter of a real shop, from its file through `rapport import` and a running service to totals that are right."""

import csv
import gzip
import random
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support import ledger
from tests.support.running import KEY, Running, running
from tests.support.shared_data import RETAIL

pytestmark = pytest.mark.skipif(not RETAIL.exists(), reason="the retail data is not beside the project")

COLUMNS = {
    "receipt_no": "InvoiceNo",
    "sku": "StockCode",
    "name": "Description",
    "quantity": "Quantity",
    "occurred_at": "InvoiceDate",
    "unit_price": "UnitPrice",
    "customer.identity.external_id": "CustomerID",
}
CONSTANTS = {"customer.identity.system": "uci", "source": "uci", "currency": "GBP"}
RECEIPTS, ANONYMOUS, CUSTOMERS, LINES = 4_894, 748, 1_749, 105_335
NET = Decimal("1807019.93")
BUYERS = {
    "14646": (11, Decimal("57821.02")),
    "18102": (6, Decimal("38370.09")),
    "14156": (9, Decimal("23195.95")),
}


def run_import(service: Running, path: Path) -> str:
    options = [part for field, column in COLUMNS.items() for part in ("--map", f"{field}={column}")]
    options += [part for field, value in CONSTANTS.items() for part in ("--set", f"{field}={value}")]
    told = service.run("import", "sales", str(path), *options, "--timezone", "Europe/London", api_key=KEY)
    assert told.exit_code == 0, told.stderr
    return told.stdout


def listed(service: Running) -> list[dict[str, Any]]:
    """Every receipt, page after page."""
    found: list[dict[str, Any]] = []
    with service.client() as client:
        parameters = {"source": "uci", "limit": "200"}
        while True:
            page = client.get("/v1/sales", params=parameters).json()
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            parameters["cursor"] = page["next_cursor"]


def check_api(service: Running) -> None:
    sales = listed(service)
    assert len(sales) == len({sale["id"] for sale in sales}) == len({sale["receipt_no"] for sale in sales}) == RECEIPTS
    assert sum(sale["customer_id"] is None for sale in sales) == ANONYMOUS
    assert len({sale["customer_id"] for sale in sales} - {None}) == CUSTOMERS
    assert sum(len(sale["lines"]) for sale in sales) == LINES
    assert sum(Decimal(sale["total"]) for sale in sales) == NET
    assert {sale["currency"] for sale in sales} == {"GBP"}
    with service.client() as client:
        for number, (count, net) in BUYERS.items():
            (found,) = client.get("/v1/customers/lookup", params={"identity": f"uci:{number}"}).json()["items"]
            mine = [sale for sale in sales if sale["customer_id"] == found["id"]]
            assert (len(mine), sum(Decimal(sale["total"]) for sale in mine)) == (count, net)
            (totals,) = client.get(f"/v1/customers/{found['id']}/profile").json()["totals"]
            assert (totals["currency"], totals["receipts"], Decimal(totals["net"])) == ("GBP", count, net)


async def check_store(dsn: str) -> None:
    (found,) = await ledger.fetch(
        dsn,
        "SELECT count(*) AS receipts, count(*) FILTER (WHERE customer_id IS NULL) AS anonymous, "
        "count(DISTINCT customer_id) AS buyers, sum(total) AS net, bool_and(balanced) AS balanced, "
        "(SELECT count(*) FROM sale_lines) AS lines, (SELECT count(*) FROM customers) AS customers, "
        "(SELECT sum(total) FROM sale_lines) AS lines_net FROM sales",
    )
    assert (found["receipts"], found["anonymous"], found["lines"]) == (RECEIPTS, ANONYMOUS, LINES)
    assert found["buyers"] == found["customers"] == CUSTOMERS
    assert found["net"] == found["lines_net"] == NET
    assert found["balanced"]
    buyers = await ledger.stored(dsn, "uci")
    assert {number: buyers[number] for number in BUYERS} == BUYERS
    assert buyers[None][0] == ANONYMOUS
    (kept,) = await ledger.fetch(dsn, "SELECT sum(receipts) AS receipts, sum(net) AS net FROM customer_totals")
    assert (kept["receipts"], kept["net"]) == (RECEIPTS - ANONYMOUS, NET - buyers[None][1])


@pytest.fixture(scope="module")
def shuffled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Receipts in each other's way; the lines of each stay in their order, so it is the same receipt."""
    with gzip.open(RETAIL, "rt", encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    number = header.index(COLUMNS["receipt_no"])
    order = [row[number] for row in rows]
    random.Random(20101201).shuffle(order)
    lines: dict[str, deque[list[str]]] = defaultdict(deque)
    for row in rows:
        lines[row[number]].append(row)
    rows = [lines[receipt].popleft() for receipt in order]
    path = tmp_path_factory.mktemp("shuffled") / "shop.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.fixture
def dsn(new_database: Callable[..., str]) -> str:
    return new_database()


@pytest.fixture
def service(tmp_path: Path, dsn: str) -> Iterator[Running]:
    with running(tmp_path, database_url=dsn) as service:
        yield service


async def test_the_shop_in_another_order_and_as_it_is(service: Running, dsn: str, shuffled: Path) -> None:
    assert run_import(service, shuffled) == f"{RECEIPTS:,} created, 0 replayed, 0 conflicting, 0 refused.\n"
    check_api(service)
    await check_store(dsn)
    assert run_import(service, RETAIL) == f"0 created, {RECEIPTS:,} replayed, 0 conflicting, 0 refused.\n"
    await check_store(dsn)
