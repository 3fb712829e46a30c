"""A batch of sales, returns and their revisions ends as the same receipts sent one by one, however it is cut."""

import random
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx
import pytest

from app.core.sessions import Sessions
from app.rules.sales.receipts import OnUnknownCustomer
from app.schemas.sales.sales import SaleNew
from app.services.sales import sales
from tests.support import api

PATH = "/v1/sales"
SEEDS = range(8)


class Sent(NamedTuple):
    """A receipt of lines of (quantity, number of the receipt that it is returned of, if any); the first is line 1."""

    number: str
    revision: int
    lines: Sequence[tuple[int, str | None]]
    keys: Mapping[str, str] = {}
    """Of its buyer: a `card`, a `phone`, an `email`."""
    sku: str = "TEA"
    currency: str = "GBP"
    day: int = 1

    def body(self, run: int) -> dict[str, Any]:
        """Of one run of the same receipts: nobody in it is anybody of another one."""
        buyer: dict[str, Any] = {}
        if "card" in self.keys:
            buyer["identity"] = {"system": f"cards {run}", "external_id": self.keys["card"]}
        if "phone" in self.keys:
            buyer["phone"] = f"020 7946 {run:02}{self.keys['phone']}"
        if "email" in self.keys:
            buyer["email"] = f"{self.keys['email']}@{run}.example.com"
        lines = [
            {"sku": self.sku, "quantity": str(quantity), "unit_price": "5.00"}
            | ({"refund_of": {"receipt_no": of, "line_no": 1}} if of else {})
            for quantity, of in self.lines
        ]
        sent = {"source": f"till {run}", "receipt_no": self.number, "revision": self.revision, "lines": lines}
        moment = f"2026-02-{self.day:02}T10:00:00Z"
        return sent | {"occurred_at": moment, "currency": self.currency, "customer": buyer}


def sale(number: str, revision: int = 0, keys: Mapping[str, str] | None = None, quantity: int = 1, **more: Any) -> Sent:
    return Sent(number, revision, [(quantity, None)], keys or {}, **more)


def returned(number: str, of: str, quantity: int = -1, revision: int = 0, **more: Any) -> Sent:
    return Sent(number, revision, [(quantity, of)], **more)


def exchange(number: str, of: str, **keys: str) -> Sent:
    return Sent(number, 0, [(1, None), (-1, of)], keys)


A, B = {"card": "A"}, {"card": "B"}
M, N = {"email": "m"}, {"email": "n"}


HISTORIES = {
    "the buyer of what is over-returned": [returned("R", "S", -2), sale("S", 0, B), sale("S", 1, A)],
    "one unit more": [returned("R", "S", -3), sale("S"), sale("S", 1, quantity=2)],
    "another product": [returned("R", "S", sku="OAT"), sale("S"), sale("S", 1, day=2)],
    "another currency": [returned("R", "S", currency="EUR"), sale("S"), sale("S", 1, day=2)],
    "no longer over-returned": [returned("R", "S", -2), sale("S"), returned("R", "S", -1, 1), sale("S", 1, sku="OAT")],
    "returned until later": [sale("S"), returned("R", "S"), sale("S", 1, day=2), sale("S", 2, sku="OAT"), sale("R", 1)],
    "a return follows in time": [exchange("R", "S"), sale("S", 0, A), exchange("Q", "R", email="m")],
    "a return follows a revision": [exchange("R", "S"), sale("S"), sale("S", 1, A), exchange("Q", "R", email="m")],
    "what a revision long before has taught": [
        sale("1", 0, A),
        sale("2", 0, A | M),
        sale("3"),
        sale("2", 1),
        sale("3", 1, M),
        sale("3", 2),
        sale("4", 0, M),
        sale("2", 2, N),
    ],
    "what a stored receipt has taught": [
        sale("1", 0, A),
        sale("2", 0, A | M),
        sale("3"),
        sale("3", 1, M),
        sale("3", 2),
        sale("4", 0, M),
        sale("2", 1, N),
    ],
    "a second card of who has two keys": [
        sale("1", 0, {"phone": "11"} | M),
        sale("2"),
        sale("2", 1, {"phone": "11"} | A),
        sale("3", 0, B | M),
    ],
    "a card beside a number that its customer has just learnt": [
        sale("1", 0, A | M),
        sale("2", 0, M | {"phone": "11"}),
        sale("3", 0, B | {"phone": "11"}),
        sale("4", 0, B),
    ],
}


@pytest.mark.parametrize("sent", HISTORIES.values(), ids=HISTORIES)
async def test_it_ends_as_one_by_one(client: httpx.AsyncClient, sessions: Sessions, sent: Sequence[Sent]) -> None:
    singly = await outcome(client, sessions, sent, 0, len(sent))
    for cut in range(len(sent)):
        assert await outcome(client, sessions, sent, cut + 1, cut) == singly, f"cut after {cut}"


@pytest.mark.parametrize("seed", SEEDS)
async def test_so_do_receipts_by_chance(client: httpx.AsyncClient, sessions: Sessions, seed: int) -> None:
    sent = by_chance(random.Random(seed))
    assert await outcome(client, sessions, sent, 1, 0) == await outcome(client, sessions, sent, 0, len(sent))


def by_chance(dice: random.Random) -> list[Sent]:
    """Four receipts in up to three revisions, some of which are old."""
    sent: list[Sent] = []
    latest = dict.fromkeys("1234", -1)
    for _ in range(dice.randint(6, 12)):
        number = dice.choice("1234")
        latest[number] = min(latest[number] + 1, 2)
        of = dice.choice([other for other in "1234" if other != number])
        given_back: tuple[int, str | None] = (-dice.randint(1, 3), of)
        sold: tuple[int, str | None] = (dice.randint(1, 3), None)
        values = {"card": "AB", "phone": ["11", "22"], "email": "mn"}
        keys = {kind: dice.choice(each) for kind, each in values.items() if dice.random() < 0.4}
        lines = dice.choice([[sold], [sold], [given_back], [sold, given_back]])
        more = {"sku": dice.choice(["TEA"] * 5 + ["OAT"]), "currency": dice.choice(["GBP"] * 5 + ["EUR"])}
        sent.append(Sent(number, latest[number], lines, keys, **more, day=dice.randint(1, 3)))
    return sent


async def outcome(
    client: httpx.AsyncClient, sessions: Sessions, sent: Sequence[Sent], run: int, cut: int
) -> dict[str, Any]:
    """What comes of the first receipts sent one by one, up to the cut, and the others in one transaction."""
    bodies = [each.body(run) for each in sent]
    answers = [await client.post(PATH, json=body) for body in bodies[:cut]]
    results = [(answer.status_code, answer.json().get("errors", ())) for answer in answers]
    new = [SaleNew.model_validate(body) for body in bodies[cut:]]
    recorded = await sessions.write(lambda ctx: sales.record_many(ctx, new, OnUnknownCustomer.CREATE))
    results += [(each.status, each.problem.errors if each.problem else ()) for each in recorded]
    found = (await api.get(client, PATH, source=f"till {run}", limit="100"))["items"]
    names: dict[str | None, int] = {}
    """Customers in the order in which receipts name them, since ids are of one run only."""
    receipts = [_read(each, names) for each in sorted(found, key=lambda each: each["receipt_no"])]
    profiles = [await api.get(client, f"/v1/customers/{each}/profile") for each in names if each is not None]
    return {
        "results": [(status, [error["code"] for error in errors]) for status, errors in results],
        "receipts": receipts,
        "customers": [_keys_and_totals(profile) for profile in profiles],
    }


def _read(sale: dict[str, Any], names: dict[str | None, int]) -> dict[str, Any]:
    def name(customer_id: str | None) -> int:
        return names.setdefault(customer_id, len(names))

    same = ("receipt_no", "revision", "match", "matched_by", "occurred_at", "net", "returned", "over_returned")
    return {
        **{field: sale[field] for field in same},
        "customer": name(sale["customer_id"]),
        "reasons": [(why["kind"], why["result"], name(why["customer_id"])) for why in sale["match_reasons"]],
        "candidates": sorted(map(name, sale["candidates"])),
    }


def _keys_and_totals(profile: dict[str, Any]) -> Any:
    customer = profile["customer"]
    numbers = [each["value"][-2:] for each in customer["contact_points"] if each["kind"] == "phone"]
    addresses = [each["value"].partition("@")[0] for each in customer["contact_points"] if each["kind"] == "email"]
    cards = [each["external_id"] for each in customer["identities"]]
    totals = [(each["currency"], each["receipts"], each["net"]) for each in profile["totals"]]
    return sorted(numbers), sorted(addresses), sorted(cards), totals
