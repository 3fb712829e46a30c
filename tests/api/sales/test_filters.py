"""Which receipts the list finds, against all of them looked through one by one."""

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import httpx

from tests import make
from tests.support import api

PATH = "/v1/sales"
Sale = dict[str, Any]


async def some_receipts(client: httpx.AsyncClient) -> list[Sale]:
    """Sixty, of whatever comes; as the list has them."""
    dice = random.Random(7)
    bodies = []
    for n in range(60):
        day = dice.randint(1, 28)
        lines = [
            {
                "sku": dice.choice(["LAMB", "PORK", None]),
                "category": dice.choice(["meat", "Meat", None]),
                "batch": dice.choice(["L1", "L2", None]),
                "quantity": "1",
                "unit_price": str(dice.randint(0, 40)),
            }
            for _ in range(dice.randint(0, 3))
        ]
        bodies.append(
            {
                "source": "till",
                "receipt_no": str(n),
                "occurred_at": f"2026-02-{day:02}T23:30:00Z",
                "business_date": f"2026-02-{dice.choice([day, max(1, day - 1)]):02}",
                "operator": dice.choice(["Amara", "Bo", None]),
                "channel": dice.choice(["in_store", "online", "phone"]),
                "currency": dice.choice(["GBP", "GBP", "EUR"]),
                "lines": lines,
            }
        )
    assert {result["status"] for result in await api.batch(client, PATH, *bodies)} == {201}
    return await api.pages(client, PATH, limit=100)


def has_line(**values: str) -> Callable[[Sale], bool]:
    return lambda sale: any(all(line[name] == v for name, v in values.items()) for line in sale["lines"])


FILTERS: list[tuple[dict[str, Any], Callable[[Sale], bool]]] = [
    ({"operator": "Amara"}, lambda s: s["operator"] == "Amara"),
    ({"channel": "online"}, lambda s: s["channel"] == "online"),
    ({"currency": "EUR"}, lambda s: s["currency"] == "EUR"),
    ({"sku": "LAMB"}, has_line(sku="LAMB")),
    ({"category": "Meat"}, has_line(category="Meat")),
    ({"batch": "L2"}, has_line(batch="L2")),
    ({"sku": "LAMB", "batch": "L2"}, has_line(sku="LAMB", batch="L2")),
    ({"total_min": "20"}, lambda s: Decimal(s["total"]) >= 20),
    ({"total_max": "0.00"}, lambda s: Decimal(s["total"]) <= 0),
    (
        {"total_min": "10", "total_max": "30.00", "currency": "GBP"},
        lambda s: s["currency"] == "GBP" and 10 <= Decimal(s["total"]) <= 30,
    ),
    ({"business_date_since": "2026-02-10"}, lambda s: s["business_date"] >= "2026-02-10"),
    (
        {"business_date_since": "2026-02-05", "business_date_before": "2026-02-12"},
        lambda s: "2026-02-05" <= s["business_date"] < "2026-02-12",
    ),
    (
        {"operator": "Bo", "category": "meat", "channel": "in_store", "sort": "occurred_at"},
        lambda s: s["operator"] == "Bo" and s["channel"] == "in_store" and has_line(category="meat")(s),
    ),
]


async def test_every_filter_finds_what_it_says(client: httpx.AsyncClient) -> None:
    receipts = await some_receipts(client)
    assert len(receipts) == 60
    for query, holds in FILTERS:
        expected = [sale for sale in receipts if holds(sale)]
        assert 0 < len(expected) < 60, query
        if query.get("sort") == "occurred_at":
            expected.reverse()
        found = await api.pages(client, PATH, limit=7, **query)
        assert [sale["id"] for sale in found] == [sale["id"] for sale in expected], query
    answer = await client.get(f"{PATH}/export", params={"batch": "L2", "currency": "GBP"})
    exported = [sale for sale in receipts if has_line(batch="L2")(sale) and sale["currency"] == "GBP"]
    assert answer.text.count("\n") == len(exported) > 0


async def test_a_line_keeps_its_batch(client: httpx.AsyncClient) -> None:
    body = make.sale(lines=[make.line(batch="4111111111111111")])  # a number like that of a payment card is none here
    sale = await make.record_sale(client, body)
    assert sale["lines"][0]["batch"] == "4111111111111111"
    again = await client.post(PATH, json=body)
    assert again.status_code == 200
    other = await client.post(PATH, json=body | {"lines": [make.line(batch="L2")]})
    assert api.pointers(other) == ["/lines/0/batch"]
    revised = await api.post(client, PATH, body | {"revision": 1, "lines": [make.line(batch="L2")]}, 200)
    assert revised["lines"][0]["batch"] == "L2"
    assert await api.pages(client, PATH, batch="4111111111111111") == []


async def test_ranges_that_end_before_they_begin_are_refused(client: httpx.AsyncClient) -> None:
    wrong = {
        "total_max": {"total_min": "2", "total_max": "1"},
        "business_date_before": {"business_date_since": "2026-02-02", "business_date_before": "2026-02-01"},
    }
    for name, query in wrong.items():
        assert api.errors(await client.get(PATH, params=query)) == [(f"/query/{name}", "out_of_order")]
