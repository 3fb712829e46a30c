"""Requests about records that are linked to each other, at the same moment: all lock in one order, none in a circle."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from app.store.kit import advisory
from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.make.interactions import enquiry
from tests.make.surveys import INVITATIONS, answers, create_customer, create_open, invite
from tests.support import api, scale
from tests.support.links import PATHS

RUNS = scale.scaled(4, 60)

MEETING = {"kind": "meeting", "channel": "in_person", "state": "planned", "happened_at": "2026-03-03T10:00:00Z"}

Send = Callable[[], Awaitable[httpx.Response]]


@dataclass
class Shop:
    """A sale with a return and feedback, a complaint about it with an invitation, a conversation about that, and a
    meeting that is planned, with another invitation.
    """

    client: httpx.AsyncClient
    customer: str
    other: str
    sale: dict[str, Any]
    refund: dict[str, Any]
    complaint: dict[str, Any]
    enquiry: dict[str, Any]
    message: dict[str, Any]
    feedback: dict[str, Any]
    thread: str
    token: str
    meeting: dict[str, Any]
    invitation: dict[str, Any]
    """Still to be sent."""
    asked: dict[str, Any]
    """An enquiry in the conversation, whose answer somebody has named: a message in another one."""
    named: dict[str, Any]

    def requests(self) -> dict[str, Send]:
        message, complaint = self.message, self.complaint
        return {
            "claim the sale": lambda: self._claim("sale", self.sale),
            "move the sale": lambda: self._claim("sale", self.sale, self.other),
            "release the sale": lambda: self._release("sale", self.sale),
            "claim the return": lambda: self._claim("sale", self.refund),
            "return": lambda: self.client.post(PATHS["sale"], json=refund_of(self.sale)),
            "claim the complaint": lambda: self._claim("complaint", complaint),
            "release the complaint": lambda: self._release("complaint", complaint),
            "claim the enquiry": lambda: self._claim("interaction", self.enquiry),
            "release the enquiry": lambda: self._release("interaction", self.enquiry),
            "claim the message": lambda: self._claim("interaction", message),
            "move the message": lambda: self._claim("interaction", message, self.other),
            "move it to another thread": lambda: self._patch("interaction", message, thread=f"T-{make.number()}"),
            "move the enquiry to another thread": lambda: self._patch("interaction", self.enquiry, thread="T-0"),
            "take it off the complaint": lambda: self._patch("interaction", self.enquiry, complaint_id=None),
            "say which complaint it is": lambda: self._patch("interaction", message, complaint_id=complaint["id"]),
            "it is no enquiry": lambda: self._patch("interaction", self.asked, kind="message"),
            "it is one": lambda: self._patch("interaction", self.asked, kind="enquiry"),
            "claim what was answered": lambda: self._claim("interaction", self.asked),
            "release what was answered": lambda: self._release("interaction", self.asked),
            "move the answer": lambda: self._claim("interaction", self.named, self.other),
            "claim the answer": lambda: self._claim("interaction", self.named),
            "release the answer": lambda: self._release("interaction", self.named),
            "it is no answer": lambda: self._patch("interaction", self.named, direction="internal"),
            "it is an answer": lambda: self._patch("interaction", self.named, direction="outbound"),
            "claim the feedback": lambda: self._claim("feedback", self.feedback),
            "change the feedback": lambda: self._patch("feedback", self.feedback, text="Much too small"),
            "give feedback": lambda: self.client.post(PATHS["feedback"], json=self._feedback()),
            "change the severity": lambda: self._patch("complaint", complaint, severity="low"),
            "change the owner": lambda: self._patch("complaint", complaint, owner="Grace"),
            "name the message": lambda: self._patch("complaint", complaint, interaction_id=message["id"]),
            "name no message": lambda: self._patch("complaint", complaint, interaction_id=None),
            "name no sale": lambda: self._patch("complaint", complaint, sale_id=None),
            "answer": lambda: self._send("interaction", self.enquiry, "answer", body="Sorry"),
            "acknowledge": lambda: self._send("complaint", complaint, "acknowledge", message={"body": "Sorry"}),
            "hold": lambda: self._send("complaint", complaint, "hold", waiting_for="customer", message={"body": "?"}),
            "write in": lambda: self._write(),
            "write out": lambda: self._write(direction="outbound"),
            "write about the complaint": lambda: self._write(complaint_id=complaint["id"]),
            "write much": lambda: self._write_much(),
            "enquire": lambda: self._write(kind="enquiry"),
            "answer the survey": lambda: self.client.post(f"/v1/answers/{self.token}", json=answers()),
            "claim the meeting": lambda: self._claim("interaction", self.meeting),
            "move the meeting": lambda: self._claim("interaction", self.meeting, self.other),
            "release the meeting": lambda: self._release("interaction", self.meeting),
            "cancel the meeting": lambda: self._send("interaction", self.meeting, "cancel"),
            "hold the meeting": lambda: self._send("interaction", self.meeting, "hold"),
            "send the invitation": lambda: self._send("invitation", self.invitation, "send"),
            "invite": lambda: self.client.post(PATHS["invitation"], json=self._invitation()),
            "complain": lambda: self.client.post(PATHS["complaint"], json=self._complaint()),
        }

    def _complaint(self) -> dict[str, Any]:
        return make.complaint(sale_id=self.sale["id"], interaction_id=self.enquiry["id"])

    def _invitation(self) -> dict[str, Any]:
        return {"survey_id": self.invitation["survey_id"], "complaint_id": self.complaint["id"]}

    def _feedback(self) -> dict[str, Any]:
        return feedback(sale_id=self.sale["id"], complaint_id=self.complaint["id"], interaction_id=self.enquiry["id"])

    def _claim(self, noun: str, record: dict[str, Any], customer: str | None = None) -> Awaitable[httpx.Response]:
        return self._send(noun, record, "claim", customer_id=customer or self.customer)

    def _release(self, noun: str, record: dict[str, Any]) -> Awaitable[httpx.Response]:
        return self._send(noun, record, "release", reason="A mistake")

    def _send(self, noun: str, record: dict[str, Any], verb: str, **body: Any) -> Awaitable[httpx.Response]:
        return self.client.post(f"{PATHS[noun]}/{record['id']}/{verb}", json=body)

    def _patch(self, noun: str, record: dict[str, Any], **changes: Any) -> Awaitable[httpx.Response]:
        return api.patch(self.client, f"{PATHS[noun]}/{record['id']}", changes)

    def _write(self, **changes: Any) -> Awaitable[httpx.Response]:
        return self.client.post(PATHS["interaction"], json=self._message(**changes))

    def _write_much(self) -> Awaitable[httpx.Response]:
        lines = (json.dumps(self._message(direction=way)) for way in ("inbound", "outbound") * 5)
        return self.client.post(f"{PATHS['interaction']}/batch", content="\n".join(lines), headers=api.JSON_LINES)

    def _message(self, **changes: Any) -> dict[str, Any]:
        return make.interaction(source="mail", external_id=f"M-{make.number()}", thread=self.thread, **changes)


def refund_of(sale: dict[str, Any]) -> dict[str, Any]:
    return make.sale(lines=[make.refund(sale["receipt_no"])], payments=[], total="-10.00")


async def open_shop(client: httpx.AsyncClient) -> Shop:
    customer, other = await make.create_customer(client), await make.create_customer(client)
    survey = await create_open(client)
    thread = f"T-{make.number()}"
    mail = {"source": "mail", "thread": thread}
    sale = await make.record_sale(client)
    refund = await make.record_sale(client, refund_of(sale))
    complaint = await make.record_complaint(client, sale_id=sale["id"])
    asked = await make.record_interaction(
        client, **enquiry(**mail, complaint_id=complaint["id"], external_id=f"M-{make.number()}")
    )
    message = await make.record_interaction(client, **mail, external_id=f"M-{make.number()}")
    said = await record_feedback(client, feedback(sale_id=sale["id"], complaint_id=complaint["id"]))
    token = await invited(client, survey, complaint_id=complaint["id"])
    meeting = await make.record_interaction(client, **MEETING)
    pending = await invite(client, survey, complaint_id=complaint["id"], interaction_id=meeting["id"])
    ids = customer["id"], other["id"]
    before = await make.record_interaction(client, **enquiry(**mail, external_id=f"M-{make.number()}"))
    named = await make.record_interaction(client, thread=f"T-{make.number()}", direction="outbound")
    await api.post(client, f"{PATHS['interaction']}/{before['id']}/answer", {"interaction_id": named["id"]})
    return Shop(
        client, *ids, sale, refund, complaint, asked, message, said, thread, token, meeting, pending, before, named
    )


async def invited(client: httpx.AsyncClient, survey: dict[str, Any], **about: Any) -> str:
    """The token of an invitation."""
    subject = about or {"customer_id": (await create_customer(client))["id"]}
    invitation = await invite(client, survey, **subject)
    return str((await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"])


@pytest.mark.usefixtures("once")
class TestAtOnce:
    @pytest.mark.parametrize("seed", range(8))
    @pytest.mark.parametrize("count", [2, 5])
    async def test_nobody_waits_in_a_circle(self, client: httpx.AsyncClient, seed: int, count: int) -> None:
        chosen = random.Random(f"{seed} {count}")
        for _ in range(RUNS):
            requests = (await open_shop(client)).requests()
            names = chosen.sample(sorted(requests), count)
            answered = await asyncio.gather(*(requests[name]() for name in names))
            statuses = {name: answer.status_code for name, answer in zip(names, answered, strict=True)}
            assert set(statuses.values()) <= {200, 201, 409}, statuses

    async def test_many_answers_to_one_invitation(self, client: httpx.AsyncClient, db: Any) -> None:
        """Those that wait do not see the feedback of the first yet, and those that come later do."""
        survey = await create_open(client)
        for _ in range(RUNS):
            path = f"/v1/answers/{await invited(client, survey)}"
            async with db.transaction():
                await db.execute("SELECT FROM invitations FOR UPDATE")
                first = [asyncio.create_task(client.post(path, json=answers(n))) for n in range(5)]
                await until_waiting(db, len(first))
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            answered = await asyncio.gather(*first, *(client.post(path, json=answers(n)) for n in range(10)))
            assert sorted(answer.status_code for answer in answered) == [200] * 14 + [201]


class TestThreads:
    async def test_another_thread_is_not_waited_for_out_of_order(
        self, client: httpx.AsyncClient, db: Any, empty_database: str
    ) -> None:
        """While somebody waits for the thread of a message, it comes into another one, which is locked as well: the
        transaction begins anew, and holds no lock while it waits again.
        """
        customer = await make.create_customer(client)
        message = await make.record_interaction(client, source="mail", thread="T-first", external_id="M-1")
        other = await asyncpg.connect(empty_database)
        async with db.transaction():
            async with other.transaction():
                await lock_thread(other, "T-first")
                await lock_thread(db, "T-then")
                claim = asyncio.create_task(
                    client.post(f"{PATHS['interaction']}/{message['id']}/claim", json={"customer_id": customer["id"]})
                )
                await until_waiting(db)
                await other.execute("UPDATE interactions SET thread = 'T-then' WHERE id = $1", message["id"])
            async with asyncio.timeout(1):  # less than a lock is waited for
                while not await try_thread(other, "T-first"):
                    assert not claim.done()
            await until_waiting(db)
            assert await try_thread(other, "T-first")
        assert (await claim).status_code == 200
        await other.close()


async def lock_thread(db: Any, thread: str) -> None:
    await db.execute(f"SELECT pg_advisory_xact_lock({advisory.THREAD}, {advisory.bucket('$1::text')})", thread)


async def try_thread(db: Any, thread: str) -> bool:
    """Whether nobody has it now."""
    bucket = advisory.bucket("$1::text")
    return bool(await db.fetchval(f"SELECT pg_try_advisory_xact_lock({advisory.THREAD}, {bucket})", thread))


async def until_waiting(db: Any, count: int = 1) -> None:
    """Until so many wait for a lock."""
    while await db.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted") < count:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
