"""Several receipts that made up a customer are corrected, each in its own way, in any order, with one result."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.receipts import Receipt

Keys = str
"""`c8 p9` is card 8 and phone 9; `e9` is an e-mail address."""
ADA, BO = "c1 p1", "c2 e2"

HISTORIES: list[tuple[str, list[Keys], list[Keys], list[Keys], list[Keys]]] = [
    ("the last one leaves it out", [], ["c9 e9", "c9 e9"], ["e9", "c8 e9"], ["c8 e9"] * 2),
    ("of a phone", [], ["p9 e9", "p9 e9"], ["e9", "p8 e9"], ["e9 p8"] * 2),
    ("an address", [], ["c9 e9", "c9 e9"], ["c9", "c9 e8"], ["c9 e8"] * 2),
    ("one has the card alone", [], ["c9", "c9 e9"], ["c8", "c8 e9"], ["c8 e9"] * 2),
    ("one has no address", [], ["c9 p9 e9", "c9 p9"], ["c8 p8 e9", "c8 p8"], ["c8 e9 p8"] * 2),
    ("hers with an address", [ADA], ["p9 e9", "p9 e9"], ["p1", "p1 e9"], ["c1 e9 p1"] * 2),
    ("hers with a card", [ADA], ["c9 e9", "c9 e9"], ["c1 e9", "c1"], ["c1 e9 p1"] * 2),
    ("one becomes doubtful", [ADA, BO], ["p9 e9", "p9 e9"], ["p1 e9", "c2 p1"], ["c1 e9 p1", "p9"]),
    ("one is somebody else's", [], ["c9 e9", "c9 e9"], ["c2 e1", "c8 e9"], ["c2 e1", "c8 e9"]),
    ("one has another address", [], ["c9 p9", "c9 p9"], ["e1", "c8 p9"], ["e1", "c8 p9"]),
    ("a number is replaced and left", [], ["p9 e9", "p9 e9"], ["e9 p2", "c2 p1"], ["e9 p2", "c2 p1"]),
    ("what is doubtful replaces nothing", [ADA], ["c9 e9", "c9 e9"], ["c8", "c8 p1 e9"], ["c8", "c9 e9"]),
    ("three with less and less", [], ["c9 p9 e9", "c9 p9", "c9"], ["c8 p9 e9", "c8 p9", "c8"], ["c8 e9 p9"] * 3),
]
CASES = [
    pytest.param(*history, order, id=f"{name} {order}")
    for name, *history in HISTORIES
    for order in permutations(range(len(history[1])))
]


def buyer(keys: Keys) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for key in keys.split():
        if key[0] == "c":
            named["identity"] = make.identity("loyalty", key)
        elif key[0] == "p":
            named["phone"] = phone(key)
        else:
            named["email"] = f"{key}@example.com"
    return named


def phone(key: str) -> str:
    return f"020 7946 055{key[1]}"


async def create(client: httpx.AsyncClient, keys: Keys) -> None:
    named = buyer(keys)
    points = [{"kind": kind, "value": named[kind]} for kind in ("phone", "email") if kind in named]
    await make.create_customer(client, identities=[named["identity"]], contact_points=points)


async def keys_of_buyers(client: httpx.AsyncClient, receipts: Sequence[Receipt]) -> list[Keys]:
    return [await _keys(client, each) for each in receipts]


async def _keys(client: httpx.AsyncClient, receipt: Receipt) -> Keys:
    sale = await api.get(client, f"/v1/sales/{receipt.sale['id']}")
    customer = await api.get(client, f"/v1/customers/{sale['customer_id']}")
    cards = [identity["external_id"] for identity in customer["identities"]]
    values = [(point["kind"], point["value"]) for point in customer["contact_points"]]
    points = [f"p{value[-1]}" if kind == "phone" else value.partition("@")[0] for kind, value in values]
    return " ".join(sorted([*cards, *points]))


@pytest.mark.parametrize(("known", "first", "right", "wanted", "order"), CASES)
async def test_it_is_no_matter_which_is_first(
    client: httpx.AsyncClient, known: list[Keys], first: list[Keys], right: list[Keys], wanted: list[Keys], order: Any
) -> None:
    for keys in known:
        await create(client, keys)
    receipts = [await Receipt(client, customer=buyer(keys)).record() for keys in first]
    for n in order:
        await receipts[n].revise(customer=buyer(right[n]))
    assert await keys_of_buyers(client, receipts) == wanted


@pytest.mark.parametrize("is_moved", [False, True], ids=["released", "moved"])
async def test_what_is_doubtful_is_decided_when_another_is_taken_away(
    client: httpx.AsyncClient, is_moved: bool
) -> None:
    """Only the other one said that the address belongs with the wrong number."""
    await create(client, ADA)
    other = await make.create_customer(client)
    first, second = [await Receipt(client, customer=buyer("p9 e9")).record() for _ in range(2)]
    await first.revise(customer=buyer("p1 e9"))
    assert await keys_of_buyers(client, [first]) == ["e9 p9"]
    if is_moved:
        await second.claim(other, moved_from={"id": second.sale["customer_id"]})
    else:
        await second.release()
    assert await keys_of_buyers(client, [first]) == ["c1 e9 p1"]
