"""Receipts whose mistyped keys made up a customer are corrected one after another, in any order."""

from itertools import permutations
from typing import Any

import asyncpg
import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt
from tests.support.sales import summed_anew

PHONE, OTHER, ADA_S = "020 7946 0999", "020 7946 0555", "020 7946 0777"
WRONG, RIGHT = {"identity": make.identity("loyalty", "X")}, {"identity": make.identity("loyalty", "C")}


async def keys(client: httpx.AsyncClient, customer_id: str) -> set[str]:
    read = await api.get(client, f"/v1/customers/{customer_id}")
    return {i["external_id"] for i in read["identities"]} | {point["value"] for point in read["contact_points"]}


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
@pytest.mark.parametrize(
    ("right", "wanted"),
    [
        (RIGHT | {"phone": PHONE}, {"C", PHONE}),
        (WRONG | {"phone": OTHER}, {"X", OTHER}),
        (WRONG | {"phone": PHONE, "email": "new@example.com"}, {"X", PHONE, "new@example.com"}),
    ],
    ids=["card", "phone", "one more"],
)
@pytest.mark.parametrize("batched", [False, True], ids=["one by one", "batch"])
async def test_they_end_with_what_is_right(
    client: httpx.AsyncClient, db: asyncpg.Connection, order: Any, right: Any, wanted: set[str], batched: bool
) -> None:
    receipts = [await Receipt(client, customer=WRONG | {"phone": PHONE}).record() for _ in range(3)]
    made_up = receipts[0].sale["customer_id"]
    assert [each.sale["customer_id"] for each in receipts] == [made_up] * 3
    if batched:
        bodies = [receipts[n].body | {"revision": 1, "customer": right} for n in order]
        assert {result["status"] for result in await api.batch(client, "/v1/sales", *bodies)} == {200}
    else:
        for n in order:
            await receipts[n].revise(customer=right)
    assert await keys(client, made_up) == wanted
    assert (await Receipt(client, customer=right).record()).sale["customer_id"] == made_up
    kept, summed = await summed_anew(db)
    assert kept == summed


@pytest.mark.parametrize("order", [*permutations(range(3))], ids=str)
async def test_they_become_hers_who_is_named(client: httpx.AsyncClient, order: Any) -> None:
    ada = await make.create_customer(client, contact_points=[make.phone(ADA_S)])
    receipts = [await Receipt(client, customer=WRONG | {"phone": PHONE}).record() for _ in range(3)]
    for n in order:
        await receipts[n].revise(customer=WRONG | {"phone": ADA_S})
    held = [(await api.get(client, f"/v1/sales/{each.sale['id']}"))["customer_id"] for each in receipts]
    assert (held, await keys(client, ada["id"])) == ([ada["id"]] * 3, {ADA_S, "X"})


async def test_whose_others_are_not_corrected_stays(client: httpx.AsyncClient) -> None:
    first, second = [await Receipt(client, customer=WRONG | {"phone": PHONE}).record() for _ in range(2)]
    await second.revise(customer=RIGHT | {"phone": PHONE})
    assert await keys(client, first.sale["customer_id"]) == {"X", PHONE}
