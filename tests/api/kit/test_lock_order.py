"""Requests about records that are linked to each other, at the same moment: all lock in one order, none in a circle."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback
from tests.make.feedback import record as record_feedback
from tests.make.interactions import enquiry
from tests.make.surveys import INVITATIONS, answers, create_open, invite
from tests.support import api, scale
from tests.support.links import PATHS

RUNS = scale.scaled(6, 60)
_DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"

Send = Callable[[], Awaitable[httpx.Response]]


@dataclass
class Shop:
    """A sale with a return and feedback, a complaint about it with an invitation, and a conversation about that."""

    client: httpx.AsyncClient
    customer: str
    sale: dict[str, Any]
    refund: dict[str, Any]
    complaint: dict[str, Any]
    enquiry: dict[str, Any]
    message: dict[str, Any]
    feedback: dict[str, Any]
    thread: str
    token: str

    def requests(self) -> dict[str, Send]:
        return {
            "claim the sale": lambda: self._claim("sale", self.sale),
            "claim the return": lambda: self._claim("sale", self.refund),
            "claim the complaint": lambda: self._claim("complaint", self.complaint),
            "release the complaint": lambda: self._send("complaint", self.complaint, "release", reason="A mistake"),
            "claim the enquiry": lambda: self._claim("interaction", self.enquiry),
            "claim the message": lambda: self._claim("interaction", self.message),
            "claim the feedback": lambda: self._claim("feedback", self.feedback),
            "change the severity": lambda: self._patch("complaint", self.complaint, severity="low"),
            "name the message": lambda: self._patch("complaint", self.complaint, interaction_id=self.message["id"]),
            "change the feedback": lambda: self._patch("feedback", self.feedback, text="Much too small"),
            "answer": lambda: self._send("interaction", self.enquiry, "answer", body="Sorry"),
            "acknowledge": lambda: self._send("complaint", self.complaint, "acknowledge", message={"body": "Sorry"}),
            "write in": lambda: self._write(),
            "write out": lambda: self._write(direction="outbound"),
            "enquire": lambda: self._write(kind="enquiry"),
            "answer the survey": lambda: self.client.post(f"/v1/answers/{self.token}", json=answers()),
            "complain": lambda: self.client.post(PATHS["complaint"], json=self._complaint()),
        }

    def _complaint(self) -> dict[str, Any]:
        return make.complaint(sale_id=self.sale["id"], interaction_id=self.enquiry["id"])

    def _claim(self, noun: str, record: dict[str, Any]) -> Awaitable[httpx.Response]:
        return self._send(noun, record, "claim", customer_id=self.customer)

    def _send(self, noun: str, record: dict[str, Any], verb: str, **body: Any) -> Awaitable[httpx.Response]:
        return self.client.post(f"{PATHS[noun]}/{record['id']}/{verb}", json=body)

    def _patch(self, noun: str, record: dict[str, Any], **changes: Any) -> Awaitable[httpx.Response]:
        return api.patch(self.client, f"{PATHS[noun]}/{record['id']}", changes)

    def _write(self, **changes: Any) -> Awaitable[httpx.Response]:
        body = make.interaction(source="mail", external_id=f"M-{make.number()}", thread=self.thread, **changes)
        return self.client.post(PATHS["interaction"], json=body)


async def open_shop(client: httpx.AsyncClient, customer: dict[str, Any], survey: dict[str, Any]) -> Shop:
    thread = f"T-{make.number()}"
    mail = {"source": "mail", "thread": thread}
    sale = await make.record_sale(client)
    refund = await make.record_sale(
        client, make.sale(lines=[make.refund(sale["receipt_no"])], payments=[], total="-10.00")
    )
    complaint = await make.record_complaint(client, sale_id=sale["id"])
    asked = await make.record_interaction(
        client, **enquiry(**mail, complaint_id=complaint["id"], external_id=f"M-{make.number()}")
    )
    message = await make.record_interaction(client, **mail, external_id=f"M-{make.number()}")
    said = await record_feedback(client, feedback(sale_id=sale["id"], complaint_id=complaint["id"]))
    invitation = await invite(client, survey, complaint_id=complaint["id"])
    token = (await api.post(client, f"{INVITATIONS}/{invitation['id']}/send", status=200))["token"]
    return Shop(client, customer["id"], sale, refund, complaint, asked, message, said, thread, token)


PAIRS = [
    *combinations(("claim the sale", "claim the complaint", "claim the enquiry", "change the severity"), 2),
    ("claim the sale", "name the message"),
    ("claim the sale", "change the feedback"),
    ("claim the sale", "complain"),
    ("claim the sale", "answer the survey"),
    ("claim the complaint", "answer the survey"),
    ("claim the sale", "acknowledge"),
    ("claim the return", "claim the complaint"),
    ("claim the complaint", "answer"),
    ("claim the complaint", "write out"),
    ("claim the complaint", "complain"),
    ("claim the enquiry", "write out"),
    ("claim the feedback", "claim the sale"),
    ("name the message", "write in"),
    ("name the message", "write out"),
    ("name the message", "enquire"),
    ("name the message", "answer"),
    ("name the message", "claim the enquiry"),
    ("acknowledge", "enquire"),
    ("acknowledge", "answer"),
    ("write out", "answer"),
    ("write out", "claim the message"),
]
MIXES = [
    (
        "claim the sale",
        "name the message",
        "release the complaint",
        "claim the enquiry",
        "claim the return",
        "write in",
    ),
    ("claim the sale", "claim the complaint", "answer", "write out", "change the feedback", "complain"),
    ("claim the message", "acknowledge", "enquire", "claim the feedback", "name the message", "claim the complaint"),
]


class TestAtOnce:
    @pytest.mark.parametrize("names", [*PAIRS, *MIXES], ids=" + ".join)
    async def test_nobody_waits_in_a_circle(self, client: httpx.AsyncClient, db: Any, names: tuple[str, ...]) -> None:
        ada = await make.create_customer(client)
        survey = await create_open(client)
        before = await db.fetchval(_DEADLOCKS)
        for n in range(RUNS):
            requests = (await open_shop(client, ada, survey)).requests()
            sent = names if n % 2 else names[::-1]
            answered = await asyncio.gather(*(requests[name]() for name in sent))
            statuses = {name: answer.status_code for name, answer in zip(sent, answered, strict=True)}
            assert set(statuses.values()) <= {200, 201, 409}, f"run {n}: {statuses}"
        assert await db.fetchval(_DEADLOCKS) == before

    async def test_many_answers_to_one_invitation(self, client: httpx.AsyncClient, db: Any) -> None:
        """Those that wait do not see the feedback of the first yet, and those that come later do."""
        ada = await make.create_customer(client)
        survey = await create_open(client)
        before = await db.fetchval(_DEADLOCKS)
        for _ in range(RUNS):
            path = f"/v1/answers/{(await open_shop(client, ada, survey)).token}"
            answered = await asyncio.gather(*(client.post(path, json=answers(n % 11)) for n in range(30)))
            assert sorted(answer.status_code for answer in answered) == [200] * 29 + [201]
        assert await db.fetchval(_DEADLOCKS) == before
