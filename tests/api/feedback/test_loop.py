"""The loop of feedback through the API: thanks, deeds, and telling the customer."""

import asyncio
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.feedback import PATH, feedback, record
from tests.make.surveys import create_rule
from tests.support import api
from tests.support.api import event_titles
from tests.support.application import TestClock
from tests.support.feedback import get, listed, refused, step
from tests.support.times import NOW

AUTHOR = {"name": "Zoë", "contact": {"kind": "email", "value": "zoe@example.com"}}
NO_PHONE = {"unwelcome_channels": [{"channel": "phone", "reason": "Works at night", "since": "2026-01-31"}]}


async def interaction(client: httpx.AsyncClient, interaction_id: str) -> dict[str, Any]:
    return await api.get(client, f"/v1/interactions/{interaction_id}")


class TestAcknowledge:
    async def test_by_whom_and_when(self, client: httpx.AsyncClient, db: Any) -> None:
        found = await record(client)
        assert await listed(client, acknowledged=False) == [found["id"]]
        thanked = await step(client, found["id"], "acknowledge")
        assert (thanked["acknowledged_at"], thanked["acknowledged_by"], thanked["acknowledged_channel"]) == (
            NOW,
            "admin",
            None,
        )
        assert thanked["acknowledged_interaction_id"] is None and thanked["closed_at"] is None
        assert await listed(client, acknowledged=False) == []
        assert (await event_titles(db, found["id"]))[1:] == [
            ("feedback.acknowledged", "Thanked: Feedback by survey: 3 of 10")
        ]

    async def test_a_message_is_kept_as_a_thank_you(self, client: httpx.AsyncClient) -> None:
        zoe = await make.create_customer(client)
        found = await record(client, feedback(customer_id=zoe["id"]))
        said: dict[str, Any] = {
            "channel": "email",
            "message": "Thank you for\ntelling us",
            "staff": "tom",
            "at": "2026-03-02T09:00:00Z",
        }
        thanked = await step(client, found["id"], "acknowledge", **said)
        kept = await interaction(client, thanked["acknowledged_interaction_id"])
        assert (kept["kind"], kept["channel"], kept["direction"]) == ("thank_you", "email", "outbound")
        assert (kept["customer_id"], kept["body"], kept["staff"]) == (zoe["id"], said["message"], "tom")

    async def test_nobody_is_asked_what_they_think_of_it(self, client: httpx.AsyncClient, db: Any) -> None:
        await create_rule(client, after="interaction")
        zoe = await make.create_customer(client)
        found = await record(client, feedback(customer_id=zoe["id"]))
        await step(client, found["id"], "acknowledge", channel="email", message="Thank you", staff="tom")
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE kind = 'ask'") == 0
        new = {"kind": "call", "channel": "phone", "direction": "outbound", "staff": "tom", "customer_id": zoe["id"]}
        assert (await client.post("/v1/interactions", json=new)).status_code == 201
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE kind = 'ask'") == 1

    async def test_twice_the_same_is_once(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        found = await record(client, feedback(author=AUTHOR))
        first = await step(client, found["id"], "acknowledge", channel="email", message="Thanks")
        clock.tick(60)
        assert await step(client, found["id"], "acknowledge", channel="email", message="Thanks") == first
        assert await db.fetchval("SELECT count(*) FROM interactions") == 1

    @pytest.mark.parametrize(
        "other", [{"staff": "bo"}, {"channel": "sms", "message": "Thanks"}, {"channel": "email", "message": "Sorry"}]
    )
    async def test_the_first_thanks_stay(self, client: httpx.AsyncClient, other: dict[str, Any]) -> None:
        found = await record(client, feedback(author=AUTHOR))
        first = await step(client, found["id"], "acknowledge", channel="email", message="Thanks")
        problem = await step(client, found["id"], "acknowledge", 409, **other)
        assert (problem["code"], problem["allowed"]) == ("MOVE_NOT_ALLOWED", ["act"])
        assert await get(client, found["id"]) == first

    async def test_on_an_unwelcome_channel_needs_a_reason(self, client: httpx.AsyncClient, db: Any) -> None:
        zoe = await make.create_customer(client, preferences=NO_PHONE)
        found = await record(client, feedback(customer_id=zoe["id"]))
        thanks: list[dict[str, Any]] = [{"channel": "phone"}, {"channel": "phone", "message": "Thanks"}]
        for body in thanks:
            problem = await step(client, found["id"], "acknowledge", 409, **body)
            assert problem["code"] == "UNWELCOME_CHANNEL" and problem["errors"][0]["pointer"] == "/channel"
        assert (await get(client, found["id"]))["acknowledged_at"] is None
        assert await db.fetchval("SELECT count(*) FROM interactions") == 0
        await step(client, found["id"], "acknowledge", **thanks[1], unwelcome_reason="She rang us")

    async def test_a_public_answer_is_kept_although_nobody_is_known(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(method="review"))
        thanked = await step(client, found["id"], "acknowledge", channel="social", message="Thank you all")
        kept = await interaction(client, thanked["acknowledged_interaction_id"])
        assert (kept["customer_id"], kept["contact"]) == (None, None)
        zoe = await make.create_customer(client)
        await step(client, found["id"], "claim", customer_id=zoe["id"])
        assert (await interaction(client, kept["id"]))["customer_id"] == zoe["id"], "claimed with the feedback"

    async def test_a_message_without_a_channel_is_refused(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        problem = await step(client, found["id"], "acknowledge", 422, message="Thanks")
        assert problem["errors"][0]["pointer"] == "/channel"

    @pytest.mark.parametrize(
        ("at", "code"), [("2026-03-01T08:59:59Z", "out_of_order"), ("2026-03-02T09:00:01Z", "in_the_future")]
    )
    async def test_neither_before_it_was_said_nor_in_the_future(
        self, client: httpx.AsyncClient, at: str, code: str
    ) -> None:
        found = await record(client, feedback(collected_at="2026-03-01T09:00:00Z"))
        for verb in ("acknowledge", "act"):
            body = {"action": "A new pot"} if verb == "act" else {}
            problem = await step(client, found["id"], verb, 422, at=at, **body)
            assert [(e["pointer"], e["code"]) for e in problem["errors"]] == [("/at", code)]

    async def test_at_once_by_many_is_done_by_one(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        path = f"{PATH}/{found['id']}/acknowledge"
        answers = await asyncio.gather(*(client.post(path, json={"staff": f"staff {n}"}) for n in range(10)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


class TestActAndTell:
    async def test_close_the_loop_together(self, client: httpx.AsyncClient, db: Any, clock: TestClock) -> None:
        found = await record(client, feedback(author=AUTHOR))
        clock.tick(60)
        acted = await step(client, found["id"], "act", action="A new pot", staff="tom")
        assert (acted["action"], acted["acted_by"], acted["closed_at"]) == ("A new pot", "tom", None)
        clock.tick(60)
        said: dict[str, Any] = {"channel": "email", "message": "We have a new pot"}
        told = await step(client, found["id"], "notify", **said)
        assert (told["notified_by"], told["notified_channel"], told["closed_at"]) == (
            "admin",
            "email",
            told["notified_at"],
        )
        kept = await interaction(client, told["notified_interaction_id"])
        assert (kept["kind"], kept["contact"]) == ("message", AUTHOR["contact"])
        assert await step(client, found["id"], "notify", **said) == told
        assert [title for _, title in await event_titles(db, found["id"])][1:] == [
            "Acted upon: Feedback by survey: 3 of 10",
            "Customer notified by e-mail: Feedback by survey: 3 of 10",
        ]
        assert await listed(client, closed=True) == [found["id"]]

    async def test_nothing_is_told_before_something_was_changed(self, client: httpx.AsyncClient) -> None:
        found = await record(client)
        problem = await step(client, found["id"], "notify", 409)
        assert (problem["code"], problem["allowed"]) == ("MOVE_NOT_ALLOWED", ["acknowledge", "act"])

    async def test_nothing_is_told_of_what_came_later(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(collected_at="2026-03-01T09:00:00Z"))
        await step(client, found["id"], "act", action="A new pot", at="2026-03-01T12:00:00Z")
        problem = await step(client, found["id"], "notify", 422, at="2026-03-01T11:00:00Z")
        assert problem["errors"][0]["code"] == "out_of_order"

    async def test_with_nobody_to_tell_the_deed_closes_it(self, client: httpx.AsyncClient) -> None:
        found = await record(client, feedback(author={"name": "A guest"}))
        acted = await step(client, found["id"], "act", action="A new pot")
        assert acted["closed_at"] == acted["acted_at"]

    async def test_the_first_deed_stays(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        found = await record(client)
        acted = await step(client, found["id"], "act", action="A new pot")
        clock.tick(60)
        assert await step(client, found["id"], "act", action="A new pot") == acted
        problem = await step(client, found["id"], "act", 409, action="A new stove")
        assert problem["allowed"] == ["acknowledge", "notify"]


_LOOP: dict[str, Any] = {
    "acknowledged_at": "2026-02-01T11:00:00Z",
    "acknowledged_by": "tom",
    "acknowledged_channel": "phone",
    "acted_at": "2026-02-02T11:00:00Z",
    "acted_by": "maya",
    "action": "A new pot",
    "notified_at": "2026-02-03T11:00:00Z",
    "notified_by": "tom",
    "notified_channel": "email",
}
_BODY: dict[str, Any] = {"text": "Fine", "method": "survey", "collected_at": "2026-02-01T10:00:00Z"}


class TestLoopOfElsewhere:
    async def test_is_kept(self, client: httpx.AsyncClient) -> None:
        found = await record(client, _BODY | {"author": AUTHOR, "loop": _LOOP})
        spelled = {n: v.replace("Z", ".000000Z") if n.endswith("_at") else v for n, v in _LOOP.items()}
        assert {name: found[name] for name in spelled} == spelled
        assert found["closed_at"] == found["notified_at"]

    @pytest.mark.parametrize(
        ("loop", "wrong"),
        [
            ({"acknowledged_by": "tom"}, [("/loop/acknowledged_at", "missing")]),
            ({"action": "A new pot"}, [("/loop/acted_at", "missing")]),
            ({"acted_at": "2026-02-01T09:59:59Z"}, [("/loop/acted_at", "out_of_order")]),
            ({"acted_at": "2026-03-02T09:00:01Z"}, [("/loop/acted_at", "in_the_future")]),
            ({"notified_at": "2026-02-02T10:00:00Z"}, [("/loop/acted_at", "missing")]),
            (
                {"acted_at": "2026-02-03T10:00:00Z", "notified_at": "2026-02-02T10:00:00Z"},
                [("/loop/notified_at", "out_of_order")],
            ),
        ],
    )
    async def test_is_checked_in_order(self, client: httpx.AsyncClient, loop: Any, wrong: Any) -> None:
        assert await refused(client, _BODY | {"loop": loop}) == wrong
