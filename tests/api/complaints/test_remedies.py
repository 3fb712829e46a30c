"""Remedies of complaints, through the API."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.make.complaints import PATH, record, record_in
from tests.support import api
from tests.support.api import errors, pointers
from tests.support.application import TestClock
from tests.support.complaints import events, get, moved, refused

NOW, LATER = "2026-03-02T09:00:00.000000Z", "2026-03-02T09:01:00.000000Z"


async def add_remedy(client: httpx.AsyncClient, one: dict[str, Any], **new: Any) -> dict[str, Any]:
    """The remedy as the complaint has it."""
    return (await api.post(client, f"{PATH}/{one['id']}/remedies", new, 200))["remedies"][-1]


async def change_remedy(
    client: httpx.AsyncClient, one: dict[str, Any], remedy: dict[str, Any], changes: Any, **headers: str
) -> httpx.Response:
    path = f"{PATH}/{one['id']}/remedies/{remedy['id']}"
    return await api.patch(client, path, changes, **headers)


async def changed_remedy(
    client: httpx.AsyncClient, one: dict[str, Any], remedy: dict[str, Any], changes: Any
) -> dict[str, Any]:
    answer = await change_remedy(client, one, remedy, changes)
    assert answer.status_code == 200, answer.text
    return next(r for r in answer.json()["remedies"] if r["id"] == remedy["id"])


class TestRemedies:
    async def test_are_sought_and_offered(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client, remedies=[{"kind": "apology"}])
        sought = await add_remedy(client, one, kind="replacement")
        offered = await add_remedy(
            client, one, kind="refund", state="offered", description="Half", cost="5.00", currency="GBP"
        )
        assert (sought["state"], sought["sought_at"], sought["offered_at"]) == ("sought", NOW, None)
        assert (offered["state"], offered["sought_at"], offered["offered_at"]) == ("offered", None, NOW)
        assert (offered["description"], offered["cost"], offered["currency"]) == ("Half", "5.00", "GBP")
        after = await get(client, one)
        assert [r["kind"] for r in after["remedies"]] == ["apology", "replacement", "refund"]
        assert after["version"] == 3
        assert (await events(db, one))[1:] == [
            ("remedy_sought", "replacement sought"),
            ("remedy_offered", "refund offered"),
        ]

    async def test_go_their_way_one_by_one(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        one = await record(client)
        remedy = await add_remedy(client, one, kind="refund")
        clock.tick(60)
        offered = await changed_remedy(client, one, remedy, {"state": "offered", "cost": "5.00", "currency": "GBP"})
        assert (offered["sought_at"], offered["offered_at"], offered["decided_at"]) == (NOW, LATER, None)
        assert (offered["cost"], offered["version"]) == ("5.00", 2)
        clock.tick(60)
        accepted = await changed_remedy(client, one, remedy, {"state": "accepted"})
        assert (accepted["offered_at"], accepted["decided_at"]) == (LATER, "2026-03-02T09:02:00.000000Z")
        again = await changed_remedy(client, one, remedy, {"state": "offered"})
        assert (again["state"], again["decided_at"]) == ("offered", None)
        assert [what for what, _ in await events(db, one)][1:] == [
            "remedy_sought",
            "remedy_offered",
            "remedy_accepted",
            "remedy_offered",
        ]

    async def test_change_without_a_word_of_their_state(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client)
        remedy = await add_remedy(client, one, kind="refund", cost="5.00", currency="GBP", description="Half")
        after = await changed_remedy(client, one, remedy, {"cost": "6.00", "description": None, "kind": "goodwill"})
        assert (after["cost"], after["description"], after["kind"], after["state"]) == (
            "6.00",
            None,
            "goodwill",
            "sought",
        )
        assert (await events(db, one))[-1] == ("remedy_updated", "goodwill updated")
        recorded = await events(db, one)
        assert await changed_remedy(client, one, remedy, {"cost": "6.00"}) == after
        assert await events(db, one) == recorded

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"state": None}, ("/state", "missing")),
            ({"kind": None}, ("/kind", "missing")),
            ({"state": "lost"}, ("/state", "enum")),
            ({"cost": "1.00"}, ("/currency", "missing")),
            ({"cost": "x"}, ("/cost", "decimal_string")),
            ({"offered_at": NOW}, ("/offered_at", "unknown_field")),
        ],
    )
    async def test_wrong_changes(
        self, client: httpx.AsyncClient, changes: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        one = await record(client)
        remedy = await add_remedy(client, one, kind="refund")
        before = await get(client, one)
        assert errors(await change_remedy(client, one, remedy, changes)) == [expected]
        assert await get(client, one) == before

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        """It is the version of the remedy that counts."""
        one = await record(client)
        remedy = await add_remedy(client, one, kind="refund")
        await add_remedy(client, one, kind="apology")
        assert (
            await change_remedy(client, one, remedy, {"state": "offered"}, **{"if-match": '"3"'})
        ).status_code == 412
        assert (
            await change_remedy(client, one, remedy, {"state": "offered"}, **{"if-match": '"1"'})
        ).status_code == 200
        answers = await asyncio.gather(
            *(
                change_remedy(client, one, remedy, {"cost": f"{n}.00", "currency": "GBP"}, **{"if-match": '"2"'})
                for n in range(10)
            )
        )
        assert sorted(a.status_code for a in answers) == [200] + [412] * 9

    async def test_of_another_complaint(self, client: httpx.AsyncClient) -> None:
        one, other = await record(client), await record(client)
        remedy = await add_remedy(client, one, kind="refund")
        for where, what in ((other, remedy), (one, {"id": uuid4()}), ({"id": uuid4()}, remedy)):
            assert (await change_remedy(client, where, what, {"state": "offered"})).status_code == 404
        assert (await client.post(f"{PATH}/{uuid4()}/remedies", json={"kind": "refund"})).status_code == 404

    async def test_there_is_an_end_to_them(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record_in(client, "investigating", remedies=[{"kind": "refund"}] * 50)
        await db.execute(
            "INSERT INTO complaint_remedies (complaint_id, position, kind, state) "
            "SELECT $1, n, 'apology', 'sought' FROM generate_series(51, 199) n",
            one["id"],
        )
        await add_remedy(client, one, kind="refund")
        assert len((await get(client, one))["remedies"]) == 200
        assert (await client.post(f"{PATH}/{one['id']}/remedies", json={"kind": "refund"})).status_code == 409
        assert (await refused(client, one, "respond", offers=[{"kind": "refund"}])).status_code == 409
        assert (await moved(client, one, "respond"))["state"] == "responded"

    async def test_of_many_at_once_none_is_lost(self, client: httpx.AsyncClient) -> None:
        one = await record(client)
        await asyncio.gather(*(add_remedy(client, one, kind="refund", description=f"{n}") for n in range(12)))
        found = await get(client, one)
        assert sorted(int(r["description"]) for r in found["remedies"]) == list(range(12))
        assert found["version"] == 13


async def test_pointers_of_offers(client: httpx.AsyncClient) -> None:
    one = await record_in(client, "investigating")
    offers = [{"kind": "refund"}, {"kind": "refund", "cost": "1.00"}]
    assert pointers(await refused(client, one, "respond", offers=offers)) == ["/offers/1/currency"]
