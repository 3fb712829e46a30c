"""Whatever happens to contacts: the lists of customers say when they were last in contact, as their profiles do."""

import random
from collections import Counter
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api, customer_lists

PATH = "/v1/interactions"
STEPS = 30


class Desk:
    """Four customers, and the dice that decide who calls them, about what, and what is put right later."""

    def __init__(self, client: httpx.AsyncClient, seed: int) -> None:
        self.client, self.dice = client, random.Random(seed)
        self.customers: list[str] = []
        self.done: Counter[str] = Counter()

    async def open(self) -> None:
        self.customers = [(await make.create_customer(self.client))["id"] for _ in range(4)]

    def moment(self) -> str:
        return f"2026-0{self.dice.randint(1, 2)}-{self.dice.randint(1, 28):02}T10:00:00Z"

    def contact(self) -> dict[str, Any]:
        state = self.dice.choice(["held"] * 4 + ["planned", "missed", "cancelled"])
        body = {
            "kind": "meeting",
            "channel": "in_person",
            "direction": self.dice.choice(["inbound", "outbound", "internal"]),
            "state": state,
            "happened_at": "2026-04-01T10:00:00Z" if state == "planned" and self.dice.random() < 0.3 else self.moment(),
            "customer_id": self.dice.choice([None, *self.customers]),
            "participants": self.participants(),
        }
        return {name: value for name, value in body.items() if value is not None}

    def participants(self) -> list[dict[str, Any]]:
        return [
            {"name": "Guest", "customer_id": each}
            for each in self.dice.sample(self.customers, self.dice.choice([0, 0, 1, 2]))
        ]

    async def step(self) -> None:
        stored = (await api.get(self.client, PATH, limit=200))["items"]
        verb = self.dice.choice(
            ["record"] * 4 + ["batch", "patch", "patch", "hold", "miss", "cancel"] + ["claim", "move", "release"]
        )
        if verb in ("record", "batch") or not stored:
            if verb == "batch":
                await api.batch(self.client, PATH, *(self.contact() for _ in range(2)))
            else:
                await api.post(self.client, PATH, self.contact())
            self.done["recorded"] += 1
            return
        contact = self.dice.choice(stored)
        path, to = f"{PATH}/{contact['id']}", {"customer_id": self.dice.choice(self.customers)}
        if verb == "patch":
            changes = self.dice.choice(
                [
                    {"happened_at": self.moment()},
                    {"direction": "internal"},
                    {"direction": "outbound"},
                    {"participants": self.participants()},
                ]
            )
            answer = await api.patch(self.client, path, changes)
        else:
            body = {
                "hold": {},
                "miss": {},
                "cancel": {},
                "claim": to,
                "move": to | {"moved_from": contact["customer_id"]},
                "release": {"reason": "x"},
            }[verb]
            answer = await self.client.post(f"{path}/{'claim' if verb == 'move' else verb}", json=body)
        assert answer.status_code in (200, 409, 422), answer.text
        self.done[f"{verb} {answer.status_code}"] += 1

    async def check(self) -> None:
        last: dict[str, Any] = {}
        for customer in self.customers:
            contact = (await api.get(self.client, f"/v1/customers/{customer}/profile"))["last_contact"]
            last[customer] = contact and contact["happened_at"]
        await customer_lists.require_sorted(self.client, "last_contact_at", last)
        await customer_lists.require_since(self.client, "last_contact", last, sorted({v for v in last.values() if v}))
        since = await customer_lists.known_since(self.client, self.customers)
        await customer_lists.require_sorted(self.client, "known_since", since)


@pytest.mark.parametrize("seed", range(2))
async def test_customers_are_listed_by_their_last_contact(client: httpx.AsyncClient, seed: int) -> None:
    desk = Desk(client, seed)
    await desk.open()
    for n in range(STEPS):
        await desk.step()
        if n % 5 == 4:
            await desk.check()
    # A history that never gets anywhere proves nothing.
    assert desk.done["recorded"] >= 5 and sum(n for kind, n in desk.done.items() if kind.endswith("200")) >= 4
