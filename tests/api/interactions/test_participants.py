"""Customers who take part in contacts of others have these on their timelines, and as their last contact."""

from typing import Any
from uuid import uuid4

import httpx

from tests import make
from tests.make.interactions import record
from tests.support import api
from tests.support.application import TestClock
from tests.support.links import claim, timeline

PATH = "/v1/interactions"
MEETING = {"kind": "meeting", "channel": "in_person", "direction": "outbound", "happened_at": "2026-03-01T10:00:00Z"}


async def profile(client: httpx.AsyncClient, customer: dict[str, Any]) -> Any:
    return await api.get(client, f"/v1/customers/{customer['id']}/profile")


def taking_part(*customers: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": customer["display_name"] or "Somebody", "customer_id": customer["id"]} for customer in customers]


class TestTakingPart:
    async def test_is_on_both_timelines_and_the_last_contact_of_both(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        bo = await make.create_customer(client, contact_points=[make.phone("+441132460502")])
        meeting = await record(client, **MEETING, customer_id=ada["id"], participants=taking_part(bo, bo, ada))
        assert await timeline(client, ada, meeting) == ["interaction.recorded"]
        assert await timeline(client, bo, meeting) == ["interaction.attended"]
        await record(client, kind="note", channel="in_person", direction="internal", customer_id=bo["id"])
        for customer in (ada, bo):
            found = await profile(client, customer)
            assert found["last_contact"]["id"] == meeting["id"]
            assert [count["count"] for count in found["contact_counts"]] == [1], "notes are no contacts"
        (candidate,) = (await api.get(client, "/v1/customers/lookup", phone="+441132460502"))["items"]
        assert candidate["last_contact"]["id"] == meeting["id"]

    async def test_the_latest_of_both_kinds_is_the_last_contact(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        await record(client, **MEETING, customer_id=ada["id"], participants=taking_part(bo))
        later = await record(client, customer_id=bo["id"], happened_at="2026-03-01T11:00:00Z")
        assert (await profile(client, bo))["last_contact"]["id"] == later["id"]

    async def test_in_a_batch(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        body = make.interaction(**MEETING, customer_id=ada["id"], participants=taking_part(bo))
        results = await api.batch(client, PATH, body, body)
        for result in results:
            assert await timeline(client, bo, result) == ["interaction.attended"]

    async def test_nobody(self, client: httpx.AsyncClient) -> None:
        bo = await make.create_customer(client)
        participants = [*taking_part(bo), {"name": "X", "customer_id": str(uuid4())}, {"name": "Y"}]
        body = make.interaction(**MEETING, participants=participants)
        assert api.errors(await client.post(PATH, json=body)) == [("/participants/1/customer_id", "not_found")]
        meeting = await record(client, **MEETING, participants=[{"name": "Y"}])
        answer = await api.patch(client, f"{PATH}/{meeting['id']}", {"participants": participants})
        assert api.errors(answer) == [("/participants/1/customer_id", "not_found")]


class TestPlanned:
    async def test_nobody_has_taken_part_until_it_is_held(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        bo = await make.create_customer(client)
        soon = {**MEETING, "state": "planned", "happened_at": "2026-03-02T10:00:00Z", "participants": taking_part(bo)}
        held, missed, cancelled = [await record(client, **soon) for _ in range(3)]
        clock.tick(2 * 3600)
        for verb, meeting in (("miss", missed), ("cancel", cancelled)):
            await api.post(client, f"{PATH}/{meeting['id']}/{verb}", {}, 200)
        for meeting in (held, missed, cancelled):
            assert await timeline(client, bo, meeting) == []
        assert (await profile(client, bo))["last_contact"] is None
        await api.post(client, f"{PATH}/{held['id']}/hold", {}, 200)
        assert await timeline(client, bo, held) == ["interaction.attended"]
        assert (await profile(client, bo))["last_contact"]["id"] == held["id"]


class TestChanged:
    async def test_participants_come_and_go(self, client: httpx.AsyncClient) -> None:
        ada, bo, cy = [await make.create_customer(client) for _ in range(3)]
        meeting = await record(client, **MEETING, customer_id=ada["id"], participants=taking_part(bo))
        await api.patched(client, f"{PATH}/{meeting['id']}", {"participants": taking_part(cy)})
        assert await timeline(client, bo, meeting) == []
        assert (await profile(client, bo))["last_contact"] is None
        assert await timeline(client, cy, meeting) == ["interaction.attended"]
        await api.patched(client, f"{PATH}/{meeting['id']}", {"participants": taking_part(bo, cy)})
        assert await timeline(client, bo, meeting) == ["interaction.attended"]

    async def test_its_time(self, client: httpx.AsyncClient) -> None:
        bo = await make.create_customer(client)
        other = await record(client, customer_id=bo["id"], happened_at="2026-03-01T11:00:00Z")
        meeting = await record(client, **MEETING, participants=taking_part(bo))
        assert (await profile(client, bo))["last_contact"]["id"] == other["id"]
        await api.patched(client, f"{PATH}/{meeting['id']}", {"happened_at": "2026-03-01T12:00:00Z"})
        assert (await profile(client, bo))["last_contact"]["id"] == meeting["id"]

    async def test_the_claim_of_a_participant_is_no_second_entry(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        meeting = await record(client, **MEETING, participants=taking_part(ada, bo))
        await claim(client, "interaction", meeting, ada)
        assert await timeline(client, ada, meeting) == ["interaction.recorded", "interaction.claimed"]
        assert await timeline(client, bo, meeting) == ["interaction.attended"]
        await claim(client, "interaction", meeting, bo, moved_from=ada["id"])
        assert await timeline(client, ada, meeting) == ["interaction.attended"]
        assert "interaction.attended" not in await timeline(client, bo, meeting)
