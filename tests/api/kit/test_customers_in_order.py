"""Requests that change several customers by several statements lock them all at once, before any of them is changed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api


@dataclass
class Two:
    """Two customers, each known by a number alone: `first` is locked before `second`."""

    client: httpx.AsyncClient
    first: dict[str, Any]
    second: dict[str, Any]

    async def revise(self) -> Callable[[], Awaitable[Any]]:
        """A receipt of the second, and a revision that is of the first, in one batch."""
        sale = make.sale(customer=_phone(self.second))
        revision = {**sale, "revision": 1, "customer": _phone(self.first)}
        return lambda: self._send("/v1/sales", sale, revision)

    async def revise_alone(self) -> Callable[[], Awaitable[Any]]:
        """A revision that is of the second of a receipt that was of the first."""
        sale = make.sale(customer=_phone(self.first))
        await make.record_sale(self.client, sale)
        revision = {**sale, "revision": 1, "customer": _phone(self.second)}
        return lambda: self._send("/v1/sales", revision)

    async def teach(self) -> Callable[[], Awaitable[Any]]:
        """One receipt teaches the second an address, another one is of the first and earlier than what is known."""
        address = {"email": make.email()["value"]}
        sales = make.sale(customer=_phone(self.second) | address), make.sale(customer=_phone(self.first))
        return lambda: self._send("/v1/sales", *sales)

    async def meet(self) -> Callable[[], Awaitable[Any]]:
        """A meeting with the second, in which the first took part."""
        meeting = {"kind": "meeting", "channel": "in_person", "happened_at": "2026-03-01T09:00:00Z"}
        participants = [{"name": "B", "customer_id": self.first["id"]}]
        meeting = make.interaction(**meeting, customer_id=self.second["id"], participants=participants)
        return lambda: self._send("/v1/interactions", meeting)

    async def match(self) -> Any:
        sent = [{"display_name": "B", "contact_points": [_own(one)]} for one in (self.first, self.second)]
        return await self._send("/v1/customers", *sent, on_match="match")

    async def _send(self, path: str, *bodies: dict[str, Any], **params: str) -> list[int]:
        content = "\n".join(json.dumps(body) for body in bodies)
        answer = await self.client.post(f"{path}/batch", content=content, headers=api.JSON_LINES, params=params)
        return [json.loads(line)["status"] for line in answer.text.splitlines()]


@pytest.fixture
async def two(client: httpx.AsyncClient) -> Two:
    both = [await make.create_customer(client, contact_points=[make.phone()]) for _ in range(2)]
    return Two(client, *sorted(both, key=lambda customer: str(customer["id"])))


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("prepare", [Two.revise, Two.revise_alone, Two.teach, Two.meet])
async def test_beside_a_batch_of_customers(two: Two, db: Any, prepare: Callable[[Two], Any]) -> None:
    """Both wait for the first customer, and whoever is behind has not locked the second."""
    send = await prepare(two)
    async with db.transaction():
        await db.execute("SELECT FROM customers WHERE id = $1 FOR NO KEY UPDATE", two.first["id"])
        matching = asyncio.create_task(two.match())
        await _until_waiting(db, 1)
        sending = asyncio.create_task(send())
        await _until_waiting(db, 2)
    assert await matching == [200, 200]
    assert set(await sending) <= {200, 201}


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("prepare", [Two.revise, Two.revise_alone, Two.teach, Two.meet])
async def test_many_at_once(two: Two, prepare: Callable[[Two], Any]) -> None:
    other = Two(two.client, two.second, two.first)
    sends = [await prepare(each) for each in (two, other) * 4]
    answers = await asyncio.gather(*(send() for send in sends), *(each.match() for each in (two, other) * 4))
    assert {status for statuses in answers for status in statuses} <= {200, 201}


def _phone(customer: dict[str, Any]) -> dict[str, Any]:
    return {"phone": customer["contact_points"][0]["value"]}


def _own(customer: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "phone", "value": _phone(customer)["phone"]}


async def _until_waiting(db: Any, count: int) -> None:
    while await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
