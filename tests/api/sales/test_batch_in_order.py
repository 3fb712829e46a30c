"""A batch decides whose its receipts are as if they came one by one."""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api

Keys = Mapping[str, str]
"""Of a buyer: the number of a `card` and an `email`."""
Line = tuple[str, int, Keys]
"""Number, revision and buyer of a receipt."""


def receipt(line: Line, run: str) -> dict[str, Any]:
    number, revision, keys = line
    return make.sale(receipt_no=f"{run}-{number}", revision=revision, customer=buyer(keys, run))


def buyer(keys: Keys, run: str) -> dict[str, Any]:
    """Of one run of the same receipts: nobody in it is anybody of another one."""
    known: dict[str, Any] = {}
    if "card" in keys:
        known["identity"] = make.identity("loyalty", f"{run}-{keys['card']}")
    if "email" in keys:
        known["email"] = f"{keys['email']}@{run}.example.com"
    return known


async def outcome(client: httpx.AsyncClient, lines: Sequence[Line], run: str) -> dict[str, Any]:
    """Whose each receipt is, and the keys of each customer: customers by their keys, since ids are of one run only."""
    customers = (await api.get(client, "/v1/customers", limit="100"))["items"]
    owners = {}
    for customer in customers:
        ids = [each["external_id"] for each in customer["identities"]]
        points = [each["value"] for each in customer["contact_points"]]
        owners[customer["id"]] = sorted(each.replace(run, "") for each in [*ids, *points] if run in each)
    found = {}
    for number in {number for number, *_ in lines}:
        (sale,) = (await api.get(client, "/v1/sales", receipt_no=f"{run}-{number}"))["items"]
        candidates = sorted(owners[each] for each in sale["candidates"])
        found[number] = (owners.get(sale["customer_id"]), sale["match"], candidates, sale["revision"])
    return {"sales": found, "customers": sorted(keys for keys in owners.values() if keys)}


A, B = {"card": "A"}, {"card": "B"}


@pytest.mark.parametrize(
    "known, lines",
    [
        pytest.param(
            [A], [("1", 0, A | {"email": "m"}), ("2", 0, B | {"email": "m"})], id="a second card of who has just learnt"
        ),
        pytest.param(
            [A, B],
            [("1", 0, A | {"email": "m"}), ("1", 1, B | {"email": "m"}), ("2", 0, {"email": "m"})],
            id="what a revision has given to somebody else",
        ),
        pytest.param(
            [A],
            [
                ("1", 0, A | {"email": "old"}),
                ("2", 0, A | {"email": "old"}),
                ("1", 1, A | {"email": "new"}),
                ("2", 1, A | {"email": "new"}),
            ],
            id="a mistyped address on two receipts",
        ),
        pytest.param(
            [A, B],
            [
                ("1", 0, A | {"email": "m"}),
                ("2", 0, A | {"email": "m"}),
                ("1", 1, B | {"email": "m"}),
                ("2", 1, B | {"email": "m"}),
            ],
            id="two receipts with the wrong card",
        ),
        pytest.param(
            [A],
            [("1", 0, A | {"email": "old"}), ("1", 1, A | {"email": "new"}), ("2", 0, {"email": "old"})],
            id="a key that was forgotten",
        ),
        pytest.param(
            [A],
            [("1", 0, A | {"email": "old"}), ("1", 1, A | {"email": "new"}), ("2", 0, A | {"email": "old"})],
            id="a key that is learnt again",
        ),
        pytest.param(
            [],
            [("1", 0, A), ("1", 1, B | {"email": "m"}), ("2", 0, B | {"email": "n"}), ("2", 1, A | {"email": "n"})],
            id="everybody is new",
        ),
        pytest.param(
            [A, B],
            [("1", 0, A | {"email": "m"}), ("1", 1, B), ("2", 0, A | {"email": "m"}), ("1", 2, B | {"email": "m"})],
            id="said again by another receipt",
        ),
    ],
)
@pytest.mark.parametrize("stored", [0, 1, 2], ids=lambda n: f"{n} stored before")
async def test_it_ends_as_one_by_one(
    client: httpx.AsyncClient, known: Sequence[Keys], lines: Sequence[Line], stored: int
) -> None:
    for run in ("single", "batch"):
        for keys in known:
            await make.create_customer(client, identities=[buyer(keys, run)["identity"]])
    for line in lines:
        await client.post("/v1/sales", json=receipt(line, "single"))
    for line in lines[:stored]:
        await client.post("/v1/sales", json=receipt(line, "batch"))
    results = await api.batch(client, "/v1/sales", *(receipt(line, "batch") for line in lines[stored:]))
    assert {result["status"] for result in results} <= {200, 201}
    assert await outcome(client, lines, "batch") == await outcome(client, lines, "single")
