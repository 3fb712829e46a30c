"""Enquiries are answered in their threads, whoever sends the answer, and in whatever order both arrive."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, enquiry, record
from tests.support import api
from tests.support.application import TestClock

PATH = "/v1/interactions"
ASKED, ANSWERED = "2026-03-01T10:00:00.000000Z", "2026-03-01T10:30:00.000000Z"


async def get(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"{PATH}/{one['id']}")
    return found


def reply(**changes: Any) -> dict[str, Any]:
    return captured(direction="outbound", thread="T-1", happened_at=ANSWERED) | changes


def question(**changes: Any) -> dict[str, Any]:
    return captured(kind="enquiry", thread="T-1", happened_at=ASKED) | changes


class TestAnsweredInTheThread:
    async def test_by_a_reply_that_a_connector_pushes(self, client: httpx.AsyncClient, db: Any) -> None:
        asked = await record(client, **question())
        answer = await record(client, **reply())
        found = await get(client, asked)
        assert (found["awaits_answer"], found["answered_at"]) == (False, ANSWERED)
        assert (found["answered_by_id"], found["answer_seconds"]) == (answer["id"], 1800)
        assert (await api.events(db, asked["id"]))[-1].type == "interaction.answered"
        assert (await api.get(client, PATH, unanswered="true"))["items"] == []

    async def test_the_reply_comes_first(self, client: httpx.AsyncClient) -> None:
        answer = await record(client, **reply())
        asked = await record(client, **question())
        assert (await get(client, asked))["answered_by_id"] == answer["id"]

    async def test_both_in_one_batch(self, client: httpx.AsyncClient) -> None:
        results = await api.batch(client, PATH, reply(), question())
        assert [result["status"] for result in results] == [201, 201]
        assert (await get(client, results[1]))["answered_by_id"] == results[0]["id"]

    async def test_all_open_ones_before_it_and_none_after(self, client: httpx.AsyncClient) -> None:
        times = ["2026-03-01T09:00:00Z", ASKED, "2026-03-01T11:00:00Z"]
        asked = [await record(client, **question(happened_at=at)) for at in times]
        answer = await record(client, **reply())
        assert [(await get(client, one))["answered_by_id"] for one in asked] == [answer["id"], answer["id"], None]

    async def test_by_the_first_of_several(self, client: httpx.AsyncClient) -> None:
        later = await record(client, **reply(happened_at="2026-03-01T12:00:00Z"))
        first = await record(client, **reply())
        asked = await record(client, **question())
        assert (await get(client, asked))["answered_by_id"] == first["id"] != later["id"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"thread": "T-2"},
            {"thread": None},
            {"source": "sms-gateway"},
            {"source": "Mailbox"},
            {"direction": "inbound"},
            {"direction": "internal", "kind": "note"},
            {"happened_at": "2026-03-01T09:59:59Z"},
        ],
    )
    async def test_not_by_anything_else(self, client: httpx.AsyncClient, changes: dict[str, Any]) -> None:
        asked = await record(client, **question())
        await record(client, **reply(**changes))
        assert (await get(client, asked))["awaits_answer"] is True

    async def test_by_a_planned_call_once_it_is_held(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        planned = {"kind": "call", "channel": "phone", "state": "planned", "happened_at": "2026-03-02T10:00:00Z"}
        before = await record(client, **reply(**planned))
        asked = await record(client, **question())
        after = await record(client, **reply(**planned))
        assert (await get(client, asked))["awaits_answer"] is True
        answer = await client.post(f"{PATH}/{asked['id']}/answer", json={"interaction_id": after["id"]})
        assert api.errors(answer) == [("/interaction_id", "not_held")]
        clock.tick(2 * 3600)
        await api.post(client, f"{PATH}/{after['id']}/cancel", {}, 200)
        assert (await get(client, asked))["awaits_answer"] is True
        await api.post(client, f"{PATH}/{before['id']}/hold", {}, 200)
        assert (await get(client, asked))["answered_by_id"] == before["id"]

    async def test_the_answer_belongs_to_whoever_asked(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        asked = await record(client, **question(customer_id=ada["id"]))
        recorded = await client.post(PATH, json=reply())
        answer = recorded.json()
        assert (recorded.status_code, answer["customer_id"]) == (201, ada["id"])
        assert recorded.headers["ETag"] == f'"{answer["version"]}"'
        assert await get(client, answer) == answer, "it was answered with what is stored"
        assert (await get(client, asked))["customer_id"] == ada["id"]

    @pytest.mark.parametrize("reply_first", [False, True])
    async def test_not_by_a_contact_with_somebody_else(self, client: httpx.AsyncClient, reply_first: bool) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        bodies = [question(customer_id=ada["id"]), reply(customer_id=bo["id"])]
        results = await api.batch(client, PATH, *(bodies[::-1] if reply_first else bodies))
        asked = results[1 if reply_first else 0]
        assert (await get(client, asked))["awaits_answer"] is True
        later = await record(client, **reply(customer_id=ada["id"], happened_at="2026-03-01T12:00:00Z"))
        assert (await get(client, asked))["answered_by_id"] == later["id"], "it is passed over, not taken as the first"

    async def test_by_a_contact_in_which_the_customer_took_part(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        asked = await record(client, **question(customer_id=ada["id"]))
        copied = [{"name": "Ada", "customer_id": ada["id"]}]
        answer = await record(client, **reply(customer_id=bo["id"], participants=copied))
        assert (await get(client, asked))["answered_by_id"] == answer["id"]

    @pytest.mark.parametrize("moved", ["question", "reply"])
    async def test_once_a_wrong_customer_is_mended(self, client: httpx.AsyncClient, moved: str) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply(customer_id=bo["id"]))
        wrong, before, after = (asked, ada, bo) if moved == "question" else (answer, bo, ada)
        claim = {"customer_id": after["id"], "moved_from": before["id"]}
        await api.post(client, f"{PATH}/{wrong['id']}/claim", claim, 200)
        assert (await get(client, asked))["answered_by_id"] == answer["id"]

    async def test_once_a_wrong_customer_is_released(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        asked = await record(client, **question(customer_id=ada["id"]))
        answer = await record(client, **reply(customer_id=bo["id"]))
        await api.post(client, f"{PATH}/{answer['id']}/release", {"reason": "A mistake"}, 200)
        found = await get(client, asked)
        assert (found["answered_by_id"], (await get(client, answer))["customer_id"]) == (answer["id"], ada["id"])


class TestOfAnotherSource:
    @pytest.mark.parametrize("without", [question, reply])
    async def test_what_has_no_source_may_be_in_the_thread_of_any(
        self, client: httpx.AsyncClient, without: Callable[..., dict[str, Any]]
    ) -> None:
        bodies = [
            each(**({"source": None, "external_id": None} if each is without else {})) for each in (question, reply)
        ]
        asked, answer = [await record(client, **body) for body in bodies]
        assert (await get(client, asked))["answered_by_id"] == answer["id"]

    async def test_one_connector_receives_and_another_one_sends(self, client: httpx.AsyncClient) -> None:
        """The same customer and the same name: it is one conversation."""
        ada = await make.create_customer(client)
        asked = await record(client, **question(source="imap", customer_id=ada["id"]))
        answer = await record(client, **reply(source="smtp", customer_id=ada["id"]))
        assert (await get(client, asked))["answered_by_id"] == answer["id"]


class TestThreadOfAnAnswer:
    """What is sent by `/answer` has no source of its own: it is in the thread of its enquiry."""

    async def test_it_answers_the_others_that_are_open(self, client: httpx.AsyncClient) -> None:
        first, second = [await record(client, **question()) for _ in range(2)]
        others = await record(client, **question(source="sms-gateway"))
        answer = await api.post(client, f"{PATH}/{second['id']}/answer", {"body": "Yes"})
        late, late_others = await record(client, **question()), await record(client, **question(source="sms-gateway"))
        asked = (first, second, others, late, late_others)
        found = [(await get(client, one))["answered_by_id"] for one in asked]
        assert found == [answer["id"], answer["id"], None, answer["id"], None]

    async def test_it_is_not_about_the_complaint_of_another_thread(self, client: httpx.AsyncClient) -> None:
        others = await record(client, **question(source="sms-gateway"))
        await make.record_complaint(client, interaction_id=others["id"])
        asked = await record(client, **question())
        answer = await api.post(client, f"{PATH}/{asked['id']}/answer", {"body": "Yes"})
        assert (await get(client, answer))["complaint_id"] is None

    @pytest.mark.parametrize("complaint_first", [False, True])
    async def test_it_is_about_the_complaint(self, client: httpx.AsyncClient, complaint_first: bool) -> None:
        asked = await record(client, **question())
        complaint = await make.record_complaint(client, interaction_id=asked["id"]) if complaint_first else None
        answer = await api.post(client, f"{PATH}/{asked['id']}/answer", {"body": "Yes"})
        complaint = complaint or await make.record_complaint(client, interaction_id=asked["id"])
        assert (await get(client, answer))["complaint_id"] == complaint["id"]


class TestAnsweredElsewhere:
    async def test_it_was_answered_in_another_system(self, client: httpx.AsyncClient) -> None:
        body = enquiry(source="mail", external_id="1", happened_at=ASKED, answered_at=ANSWERED)
        found = await record(client, **body)
        assert (found["awaits_answer"], found["answered_at"], found["answered_by_id"]) == (False, ANSWERED, None)
        again = await client.post(PATH, json=body)
        assert (again.status_code, again.json()["id"]) == (200, found["id"])
        answer = await client.post(f"{PATH}/{found['id']}/answer", json={"body": "Yes"})
        assert (answer.status_code, answer.json()["detail"]) == (409, "Already answered in another system")

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"answered_at": "2026-03-01T09:00:00Z"}, "out_of_order"),
            ({"answered_at": "2026-03-03T09:00:00Z"}, "in_the_future"),
            ({"kind": "message"}, "not_an_enquiry"),
        ],
    )
    async def test_at_an_impossible_time(self, client: httpx.AsyncClient, changes: dict[str, Any], code: str) -> None:
        body = enquiry(happened_at=ASKED, answered_at=ANSWERED) | changes
        assert api.errors(await client.post(PATH, json=body)) == [("/answered_at", code)]


class TestNamedAnswer:
    async def test_a_contact_that_is_there_already(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        asked = await record(client, **enquiry(happened_at=ASKED, customer_id=ada["id"]))
        call = await record(client, kind="call", channel="phone", direction="outbound", happened_at=ANSWERED)
        answer = await api.post(client, f"{PATH}/{asked['id']}/answer", {"interaction_id": call["id"]})
        assert (answer["id"], answer["customer_id"]) == (call["id"], ada["id"])
        found = await get(client, asked)
        assert (found["answered_at"], found["answered_by_id"]) == (ANSWERED, call["id"])
        again = await client.post(f"{PATH}/{asked['id']}/answer", json={"interaction_id": call["id"]})
        assert (again.status_code, again.json()["code"]) == (409, "MOVE_NOT_ALLOWED")

    async def test_one_that_cannot_be_it(self, client: httpx.AsyncClient) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        asked = await record(client, **enquiry(happened_at=ASKED, customer_id=ada["id"]))
        inbound = await record(client, happened_at=ANSWERED)
        others = await record(client, direction="outbound", happened_at=ANSWERED, customer_id=bo["id"])
        earlier = await record(client, direction="outbound", happened_at="2026-03-01T09:00:00Z")
        for one, code in ((inbound, "not_found"), (others, "not_found"), (earlier, "out_of_order")):
            answer = await client.post(f"{PATH}/{asked['id']}/answer", json={"interaction_id": one["id"]})
            assert api.errors(answer) == [("/interaction_id", code)]
        body = {"interaction_id": inbound["id"], "body": "Yes"}
        assert (await client.post(f"{PATH}/{asked['id']}/answer", json=body)).status_code == 422
