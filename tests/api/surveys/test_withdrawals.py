"""Invitations are withdrawn when what they are about falls away."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.surveys import INVITATIONS, answers, create_customer, create_open, create_rule, invite, record_sale
from tests.support import api
from tests.support.application import TestClock, Worker
from tests.support.surveys import invitation_events, listed_invitations


async def get(client: httpx.AsyncClient, invitation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"{INVITATIONS}/{invitation['id']}")
    return found


async def invited(client: httpx.AsyncClient, **sale: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A sale, and an invitation to a survey about it."""
    ada = await create_customer(client)
    sold = await record_sale(client, ada, **sale)
    return sold, await invite(client, await create_open(client), sale_id=sold["id"])


async def give_back(client: httpx.AsyncClient, sale: dict[str, Any], line_no: int = 1) -> dict[str, Any]:
    body = make.sale(lines=[make.refund(sale["receipt_no"], line_no)], payments=[], total="-10.00")
    return await make.record_sale(client, body)


class TestWithdrawn:
    async def test_the_sale_is_voided(self, client: httpx.AsyncClient, db: Any) -> None:
        sale, invitation = await invited(client)
        await api.post(client, f"/v1/sales/{sale['id']}/void", {"reason": "Rung up twice"}, 200)
        found = await get(client, invitation)
        assert (found["state"], found["withdrawal_reason"]) == ("withdrawn", "The sale was voided")
        assert found["withdrawn_at"] == "2026-03-02T09:00:00.000000Z"
        assert (await invitation_events(db, invitation))[-1][0] == "withdrawn"
        refused = await client.post(f"{INVITATIONS}/{invitation['id']}/send")
        assert (refused.status_code, refused.json()["detail"]) == (409, "The invitation is withdrawn")
        body = {"survey_id": invitation["survey_id"], "sale_id": sale["id"]}
        again = await client.post(INVITATIONS, json=body)
        assert api.errors(again) == [("/sale_id", "undone")], "nor is anybody asked for the first time"

    async def test_all_of_it_is_returned(self, client: httpx.AsyncClient) -> None:
        sale, invitation = await invited(client, lines=[make.line(), make.line()], total="20.00", payments=[])
        await give_back(client, sale, 1)
        assert (await get(client, invitation))["state"] == "pending", "half of it was kept"
        await give_back(client, sale, 2)
        found = await get(client, invitation)
        assert (found["state"], found["withdrawal_reason"]) == ("withdrawn", "All of the sale was returned")

    async def test_by_a_return_that_its_sale_did_not_see(
        self, client: httpx.AsyncClient, work: Worker, db: Any
    ) -> None:
        """As earlier releases left both where they were written at the same time, with a job to look once more."""
        sale, invitation = await invited(client)
        returned = await give_back(client, sale)
        await db.execute("UPDATE invitations SET state = 'pending', withdrawn_at = NULL, withdrawal_reason = NULL")
        await db.execute(
            "INSERT INTO jobs (kind, key, due_at) VALUES ('awaited_sale', $1, '2026-01-01')", returned["id"]
        )
        await work()
        found = await get(client, invitation)
        assert (found["state"], found["withdrawal_reason"]) == ("withdrawn", "All of the sale was returned")

    async def test_by_a_return_that_is_revised(self, client: httpx.AsyncClient) -> None:
        sale, invitation = await invited(client)
        body = make.sale(lines=[make.line("3.00")], payments=[], total="3.00")
        await make.record_sale(client, body)
        changed = {"revision": 1, "lines": [make.refund(sale["receipt_no"])], "total": "-10.00"}
        await make.record_sale(client, body, 200, **changed)
        assert (await get(client, invitation))["state"] == "withdrawn"

    async def test_the_complaint_is_withdrawn(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client)
        invitation = await invite(client, await create_open(client), complaint_id=complaint["id"])
        await api.post(client, f"/v1/complaints/{complaint['id']}/withdraw", {"reason": "A mistake"}, 200)
        found = await get(client, invitation)
        assert (found["state"], found["withdrawal_reason"]) == ("withdrawn", "The complaint was withdrawn")

    async def test_one_that_was_sent_cannot_be_answered(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient
    ) -> None:
        sale, invitation = await invited(client)
        token = (await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"]
        await api.post(client, f"/v1/sales/{sale['id']}/void", {"reason": "Rung up twice"}, 200)
        answer = await anonymous.post(f"/v1/answers/{token}", json=answers())
        assert (answer.status_code, answer.json()["code"]) == (410, "ANSWER_EXPIRED")
        assert (await anonymous.get(f"/v1/answers/{token}")).status_code == 410

    async def test_it_counts_apart(self, client: httpx.AsyncClient) -> None:
        sale, invitation = await invited(client)
        await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200)
        window = {"since": "2026-03-01T00:00:00Z", "before": "2026-03-03T00:00:00Z"}
        before = (await api.get(client, "/v1/feedback/measures", **window))["all"]["response"]
        assert (before["total"], before["withdrawn"]) == (1, 0)
        await api.post(client, f"/v1/sales/{sale['id']}/void", {"reason": "Rung up twice"}, 200)
        after = (await api.get(client, "/v1/feedback/measures", **window))["all"]["response"]
        assert (after["total"], after["withdrawn"]) == (0, 1)


class TestStays:
    async def test_an_answer_that_was_given(self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient) -> None:
        sale, invitation = await invited(client)
        token = (await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"]
        await api.post(anonymous, f"/v1/answers/{token}", answers())
        await api.post(client, f"/v1/sales/{sale['id']}/void", {"reason": "Rung up twice"}, 200)
        assert (await get(client, invitation))["state"] == "answered"

    async def test_one_about_another_sale(self, client: httpx.AsyncClient) -> None:
        _, invitation = await invited(client)
        await give_back(client, await make.record_sale(client))
        other = await make.record_sale(client)
        await api.post(client, f"/v1/sales/{other['id']}/void", {"reason": "Rung up twice"}, 200)
        assert (await get(client, invitation))["state"] == "pending"


class TestNotInvitedAtAll:
    async def test_what_was_returned_before_the_rule_asks(self, client: httpx.AsyncClient, work: Worker) -> None:
        await create_rule(client, delay_hours=24)
        ada = await create_customer(client)
        sold = await record_sale(client, ada)
        await give_back(client, sold)
        await work()
        assert (await api.get(client, INVITATIONS))["items"] == []


PLANNED = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": "2026-03-02T10:00:00Z"}


async def planned(client: httpx.AsyncClient, **changes: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A meeting in an hour, and an invitation about it."""
    ada = await create_customer(client)
    meeting = await make.record_interaction(client, customer_id=ada["id"], **{**PLANNED, **changes})
    return meeting, await invite(client, await create_open(client), interaction_id=meeting["id"])


async def finish(client: httpx.AsyncClient, meeting: dict[str, Any], verb: str, **body: Any) -> None:
    await api.post(client, f"/v1/interactions/{meeting['id']}/{verb}", body, 200)


class TestPlanned:
    @pytest.mark.parametrize(("verb", "state"), [("cancel", "cancelled"), ("miss", "missed")])
    async def test_that_is_not_held(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock, verb: str, state: str
    ) -> None:
        meeting, invitation = await planned(client)
        clock.tick(2 * 3_600)
        await finish(client, meeting, verb, reason="ill")
        found = await get(client, invitation)
        assert (found["state"], found["withdrawal_reason"]) == ("withdrawn", f"The interaction was {state}")
        assert (await invitation_events(db, invitation))[-1][0] == "withdrawn"
        assert (await client.post(f"{INVITATIONS}/{invitation['id']}/send")).status_code == 409
        body = {"survey_id": invitation["survey_id"], "interaction_id": meeting["id"]}
        assert api.errors(await client.post(INVITATIONS, json=body)) == [("/interaction_id", "undone")]

    async def test_one_that_an_earlier_release_sent_cannot_be_answered(
        self, client: httpx.AsyncClient, anonymous: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        meeting, invitation = await planned(client)
        clock.tick(2 * 3_600)
        await db.execute("UPDATE interactions SET state = 'held'")
        token = (await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"]
        await db.execute("UPDATE interactions SET state = 'planned'")
        await finish(client, meeting, "miss")
        assert (await anonymous.post(f"/v1/answers/{token}", json=answers())).status_code == 410

    @pytest.mark.parametrize("state", ["cancelled", "missed"])
    async def test_that_was_recorded_as_not_held(self, client: httpx.AsyncClient, state: str) -> None:
        ada = await create_customer(client)
        body = {**PLANNED, "state": state, "happened_at": "2026-03-02T08:00:00Z"}
        meeting = await make.record_interaction(client, customer_id=ada["id"], **body)
        refused = await client.post(
            INVITATIONS, json={"survey_id": (await create_open(client))["id"], "interaction_id": meeting["id"]}
        )
        assert api.errors(refused) == [("/interaction_id", "undone")]

    async def test_is_not_asked_about_before_it_is_held(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        meeting, invitation = await planned(client)
        assert invitation["send_after"] == "2026-03-02T10:00:00.000000Z"
        clock.tick(2 * 3_600)
        refused = await client.post(f"{INVITATIONS}/{invitation['id']}/send")
        assert (refused.status_code, refused.json()["code"]) == (409, "MOVE_NOT_ALLOWED")
        assert refused.json()["detail"] == "The interaction that it is about is planned"
        assert refused.json()["allowed"] == ["revoke"]
        assert await listed_invitations(client, sendable=True) == []
        await finish(client, meeting, "hold")
        assert [each["id"] for each in await listed_invitations(client, sendable=True)] == [invitation["id"]]
        await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200)

    async def test_later_than_it_may_be_sent(self, client: httpx.AsyncClient) -> None:
        """It can be answered as long as others, from the meeting on."""
        _, invitation = await planned(client, happened_at="2026-07-01T10:00:00Z")
        assert invitation["send_after"] == "2026-07-01T10:00:00.000000Z"
        assert invitation["expires_at"] == "2026-07-31T10:00:00.000000Z"


class TestComplaint:
    async def test_that_was_withdrawn_is_not_asked_about(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client)
        await api.post(client, f"/v1/complaints/{complaint['id']}/withdraw", {"reason": "A mistake"}, 200)
        refused = await client.post(
            INVITATIONS, json={"survey_id": (await create_open(client))["id"], "complaint_id": complaint["id"]}
        )
        assert api.errors(refused) == [("/complaint_id", "undone")]
