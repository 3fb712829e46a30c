"""Interactions through the API: a class for each verb."""

import asyncio
import itertools
import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.make.interactions import captured, enquiry, interaction, outbound_call
from tests.support import api
from tests.support.api import MERGE_PATCH, batch, errors, pointers
from tests.support.application import TestClock

PATH = "/v1/interactions"
UNWELCOME = {"unwelcome_channels": [{"channel": "phone", "reason": "Works at night", "since": "2026-01-31"}]}


async def record(client: httpx.AsyncClient, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await client.post(PATH, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def get(client: httpx.AsyncClient, interaction_id: str) -> dict[str, Any]:
    answer = await client.get(f"{PATH}/{interaction_id}")
    assert answer.status_code == 200
    return answer.json()


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids in all pages of the list."""
    return [item["id"] for item in await api.pages(client, PATH, **query)]


async def patch(client: httpx.AsyncClient, interaction_id: str, changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{interaction_id}", changes, **headers)


async def event_rows(db: Any, subject_id: str) -> list[Any]:
    return await db.fetch("SELECT * FROM events WHERE subject_id = $1 ORDER BY seq", subject_id)


class TestRecord:
    async def test_whole(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        body = {
            "customer_id": customer["id"],
            "contact": {"kind": "email", "value": " Someone@Example.COM "},
            "kind": "meeting",
            "channel": "video",
            "direction": "outbound",
            "subject": "Größe der Küche",
            "body": "Erste Zeile\nزميل\t🥩",
            "happened_at": "2026-02-01T10:00:00+02:00",
            "duration_seconds": 1800,
            "provider": "zoom",
            "participants": [
                {"name": "Zoë", "role": "buyer", "address": "zoe@example.com", "customer_id": customer["id"]},
                {"name": "Bo"},
            ],
            "staff": "maya",
            "outcome": "Wants a quote",
            "next_step": {"what": "Send a quote", "owner": "sam", "due_at": "2026-03-01T12:00:00Z"},
            "documents": [
                {"name": "Plan", "address": "https://x.test/plan", "media_type": "application/pdf", "size": 9}
            ],
            "thread": "T-1",
            "source": "zoom",
            "external_id": "Z-1",
            "attributes": {"mood": ["good", {"n": 1}]},
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert answer.headers["etag"] == '"1"'
        assert found == await get(client, found["id"])
        for name in set(body) - {"happened_at", "next_step", "participants"}:
            assert found[name] == body[name], name
        assert found["happened_at"] == "2026-02-01T08:00:00.000000Z"
        assert found["participants"][1] == {"name": "Bo", "role": None, "address": None, "customer_id": None}
        task = (await client.get(f"/v1/tasks/{found['task_id']}")).json()
        assert (task["what"], task["owner"], task["status"]) == ("Send a quote", "sam", "open")
        assert (task["customer_id"], task["interaction_id"]) == (customer["id"], found["id"])
        assert task["due_at"] == "2026-03-01T12:00:00.000000Z"

    async def test_left_out(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        assert found["happened_at"] == "2026-03-02T09:00:00.000000Z"
        assert (found["customer_id"], found["task_id"], found["contact"]) == (None, None, None)
        assert (found["participants"], found["documents"], found["attributes"]) == ([], [], {})
        assert found["awaits_answer"] is False

    async def test_a_clock_may_be_ahead_by_a_day(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction(happened_at="2026-03-03T09:00:00Z"))
        assert found["happened_at"] == "2026-03-03T09:00:00.000000Z"
        answer = await client.post(PATH, json=interaction(happened_at="2026-03-03T09:00:01Z"))
        assert errors(answer) == [("/happened_at", "in_the_future")]

    async def test_the_promise_is_the_staffs(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction(staff="maya", next_step={"what": "Ring back"}))
        assert (await client.get(f"/v1/tasks/{found['task_id']}")).json()["owner"] == "maya"

    async def test_tells_the_timeline(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        body = interaction(customer_id=customer["id"], subject="The order", happened_at="2026-01-05T10:00:00Z")
        found = await record(client, {**body, "next_step": {"what": "Ring back"}})
        (event,) = await event_rows(db, found["id"])
        assert (event["type"], event["channel"]) == ("interaction.recorded", "email")
        assert event["title"] == "E-mail from the customer: The order"
        assert str(event["customer_id"]) == customer["id"]
        assert event["occurred_at"].isoformat() == "2026-01-05T10:00:00+00:00"
        (promised,) = await event_rows(db, found["task_id"])
        assert (promised["type"], promised["title"]) == ("task.created", "Task created: Ring back")
        assert promised["occurred_at"] == event["occurred_at"]

    async def test_nobody_knows_the_customer(self, client: httpx.AsyncClient) -> None:
        answer = await client.post(PATH, json=interaction(customer_id=str(uuid4())))
        assert answer.status_code == 422
        assert pointers(answer) == ["/customer_id"]

    @pytest.mark.parametrize("left_out", ["source", "external_id"])
    async def test_half_a_key(self, client: httpx.AsyncClient, left_out: str) -> None:
        body = captured()
        del body[left_out]
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 422
        assert pointers(answer) == [f"/{left_out}"]

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"kind": "shout"}, "/kind"),
            ({"channel": None}, "/channel"),
            ({"direction": ["inbound"]}, "/direction"),
            ({"subject": "a\0b"}, "/subject"),
            ({"subject": "\ud800"}, "/subject"),
            ({"subject": ""}, "/subject"),
            ({"body": "a\0b"}, "/body"),
            ({"happened_at": "2026-02-01T10:00:00"}, "/happened_at"),
            ({"happened_at": 1_700_000_000}, "/happened_at"),
            ({"happened_at": "9999-12-31T23:59:59Z"}, "/happened_at"),
            ({"duration_seconds": -1}, "/duration_seconds"),
            ({"duration_seconds": 10**30}, "/duration_seconds"),
            ({"duration_seconds": "60"}, "/duration_seconds"),
            ({"contact": {"kind": "email", "value": ""}}, "/contact/value"),
            ({"contact": {"kind": "pigeon", "value": "x"}}, "/contact/kind"),
            ({"participants": [{"name": "a\0"}]}, "/participants/0/name"),
            ({"documents": [{"name": "x", "address": "a\0b"}]}, "/documents/0/address"),
            ({"documents": [{"name": "x", "address": "a", "size": -1}]}, "/documents/0/size"),
            ({"next_step": {"due_at": "2026-02-01T10:00:00Z"}}, "/next_step/what"),
            ({"attributes": {"a": "\0"}}, "/attributes"),
            ({"attributes": [1]}, "/attributes"),
            ({"mood": "good"}, "/mood"),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str) -> None:
        content = json.dumps(interaction(**wrong))
        answer = await client.post(PATH, content=content, headers={"content-type": "application/json"})
        assert answer.status_code == 422, answer.text
        assert pointers(answer)[0].startswith(pointer)

    @pytest.mark.parametrize(
        "text", ["'; DROP TABLE interactions; --", "{}", "null", "%s", "𝕳𝖊𝖑𝖑𝖔", "‮desrever", "﷽", "\\u0000", "a" * 1_000]
    )
    async def test_naughty_text_is_kept_as_it_is(self, client: httpx.AsyncClient, text: str) -> None:
        body = interaction(subject=text, body=text, outcome=text, attributes={text[:100]: text})
        found = await record(client, {**body, "participants": [{"name": text[:300]}], "next_step": {"what": text}})
        assert {name: found[name] for name in body} == body
        assert (await client.get(f"/v1/tasks/{found['task_id']}")).json()["what"] == text


class TestRecordOnce:
    async def test_again(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        body = captured(staff="maya", next_step={"what": "Ring back"}, attributes={"b": None, "a": 1.0})
        first = await record(client, body)
        clock.tick(3_600)
        assert await record(client, body, 200) == first
        assert len((await client.get("/v1/tasks")).json()["items"]) == 1

    async def test_the_same_in_other_words(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, contact_points=[make.email("zoe@example.com")])
        body = captured(contact={"kind": "email", "value": "zoe@example.com"}, attributes={"a": 1, "b": 2})
        first = await record(client, {**body, "happened_at": "2026-02-01T10:00:00Z"})
        assert first["customer_id"] == customer["id"]
        again = {**body, "happened_at": "2026-02-01T11:00:00+01:00", "customer_id": customer["id"], "participants": []}
        assert await record(client, {**again, "attributes": {"b": 2, "a": 1}}, 200) == first

    async def test_other_content(self, client: httpx.AsyncClient) -> None:
        body = captured(subject="One", participants=[{"name": "Bo"}], next_step={"what": "Ring"}, staff="maya")
        first = await record(client, body)
        other = {**body, "subject": "Two", "participants": [{"name": "Di"}], "next_step": {"what": "Write"}}
        answer = await client.post(PATH, json=other)
        assert answer.status_code == 409
        assert answer.json()["code"] == "INTERACTION_DIFFERS"
        assert answer.json()["interaction_id"] == first["id"]
        found = {error["pointer"]: (error["stored"], error["sent"]) for error in answer.json()["errors"]}
        assert found == {
            "/subject": ("One", "Two"),
            "/participants/0/name": ("Bo", "Di"),
            "/next_step/what": ("Ring", "Write"),
        }
        assert await get(client, first["id"]) == first

    async def test_changed_meanwhile(self, client: httpx.AsyncClient) -> None:
        body = captured(subject="One")
        first = await record(client, body)
        await patch(client, first["id"], {"subject": "Corrected"})
        assert (await record(client, body, 200))["subject"] == "Corrected"

    async def test_fifty_at_once(self, client: httpx.AsyncClient, db: Any) -> None:
        body = captured(next_step={"what": "Ring back"})
        answers = await asyncio.gather(*(client.post(PATH, json=body) for _ in range(50)))
        assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert await db.fetchval("SELECT count(*) FROM interactions") == 1
        assert await db.fetchval("SELECT count(*) FROM tasks") == 1
        assert await db.fetchval("SELECT count(*) FROM events WHERE type = 'interaction.recorded'") == 1


class TestWhoItWas:
    @pytest.mark.parametrize("value", ["020 7946 0123", "+44 (0)20 7946-0123", "0044 20 79460123"])
    async def test_found_by_any_spelling(self, client: httpx.AsyncClient, value: str) -> None:
        customer = await make.create_customer(client, contact_points=[make.phone("+442079460123")])
        found = await record(client, interaction(channel="sms", contact={"kind": "phone", "value": value}))
        assert found["customer_id"] == customer["id"]
        assert found["contact"] == {"kind": "phone", "value": value}

    async def test_nobody_is_known_by_it(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction(contact={"kind": "email", "value": "who@example.com"}))
        assert found["customer_id"] is None

    async def test_several_hold_it(self, client: httpx.AsyncClient) -> None:
        for _ in range(2):
            await make.create_customer(client, contact_points=[make.phone("+442079460123", shared=True)])
        contact = {"kind": "phone", "value": "+442079460123"}
        assert (await record(client, interaction(contact=contact)))["customer_id"] is None

    async def test_invalid_and_archived_do_not_count(self, client: httpx.AsyncClient) -> None:
        await make.create_customer(client, contact_points=[make.phone("+442079460123", invalid=True)])
        archived = await make.create_customer(client, contact_points=[make.phone("+442079460123")])
        await client.post(f"/v1/customers/{archived['id']}/archive")
        contact = {"kind": "phone", "value": "+442079460123"}
        assert (await record(client, interaction(contact=contact)))["customer_id"] is None
        customer = await make.create_customer(client, contact_points=[make.phone("+442079460123")])
        assert (await record(client, interaction(contact=contact)))["customer_id"] == customer["id"]

    async def test_not_an_address(self, client: httpx.AsyncClient) -> None:
        for contact in ({"kind": "phone", "value": "withheld"}, {"kind": "email", "value": "no at sign"}):
            found = await record(client, interaction(contact=contact))
            assert (found["customer_id"], found["contact"]) == (None, contact)

    async def test_who_is_named_counts_most(self, client: httpx.AsyncClient) -> None:
        await make.create_customer(client, contact_points=[make.phone("+442079460123")])
        named = await make.create_customer(client)
        body = interaction(customer_id=named["id"], contact={"kind": "phone", "value": "+442079460123"})
        assert (await record(client, body))["customer_id"] == named["id"]


class TestUnwelcomeChannel:
    async def test_needs_a_reason(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, preferences=UNWELCOME)
        body = outbound_call(customer_id=customer["id"])
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 409
        assert answer.json()["code"] == "UNWELCOME_CHANNEL"
        (error,) = answer.json()["errors"]
        assert (error["pointer"], error["reason"], error["since"]) == ("/channel", "Works at night", "2026-01-31")
        assert "Works at night" in answer.json()["detail"] and "2026-01-31" in answer.json()["detail"]
        found = await record(client, {**body, "unwelcome_reason": "Their shop was on fire"})
        assert found["unwelcome_reason"] == "Their shop was on fire"

    @pytest.mark.parametrize(
        "body",
        [
            outbound_call(direction="inbound"),
            outbound_call(direction="internal"),
            outbound_call(channel="whatsapp"),
        ],
    )
    async def test_everything_else_is_welcome(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        customer = await make.create_customer(client, preferences=UNWELCOME)
        await record(client, {**body, "customer_id": customer["id"]})

    async def test_whoever_is_found_by_the_address(self, client: httpx.AsyncClient) -> None:
        await make.create_customer(client, preferences=UNWELCOME, contact_points=[make.phone("+442079460123")])
        contact = {"kind": "phone", "value": "+442079460123"}
        assert (await client.post(PATH, json=outbound_call(contact=contact))).status_code == 409

    async def test_nobody_is_known(self, client: httpx.AsyncClient) -> None:
        await record(client, outbound_call())

    async def test_a_patch_does_not_get_around_it(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, preferences=UNWELCOME)
        found = await record(client, outbound_call(customer_id=customer["id"], channel="email"))
        assert (await patch(client, found["id"], {"channel": "phone"})).status_code == 409
        changed = await patch(client, found["id"], {"channel": "phone", "unwelcome_reason": "No other way"})
        assert changed.status_code == 200
        assert (await patch(client, found["id"], {"unwelcome_reason": None})).status_code == 409
        assert (await patch(client, found["id"], {"subject": "Fire"})).status_code == 200


class TestBatch:
    async def test_every_line_has_its_result(self, client: httpx.AsyncClient) -> None:
        refusing = await make.create_customer(client, preferences=UNWELCOME)
        known = captured(subject="One")
        stored = await record(client, known)
        new = captured(subject="Twice in a batch")
        results = await batch(
            client,
            PATH,
            interaction(),
            known,
            {**known, "subject": "Two"},
            new,
            new,
            {**new, "subject": "Not the same"},
            "not json",
            interaction(kind="shout"),
            interaction(customer_id=str(uuid4())),
            outbound_call(customer_id=refusing["id"]),
            outbound_call(customer_id=refusing["id"], unwelcome_reason="Fire"),
        )
        assert [result["status"] for result in results] == [201, 200, 409, 201, 200, 409, 400, 422, 422, 409, 201]
        assert [result["line"] for result in results] == list(range(1, 12))
        assert results[1]["id"] == results[2]["id"] == stored["id"]
        assert results[3]["id"] == results[4]["id"] == results[5]["id"]
        assert results[1]["replayed"] and results[4]["replayed"]
        for n, stored_subject, sent in ((2, "One", "Two"), (5, "Twice in a batch", "Not the same")):
            (error,) = results[n]["problem"]["errors"]
            assert (error["pointer"], error["stored"], error["sent"]) == ("/subject", stored_subject, sent)
        assert results[9]["problem"]["code"] == "UNWELCOME_CHANNEL"
        assert results[8]["problem"]["errors"][0]["pointer"] == "/customer_id"

    async def test_a_refused_line_does_not_hold_its_key(self, client: httpx.AsyncClient) -> None:
        refusing = await make.create_customer(client, preferences=UNWELCOME)
        body = outbound_call(customer_id=refusing["id"], source="pbx", external_id="1")
        results = await batch(client, PATH, body, {**body, "unwelcome_reason": "Fire"}, body)
        assert [result["status"] for result in results] == [409, 201, 409]
        assert results[2]["problem"]["code"] == "INTERACTION_DIFFERS"

    async def test_promises_and_customers(self, client: httpx.AsyncClient) -> None:
        customers = [
            await make.create_customer(client, contact_points=[make.email(f"c{n}@example.com")]) for n in range(3)
        ]
        lines = [
            captured(contact={"kind": "email", "value": f"C{n % 3}@EXAMPLE.com"}, next_step={"what": f"Do {n}"})
            for n in range(30)
        ]
        results = await batch(client, PATH, *lines)
        assert {result["status"] for result in results} == {201}
        for n, result in enumerate(results):
            found = await get(client, result["id"])
            assert found["customer_id"] == customers[n % 3]["id"]
            task = (await client.get(f"/v1/tasks/{found['task_id']}")).json()
            assert (task["what"], task["customer_id"]) == (f"Do {n}", customers[n % 3]["id"])

    async def test_two_in_opposite_order(self, client: httpx.AsyncClient, db: Any) -> None:
        lines = [captured(subject=f"Line {n}") for n in range(1_200)]
        answers = await asyncio.gather(
            batch(client, PATH, *lines),
            batch(client, PATH, *reversed(lines)),
            batch(client, PATH, *lines[600:], *lines[:600]),
        )
        assert {result["status"] for results in answers for result in results} <= {200, 201}
        assert sum(result["status"] == 201 for results in answers for result in results) == 1_200
        assert await db.fetchval("SELECT count(*) FROM interactions") == 1_200


class TestList:
    async def test_filters(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        hour = itertools.count()

        async def at(**body: Any) -> str:
            happened_at = f"2026-02-01T{next(hour):02}:00:00Z"
            return (await record(client, interaction(happened_at=happened_at, **body)))["id"]

        mine = await at(customer_id=customer["id"], staff="maya")
        sms = await at(channel="sms", thread="T-1")
        waiting = await at(kind="enquiry", source="form", external_id="F-1")
        call = await at(kind="call", direction="outbound", channel="phone")
        everything = [call, waiting, sms, mine]
        assert await listed(client) == everything
        assert await listed(client, sort="happened_at") == everything[::-1]
        assert await listed(client, customer_id=customer["id"]) == [mine]
        assert await listed(client, claimed="true") == [mine]
        assert await listed(client, claimed="false") == [call, waiting, sms]
        assert await listed(client, staff="maya") == [mine]
        assert await listed(client, channel="sms") == [sms]
        assert await listed(client, thread="T-1") == [sms]
        assert await listed(client, kind="call") == [call]
        assert await listed(client, direction="outbound") == [call]
        assert await listed(client, unanswered="true") == [waiting]
        assert await listed(client, unanswered="false") == [call, sms, mine]
        assert await listed(client, source="form", external_id="F-1") == [waiting]
        assert await listed(client, happened_since="2026-02-01T01:00:00Z") == [call, waiting, sms]
        assert await listed(client, happened_before="2026-02-01T01:00:00Z") == [mine]
        assert await listed(client, customer_id=str(uuid4())) == []

    @pytest.mark.parametrize(
        ("query", "status"),
        [
            ({"sort": "subject"}, 422),
            ({"kind": "shout"}, 422),
            ({"limit": 201}, 422),
            ({"staff": "a\0"}, 422),
            ({"happened_since": "2026-02-01"}, 422),
            ({"cursor": "xyz"}, 400),
            ({"q": "x"}, 400),
        ],
    )
    async def test_wrong_queries(self, client: httpx.AsyncClient, query: dict[str, Any], status: int) -> None:
        assert (await client.get(PATH, params=query)).status_code == status


class TestGet:
    async def test_unchanged(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        answer = await client.get(f"{PATH}/{found['id']}", headers={"if-none-match": '"1"'})
        assert answer.status_code == 304

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{PATH}/{uuid4()}")).status_code == 404
        assert (await client.get(f"{PATH}/x")).status_code == 422


class TestChange:
    async def test_some_of_it(self, client: httpx.AsyncClient, clock: TestClock, db: Any) -> None:
        customer = await make.create_customer(client)
        before = await record(
            client, interaction(customer_id=customer["id"], subject="A", staff="maya", attributes={"a": 1, "b": 2})
        )
        clock.tick(60)
        changes = {"subject": "B", "staff": None, "attributes": {"a": None, "c": 3}, "participants": [{"name": "Bo"}]}
        answer = await patch(client, before["id"], changes)
        assert answer.status_code == 200, answer.text
        assert answer.headers["etag"] == '"2"'
        after = answer.json()
        assert (after["subject"], after["staff"], after["attributes"]) == ("B", None, {"b": 2, "c": 3})
        assert after["participants"][0]["name"] == "Bo"
        assert after["updated_at"] > before["updated_at"]
        same = set(before) - {"subject", "staff", "attributes", "participants", "version", "updated_at"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        _, event = await event_rows(db, before["id"])
        assert (event["type"], event["title"]) == ("interaction.updated", "Updated: E-mail from the customer: B")
        changes = json.loads(event["data"])["changes"]
        assert {"pointer": "/subject", "stored": "A", "sent": "B"} in changes

    async def test_nothing_new(self, client: httpx.AsyncClient) -> None:
        before = await record(client, interaction(subject="A", happened_at="2026-02-01T10:00:00Z"))
        answer = await patch(client, before["id"], {"subject": "A", "happened_at": "2026-02-01T11:00:00+01:00"})
        assert answer.json() == before

    async def test_stale(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        assert (await patch(client, found["id"], {"subject": "A"}, **{"if-match": '"1"'})).status_code == 200
        answer = await patch(client, found["id"], {"subject": "B"}, **{"if-match": '"1"'})
        assert answer.status_code == 412
        assert (await get(client, found["id"]))["subject"] == "A"

    async def test_twenty_at_once(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        answers = await asyncio.gather(
            *(patch(client, found["id"], {"subject": f"By {n}"}, **{"if-match": '"1"'}) for n in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"kind": None}, "/kind"),
            ({"happened_at": None}, "/happened_at"),
            ({"channel": "pigeon"}, "/channel"),
            ({"customer_id": None}, "/customer_id"),
            ({"source": "x"}, "/source"),
            ({"attributes": {"a": "\0"}}, "/attributes"),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, changes: Any, pointer: str) -> None:
        found = await record(client, interaction())
        answer = await patch(client, found["id"], changes)
        assert answer.status_code == 422, answer.text
        assert pointers(answer)[0].startswith(pointer)

    @pytest.mark.parametrize("changes", ["null", "[]", '"x"', "1"])
    async def test_not_a_patch(self, client: httpx.AsyncClient, changes: str) -> None:
        found = await record(client, interaction())
        answer = await client.patch(f"{PATH}/{found['id']}", content=changes, headers=MERGE_PATCH)
        assert answer.status_code == 422

    async def test_becomes_an_enquiry(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        assert (await patch(client, found["id"], {"kind": "enquiry"})).json()["awaits_answer"] is True
        assert await listed(client, unanswered="true") == [found["id"]]
        assert (await patch(client, found["id"], {"kind": "message"})).json()["awaits_answer"] is False

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await patch(client, str(uuid4()), {"subject": "A"})).status_code == 404


class TestClaim:
    async def claim(
        self, client: httpx.AsyncClient, interaction_id: str, customer_id: Any, **more: Any
    ) -> httpx.Response:
        return await client.post(f"{PATH}/{interaction_id}/claim", json={"customer_id": customer_id, **more})

    async def test_given_to_a_customer(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        body = interaction(subject="Hi", happened_at="2026-01-05T10:00:00Z", next_step={"what": "Ring back"})
        found = await record(client, body)
        answer = await self.claim(client, found["id"], customer["id"])
        assert answer.status_code == 200, answer.text
        assert (answer.json()["customer_id"], answer.json()["version"]) == (customer["id"], 2)
        assert (await client.get(f"/v1/tasks/{found['task_id']}")).json()["customer_id"] == customer["id"]
        event = (await event_rows(db, found["id"]))[-1]
        assert (event["type"], event["title"]) == ("interaction.claimed", "Claimed: E-mail from the customer: Hi")
        assert event["occurred_at"].isoformat() == "2026-01-05T10:00:00+00:00"
        assert (str(event["customer_id"]), event["channel"]) == (customer["id"], "email")
        timeline = (await client.get(f"/v1/customers/{customer['id']}/timeline")).json()["items"]
        claimed = [entry["type"] for entry in timeline if entry["subject_id"] == found["id"]]
        assert sorted(claimed) == ["interaction.claimed", "interaction.recorded"], "as though it had been theirs always"

    async def test_again(self, client: httpx.AsyncClient) -> None:
        customer, other = await make.create_customer(client), await make.create_customer(client)
        found = await record(client, interaction(customer_id=customer["id"]))
        assert (await self.claim(client, found["id"], customer["id"])).json() == found
        answer = await self.claim(client, found["id"], other["id"])
        assert answer.status_code == 409
        assert (answer.json()["code"], answer.json()["customer_id"]) == ("ALREADY_CLAIMED", customer["id"])

    async def test_with_its_answer(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        found = await record(client, enquiry())
        answer = (await client.post(f"{PATH}/{found['id']}/answer", json={"next_step": {"what": "Send it"}})).json()
        assert (await self.claim(client, found["id"], customer["id"])).status_code == 200
        assert (await get(client, answer["id"]))["customer_id"] == customer["id"]
        assert (await client.get(f"/v1/tasks/{answer['task_id']}")).json()["customer_id"] == customer["id"]

    async def test_the_address_is_kept(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, contact_points=[make.phone(primary=True, label="home")])
        found = await record(client, interaction(contact={"kind": "email", "value": "New@Example.com"}))
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200
        after = (await client.get(f"/v1/customers/{customer['id']}")).json()
        assert after["contact_points"][0] == customer["contact_points"][0]
        assert [point["value"] for point in after["contact_points"][1:]] == ["New@Example.com"]
        again = await record(client, interaction(contact={"kind": "email", "value": "new@example.com"}))
        assert again["customer_id"] == customer["id"]
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200
        assert (await client.get(f"/v1/customers/{customer['id']}")).json() == after

    async def test_a_number_of_the_country_of_its_source(self, client: httpx.AsyncClient) -> None:
        """Only it is read so: the customer's own numbers are of the service's country."""
        await api.post(client, "/v1/sources", {"code": "desk", "country": "DE", "may_teach": False})
        customer = await make.create_customer(client, contact_points=[make.phone("01904 687710")])
        contact = {"kind": "phone", "value": "030 901820"}
        found = await record(client, interaction(channel="phone", contact=contact, source="desk", external_id="1"))
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200
        points = (await client.get(f"/v1/customers/{customer['id']}")).json()["contact_points"]
        assert points[0] == customer["contact_points"][0]
        assert [point["normalized"] for point in points] == ["+441904687710", "+4930901820"]

    async def test_the_address_is_somebody_elses(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        found = await record(client, interaction(contact={"kind": "email", "value": "new@example.com"}))
        await make.create_customer(client, contact_points=[make.email("new@example.com")])
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200
        assert (await client.get(f"/v1/customers/{customer['id']}")).json()["contact_points"] == []

    @pytest.mark.parametrize("contact", [None, {"kind": "phone", "value": "withheld"}])
    async def test_no_address_to_keep(self, client: httpx.AsyncClient, contact: Any) -> None:
        customer = await make.create_customer(client)
        found = await record(client, interaction(contact=contact))
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200

    async def test_as_many_addresses_as_can_be(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, contact_points=[make.email() for _ in range(50)])
        found = await record(client, interaction(contact={"kind": "email", "value": "new@example.com"}))
        assert (await self.claim(client, found["id"], customer["id"], keep_contact=True)).status_code == 200

    async def test_by_many_at_once(self, client: httpx.AsyncClient) -> None:
        customers = [await make.create_customer(client) for _ in range(10)]
        found = await record(client, interaction(contact={"kind": "email", "value": "new@example.com"}))
        answers = await asyncio.gather(
            *(self.claim(client, found["id"], customer["id"], keep_contact=True) for customer in customers)
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9

    async def test_many_addresses_of_one(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        contacts = [{"kind": "email", "value": f"a{n}@example.com"} for n in range(10)]
        found = [await record(client, interaction(contact=contact)) for contact in contacts]
        answers = await asyncio.gather(
            *(self.claim(client, each["id"], customer["id"], keep_contact=True) for each in found)
        )
        assert {answer.status_code for answer in answers} == {200}
        points = (await client.get(f"/v1/customers/{customer['id']}")).json()["contact_points"]
        assert sorted(point["value"] for point in points) == sorted(contact["value"] for contact in contacts)

    async def test_nobody(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        answer = await self.claim(client, found["id"], str(uuid4()))
        assert answer.status_code == 422
        assert pointers(answer) == ["/customer_id"]
        assert (await self.claim(client, str(uuid4()), str(uuid4()))).status_code == 404


class TestAnswer:
    async def test_answered(self, client: httpx.AsyncClient, clock: TestClock, db: Any) -> None:
        customer = await make.create_customer(client)
        contact = {"kind": "email", "value": "zoe@example.com"}
        asked = await record(
            client, enquiry(customer_id=customer["id"], contact=contact, subject="A cake", thread="T-1")
        )
        assert asked["awaits_answer"] is True
        clock.tick(90.9)
        sent = {"body": "Yes", "staff": "maya", "next_step": {"what": "Bake it"}}
        answer = await client.post(f"{PATH}/{asked['id']}/answer", json=sent)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert answer.headers["location"] == f"{PATH}/{made['id']}"
        assert (made["direction"], made["kind"], made["channel"]) == ("outbound", "message", "email")
        assert (made["customer_id"], made["thread"], made["contact"]) == (customer["id"], "T-1", contact)
        assert (made["subject"], made["body"], made["staff"]) == ("A cake", "Yes", "maya")
        assert made["task_id"]
        after = await get(client, asked["id"])
        assert (after["awaits_answer"], after["answered_by_id"]) == (False, made["id"])
        assert (after["answered_at"], after["answer_seconds"]) == ("2026-03-02T09:01:30.900000Z", 90)
        assert await listed(client, unanswered="true") == []
        events = [(row["type"], row["title"]) for row in await event_rows(db, asked["id"])]
        assert events[-1] == ("interaction.answered", "Enquiry answered by e-mail: A cake")

    async def test_on_another_channel(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, enquiry(contact={"kind": "email", "value": "zoe@example.com"}))
        made = (await client.post(f"{PATH}/{asked['id']}/answer", json={"channel": "phone"})).json()
        assert (made["channel"], made["kind"], made["contact"]) == ("phone", "call", None)

    async def test_never_before_it_was_asked(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, enquiry())
        sent = {"happened_at": "2026-03-01T09:00:00Z"}
        answer = await client.post(f"{PATH}/{asked['id']}/answer", json=sent)
        assert errors(answer) == [("/happened_at", "out_of_order")]
        assert answer.json()["errors"][0]["detail"] == "Must not be before `happened_at of the enquiry`"
        assert (await get(client, asked["id"]))["awaits_answer"]

    async def test_asked_by_a_clock_that_is_ahead(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, enquiry(happened_at="2026-03-02T10:00:00Z"))
        assert (await client.post(f"{PATH}/{asked['id']}/answer", json={})).status_code == 201
        assert (await get(client, asked["id"]))["answer_seconds"] == 0

    async def test_after_a_lifetime(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, enquiry(happened_at="1900-01-01T00:00:00Z"))
        assert (await client.post(f"{PATH}/{asked['id']}/answer", json={})).status_code == 201
        assert (await get(client, asked["id"]))["answer_seconds"] == 46_081 * 86_400 + 9 * 3_600

    async def test_twice(self, client: httpx.AsyncClient) -> None:
        asked = await record(client, enquiry())
        answers = await asyncio.gather(*(client.post(f"{PATH}/{asked['id']}/answer", json={}) for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
        refused = next(answer.json() for answer in answers if answer.status_code == 409)
        made = next(answer.json() for answer in answers if answer.status_code == 201)
        assert (refused["code"], refused["answered_by_id"]) == ("MOVE_NOT_ALLOWED", made["id"])

    async def test_nothing_was_asked(self, client: httpx.AsyncClient) -> None:
        found = await record(client, interaction())
        answer = await client.post(f"{PATH}/{found['id']}/answer", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "MOVE_NOT_ALLOWED")

    async def test_on_an_unwelcome_channel(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client, preferences=UNWELCOME)
        asked = await record(client, enquiry(channel="phone", customer_id=customer["id"]))
        answer = await client.post(f"{PATH}/{asked['id']}/answer", json={})
        assert (answer.status_code, answer.json()["code"]) == (409, "UNWELCOME_CHANNEL")
        assert (await get(client, asked["id"]))["awaits_answer"] is True
        sent = {"unwelcome_reason": "They asked us to"}
        answer = await client.post(f"{PATH}/{asked['id']}/answer", json=sent)
        assert answer.json()["unwelcome_reason"] == "They asked us to"

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await client.post(f"{PATH}/{uuid4()}/answer", json={})).status_code == 404
