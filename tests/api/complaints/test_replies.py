"""The customer writes back while their complaint waits for them."""

import random
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.interactions import captured
from tests.support import api
from tests.support.application import TestClock
from tests.support.complaints import moved
from tests.support.links import claim, release
from tests.support.times import ago, formatted

PATH = "/v1/complaints"


async def waiting(client: httpx.AsyncClient, clock: TestClock, **more: Any) -> dict[str, Any]:
    """A complaint that came by e-mail, and waits for the customer, who was written to."""
    mail = await make.record_interaction(client, **captured(thread="T-1", happened_at=ago(minutes=5)))
    complaint = await make.record_complaint(client, channel="email", interaction_id=mail["id"], **more)
    held = await moved(client, complaint, "hold", waiting_for="customer", message={"body": "Which batch?"})
    clock.tick(3600)
    return held


def inbound(clock: TestClock, **changes: Any) -> dict[str, Any]:
    return captured(thread="T-1", happened_at=clock.now.isoformat()) | changes


async def get(client: httpx.AsyncClient, complaint: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"{PATH}/{complaint['id']}")
    return found


async def with_policy(client: httpx.AsyncClient, **more: Any) -> None:
    hours = [
        {"day": day, "opens": "00:00", "closes": "24:00"}
        for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    ]
    always = await make.create_calendar(client, hours=hours, time_zone="UTC")
    targets = {"respond_minutes": 600}
    await make.create_policy(client, calendar=always["code"], targets=targets, pauses=["waiting_customer"], **more)


class TestEndsTheWait:
    async def test_a_message_in_the_thread(self, client: httpx.AsyncClient, clock: TestClock, db: Any) -> None:
        await with_policy(client)
        held = await waiting(client, clock)
        assert (held["due_at"], held["waiting_since"]) == (None, "2026-03-02T09:00:00.000000Z")
        message = await make.record_interaction(client, **inbound(clock))
        assert message["complaint_id"] == held["id"]
        found = await get(client, held)
        assert (found["waiting_for"], found["waiting_since"]) == (None, None)
        assert found["customer_replied_at"] == "2026-03-02T10:00:00.000000Z"
        assert found["due_at"] == "2026-03-02T20:00:00.000000Z", "an hour later than without the wait"
        types = [event.type for event in await api.events(db, held["id"])]
        assert types[-2:] == ["complaint.customer_replied", "complaint.resumed"]

    async def test_a_claim_by_who_has_replied_already_answers_with_that(
        self, client: httpx.AsyncClient, clock: TestClock
    ) -> None:
        ada, bob = await make.create_customer(client), await make.create_customer(client)
        held = await waiting(client, clock, customer_id=bob["id"])
        hers = captured(happened_at=clock.now.isoformat(), contact=None)
        await make.record_interaction(client, **hers, customer_id=ada["id"], complaint_id=held["id"])
        assert (await get(client, held))["waiting_for"] == "customer", "somebody else wrote"
        body = {"customer_id": ada["id"], "moved_from": bob["id"]}
        claimed = await api.post(client, f"{PATH}/{held['id']}/claim", body, 200)
        assert claimed["waiting_for"] is None
        assert claimed == await get(client, held)

    async def test_as_of_its_time_though_it_is_pushed_later(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await with_policy(client)
        held = await waiting(client, clock)
        body = inbound(clock)
        clock.tick(7200)
        await make.record_interaction(client, **body)
        assert (await get(client, held))["due_at"] == "2026-03-02T20:00:00.000000Z"

    @pytest.mark.parametrize("by", ["reference", "complaint_id"])
    async def test_named_by_the_sender(self, client: httpx.AsyncClient, clock: TestClock, by: str) -> None:
        held = await waiting(client, clock)
        named = {"thread": held["reference"]} if by == "reference" else {"thread": None, "complaint_id": held["id"]}
        message = await make.record_interaction(client, **inbound(clock) | named)
        assert message["complaint_id"] == held["id"]
        assert (await get(client, held))["waiting_for"] is None

    async def test_the_hold_is_entered_after_the_message(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        mail = await make.record_interaction(client, **captured(thread="T-1", happened_at=ago(minutes=5)))
        complaint = await make.record_complaint(client, channel="email", interaction_id=mail["id"])
        began = clock.now.isoformat()
        clock.tick(600)
        await make.record_interaction(client, **inbound(clock))
        clock.tick(600)
        held = await moved(client, complaint, "hold", waiting_for="customer", at=began)
        assert (held["waiting_for"], held["customer_replied_at"]) == (None, "2026-03-02T09:10:00.000000Z")


class TestGoesOn:
    @pytest.mark.parametrize(
        "changes",
        [
            {"happened_at": "2026-03-02T08:59:59Z"},
            {"direction": "outbound"},
            {"direction": "internal", "kind": "note"},
            {"thread": "T-2"},
            {"source": "sms-gateway"},
        ],
    )
    async def test_for_anything_else(
        self, client: httpx.AsyncClient, clock: TestClock, changes: dict[str, Any]
    ) -> None:
        held = await waiting(client, clock)
        await make.record_interaction(client, **inbound(clock) | changes)
        found = await get(client, held)
        assert (found["waiting_for"], found["customer_replied_at"]) == ("customer", None)

    async def test_while_it_waits_for_somebody_else(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        held = await waiting(client, clock)
        await moved(client, held, "hold", waiting_for="supplier")
        await make.record_interaction(client, **inbound(clock))
        assert (await get(client, held))["waiting_for"] == "supplier"

    async def test_until_a_planned_call_is_held(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        held = await waiting(client, clock)
        call = {"kind": "call", "channel": "phone", "state": "planned", "happened_at": "2026-03-02T11:00:00Z"}
        planned = await make.record_interaction(client, **inbound(clock) | call)
        assert (await get(client, held))["waiting_for"] == "customer"
        clock.tick(2 * 3600)
        again = await moved(client, held, "hold", waiting_for="customer", at="2026-03-02T10:30:00Z")
        assert again["waiting_for"] == "customer", "a planned call is no earlier reply either"
        await api.post(client, f"/v1/interactions/{planned['id']}/hold", {}, 200)
        found = await get(client, held)
        assert (found["waiting_for"], found["customer_replied_at"]) == (None, "2026-03-02T11:00:00.000000Z")

    async def test_where_the_policy_only_flags_it(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await with_policy(client, on_customer_reply="flag")
        held = await waiting(client, clock)
        await make.record_interaction(client, **inbound(clock))
        found = await get(client, held)
        assert (found["waiting_for"], found["due_at"]) == ("customer", None)
        assert found["customer_replied_at"] == "2026-03-02T10:00:00.000000Z"
        resumed = await moved(client, held, "resume")
        assert (resumed["waiting_for"], resumed["customer_replied_at"]) == (None, None)


class TestOfSomebodyElse:
    """Another customer wrote in the conversation of the complaint: it is about the complaint, but no reply."""

    async def test_the_wait_goes_on(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        held = await waiting(client, clock, customer_id=ada["id"])
        message = await make.record_interaction(client, **inbound(clock, customer_id=bo["id"]))
        assert (message["complaint_id"], message["customer_id"]) == (held["id"], bo["id"])
        found = await get(client, held)
        assert (found["waiting_for"], found["customer_replied_at"]) == ("customer", None)
        clock.tick(60)
        again = await moved(client, held, "hold", waiting_for="customer", at="2026-03-02T09:30:00Z")
        assert (again["waiting_for"], again["customer_replied_at"]) == ("customer", None), "no earlier reply either"

    async def test_the_customer_took_part(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        held = await waiting(client, clock, customer_id=ada["id"])
        both = inbound(clock, customer_id=bo["id"], participants=[{"name": "Ada", "customer_id": ada["id"]}])
        await make.record_interaction(client, **both)
        assert (await get(client, held))["waiting_for"] is None

    async def test_it_was_the_customer_after_all(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        held = await waiting(client, clock, customer_id=ada["id"])
        message = await make.record_interaction(client, **inbound(clock, customer_id=bo["id"]))
        claim = {"customer_id": ada["id"], "moved_from": bo["id"]}
        await api.post(client, f"/v1/interactions/{message['id']}/claim", claim, 200)
        found = await get(client, held)
        assert (found["waiting_for"], found["customer_replied_at"]) == (None, "2026-03-02T10:00:00.000000Z")


class TestFound:
    async def test_answered_by_the_customer(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        held = await waiting(client, clock)
        other = await make.record_complaint(client)
        message = await make.record_interaction(client, **inbound(clock))

        async def listed(answered: str) -> list[str]:
            items = (await api.get(client, PATH, answered_by_customer=answered))["items"]
            return [item["id"] for item in items]

        assert (await listed("true"), await listed("false")) == ([held["id"]], [other["id"]])
        about = (await api.get(client, "/v1/interactions", complaint_id=held["id"]))["items"]
        assert message["id"] in [item["id"] for item in about]
        await moved(client, held, "acknowledge")
        assert await listed("true") == []

    async def test_messages_that_came_before_the_complaint(self, client: httpx.AsyncClient) -> None:
        first = await make.record_interaction(client, thread="T-1")
        second = await make.record_interaction(client, thread="T-1")
        complaint = await make.record_complaint(client, interaction_id=first["id"])
        for one in (first, second):
            found = await api.get(client, f"/v1/interactions/{one['id']}")
            assert found["complaint_id"] == complaint["id"]

    async def test_messages_that_came_before_one_that_names_it(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client)
        first, second = [await make.record_interaction(client, **captured(thread="T-1")) for _ in range(2)]
        naming = await make.record_interaction(client, **captured(thread="T-1", complaint_id=complaint["id"]))
        alone = await make.record_interaction(client, complaint_id=complaint["id"])
        listed = (await api.get(client, "/v1/interactions", complaint_id=complaint["id"]))["items"]
        assert {each["id"] for each in listed} == {each["id"] for each in (first, second, naming, alone)}

    async def test_messages_of_a_complaint_that_is_changed(self, client: httpx.AsyncClient) -> None:
        mail, answer = [await make.record_interaction(client, **captured(thread="T-1")) for _ in range(2)]
        complaint = await make.record_complaint(client)
        await api.patched(client, f"{PATH}/{complaint['id']}", {"interaction_id": mail["id"]})
        later = await make.record_interaction(client, **captured(thread="T-1"))
        listed = (await api.get(client, "/v1/interactions", complaint_id=complaint["id"]))["items"]
        assert {each["id"] for each in listed} == {each["id"] for each in (mail, answer, later)}

    async def test_messages_of_another_source_are_of_another_conversation(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        mail = await make.record_interaction(client, **captured(thread="4711", customer_id=ada["id"]))
        contact = {"kind": "phone", "value": "+441132460517"}
        text = {"thread": "4711", "source": "sms-gateway", "channel": "sms", "contact": contact}
        before = await make.record_interaction(client, **captured() | text)
        complaint = await make.record_complaint(client, interaction_id=mail["id"], customer_id=ada["id"])
        after = [await make.record_interaction(client, **captured() | text | more) for more in ({}, {"contact": None})]
        for one in (before, *after):
            found = await api.get(client, f"/v1/interactions/{one['id']}")
            assert (found["complaint_id"], found["customer_id"]) == (None, None)
        assert [one["match"] for one in after] == ["unmatched", "anonymous"]
        unknown = await make.record_interaction(client, thread="4711")
        assert (unknown["complaint_id"], unknown["customer_id"]) == (None, None), "of which of both, it does not say"
        by_hand = await make.record_interaction(client, thread="4711", customer_id=ada["id"])
        same = await make.record_interaction(client, **captured(thread="4711"))
        her_text = await make.record_interaction(
            client, **captured() | text | {"contact": None, "customer_id": ada["id"]}
        )
        own = (by_hand, same, her_text)
        assert {(one["complaint_id"], one["customer_id"]) for one in own} == {(complaint["id"], ada["id"])}
        found = {item["id"] for item in (await api.get(client, "/v1/interactions", thread="4711"))["items"]}
        assert found == {one["id"] for one in (mail, before, *after, unknown, *own)}, "the filter is over all sources"

    async def test_the_reference_of_a_complaint_is_one_thread_of_all_sources(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client, channel="email")
        asked = captured(kind="enquiry", thread=complaint["reference"], happened_at=ago(minutes=5))
        enquiry = await make.record_interaction(client, **asked)
        await moved(client, complaint, "hold", waiting_for="customer", message={"body": "Which batch?"})
        found = await api.get(client, f"/v1/interactions/{enquiry['id']}")
        assert (found["complaint_id"], found["awaits_answer"]) == (complaint["id"], False)

    async def test_a_message_takes_the_customer_of_the_complaint(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        message = await make.record_interaction(client, complaint_id=complaint["id"])
        assert message["customer_id"] == ada["id"]

    async def test_no_complaint(self, client: httpx.AsyncClient) -> None:
        body = make.interaction(complaint_id="01900000-0000-7000-8000-000000000000")
        assert api.errors(await client.post("/v1/interactions", json=body)) == [("/complaint_id", "not_found")]


class TestTheFirstReply:
    """A complaint waits from ten hours ago until the first reply, whatever came first and was changed since."""

    @pytest.mark.parametrize("reply_policy", ["resume", "flag"])
    @pytest.mark.parametrize("seed", range(3))
    async def test_ends_the_wait(self, client: httpx.AsyncClient, db: Any, seed: int, reply_policy: str) -> None:
        dice = random.Random(seed)
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        more = {"pauses": ["waiting_customer"], "on_customer_reply": reply_policy}
        await make.create_policy(client, targets={"resolve_minutes": 4_800}, **more)
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))
        messages: list[dict[str, Any]] = []
        ended = 0
        for n in range(15):
            change: dict[str, Any] = dice.choice(
                [
                    {"happened_at": ago(hours=dice.randint(1, 12), minutes=n + 1)},
                    {"thread": dice.choice([complaint["reference"], "U"])},
                    {"direction": dice.choice(["inbound", "outbound"])},
                    {"customer_id": dice.choice([ada, bo])["id"]},
                ]
            )
            if n % 2 == 0:
                new = {"happened_at": ago(hours=dice.randint(1, 12), minutes=n + 1), "direction": "inbound"}
                new |= {"thread": complaint["reference"], "customer_id": ada["id"]} | change
                sent = [new, new | {"thread": "U", "happened_at": ago(hours=5)}][: dice.randint(1, 2)]
                made = await api.batch(client, "/v1/interactions", *(captured(**each) for each in sent))
                messages += [each | {"id": line["id"]} for each, line in zip(sent, made, strict=True)]
            else:
                one = dice.choice(messages)
                if (holder := change.get("customer_id")) is None:
                    await api.patched(client, f"/v1/interactions/{one['id']}", change)
                elif holder != one["customer_id"]:
                    await claim(client, "interaction", one, {"id": holder}, moved_from=one["customer_id"])
                one |= change
            replies = [
                each["happened_at"]
                for each in messages
                if (each["thread"], each["direction"], each["customer_id"])
                == (complaint["reference"], "inbound", ada["id"])
                and each["happened_at"] > ago(hours=10)
            ]
            first = min(replies, default=None)
            found = await get(client, complaint)
            waits = first is None or reply_policy == "flag"
            assert (found["waiting_for"], found["customer_replied_at"]) == ("customer" if waits else None, first), n
            intervals = await db.fetch("SELECT kind, starts_at, ends_at FROM clock_intervals ORDER BY position")
            times = [formatted(each["starts_at"]) for each in intervals]
            assert times == [ago(hours=20), ago(hours=10), *([] if waits else [first])], n
            assert [each["ends_at"] and formatted(each["ends_at"]) for each in intervals] == [*times[1:], None], n
            ended += first is not None
        assert ended >= 3, "a history in which nobody replies proves nothing"

    async def test_that_was_told_of_before_may_end_another_wait(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))
        said = await make.record_interaction(
            client, **captured(thread=complaint["reference"], happened_at=ago(hours=6))
        )
        await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=4))
        await api.patched(client, f"/v1/interactions/{said['id']}", {"happened_at": ago(hours=2)})
        found = await get(client, complaint)
        assert (found["waiting_for"], found["customer_replied_at"]) == (None, ago(hours=2))

    @pytest.mark.parametrize("message_first", [True, False])
    async def test_is_none_of_the_moment_of_the_hold(self, client: httpx.AsyncClient, message_first: bool) -> None:
        ada = await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        thread, at = complaint["reference"], ago(hours=10)
        if message_first:
            await make.record_interaction(client, **captured(thread=thread, happened_at=at))
        await moved(client, complaint, "hold", waiting_for="customer", at=at)
        if not message_first:
            await make.record_interaction(client, **captured(thread=thread, happened_at=at))
        await make.record_interaction(client, **captured(thread=thread, happened_at=ago(hours=1), direction="outbound"))
        found = await get(client, complaint)
        assert (found["waiting_for"], found["customer_replied_at"]) == ("customer", None)

    async def test_of_whoever_may_have_complained(self, client: httpx.AsyncClient) -> None:
        """Of a complaint that is nobody's, anybody's message in its conversation is a reply, whichever came first."""
        ada, bo = await make.create_customer(client), await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"], received_at=ago(hours=20))
        await moved(client, complaint, "hold", waiting_for="customer", at=ago(hours=10))
        said = captured(customer_id=bo["id"], complaint_id=complaint["id"], happened_at=ago(hours=6))
        await make.record_interaction(client, **said)
        released = await release(client, "complaint", complaint)
        assert (released["waiting_for"], released["customer_replied_at"]) == (None, said["happened_at"])
        claimed = await claim(client, "complaint", complaint, ada)
        assert (claimed["waiting_for"], claimed["customer_replied_at"]) == ("customer", None)
