"""Tasks through the API: a class for each verb."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.support import api
from tests.support.api import pointers
from tests.support.application import TestClock

PATH = "/v1/tasks"


async def create(client: httpx.AsyncClient, what: str = "Ring back", **body: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json={"what": what, **body})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def move(client: httpx.AsyncClient, task: dict[str, Any], verb: str, **body: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{task['id']}/{verb}", json=body)


async def moved(client: httpx.AsyncClient, task: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
    answer = await move(client, task, verb, **body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def patch(client: httpx.AsyncClient, task: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{task['id']}", changes, **headers)


async def listed(client: httpx.AsyncClient, between: Callable[[], Any] | None = None, **query: Any) -> list[str]:
    """What is to be done, in all pages of the list."""
    return [item["what"] for item in await api.pages(client, PATH, between, **query)]


async def titles(db: Any, task: dict[str, Any]) -> list[tuple[str, str]]:
    rows = await db.fetch("SELECT type, title FROM events WHERE subject_id = $1 ORDER BY seq", task["id"])
    return [(row["type"], row["title"]) for row in rows]


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        body = {
            "what": "Send the samples",
            "note": "Two of each\nand a card",
            "customer_id": customer["id"],
            "owner": "maya",
            "due_at": "2026-03-05T10:00:00+01:00",
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert answer.headers["etag"] == '"1"'
        assert {name: found[name] for name in body} == body | {"due_at": "2026-03-05T09:00:00.000000Z"}
        assert (found["status"], found["interaction_id"], found["closed_at"]) == ("open", None, None)
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        assert await titles(db, found) == [("task.created", "Task created: Send the samples")]
        timeline = (await client.get(f"/v1/customers/{customer['id']}/timeline")).json()["items"]
        assert "task.created" in [entry["type"] for entry in timeline]

    async def test_for_nobody(self, client: httpx.AsyncClient) -> None:
        found = await create(client)
        assert (found["customer_id"], found["owner"], found["due_at"]) == (None, None, None)

    @pytest.mark.parametrize(
        ("wrong", "pointer"),
        [
            ({"what": ""}, "/what"),
            ({"what": None}, "/what"),
            ({"what": "a\0"}, "/what"),
            ({"note": "a\0"}, "/note"),
            ({"owner": "a\nb"}, "/owner"),
            ({"due_at": "tomorrow"}, "/due_at"),
            ({"due_at": "2026-03-05T10:00:00"}, "/due_at"),
            ({"customer_id": "x"}, "/customer_id"),
            ({"customer_id": str(uuid4())}, "/customer_id"),
            ({"status": "completed"}, "/status"),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, wrong: dict[str, Any], pointer: str) -> None:
        answer = await client.post(PATH, json={"what": "x", **wrong})
        assert answer.status_code == 422, answer.text
        assert pointers(answer) == [pointer]


class TestBatch:
    async def test_customers_by_any_key_and_each_task_once(self, client: httpx.AsyncClient, db: Any) -> None:
        card, phone = make.identity(), make.phone()
        zoe = await make.create_customer(client, identities=[card])
        ada = await make.create_customer(client, contact_points=[phone])
        call = await make.record_interaction(client, customer_id=ada["id"])
        key = {"source": "planner", "external_id": "T-1"}
        first = {"what": "Ring back", "customer": {"identity": card}, "due_at": "2026-03-05T10:00:00+01:00", **key}
        lines = [
            first,
            {**first, "due_at": "2026-03-05T09:00:00Z", "what": "Ring back "},
            {**first, "customer": {"phone": phone["value"]}},
            {"what": "About the call", "interaction_id": call["id"], "source": "planner", "external_id": "T-2"},
            {"what": "Twice, without a key"},
            {"what": "Twice, without a key"},
            {"what": "x", "customer": {"email": "nobody@example.org"}},
            {"what": "x", "customer": {"id": zoe["id"]}, "customer_id": zoe["id"]},
            {"what": "x", "customer_id": str(uuid4())},
            {"what": "x", "complaint_id": str(uuid4())},
            {"what": "x", "source": "planner"},
            {"what": " "},
        ]
        results = await api.batch(client, PATH, *lines)
        assert [result["status"] for result in results] == [201, 200, 409, 201, 201, 201, *[422] * 6]
        assert {result["id"] for result in results[:3]} == {results[0]["id"]}
        (difference,) = results[2]["problem"]["errors"]
        assert (results[2]["problem"]["code"], difference["pointer"]) == ("TASK_DIFFERS", "/customer_id")
        errors = [result["problem"]["errors"][0] for result in results[6:]]
        assert [error["pointer"] for error in errors] == [
            "/customer",
            "/customer",
            "/customer_id",
            "/complaint_id",
            "/external_id",
            "/what",
        ]
        found = [await api.get(client, f"{PATH}/{results[n]['id']}") for n in (0, 3, 4)]
        assert [task["customer_id"] for task in found] == [zoe["id"], ada["id"], None]
        assert [task["external_id"] for task in found] == ["T-1", "T-2", None]
        assert await listed(client, source="planner", external_id="T-2") == ["About the call"]
        assert await titles(db, found[0]) == [("task.created", "Task created: Ring back")]
        # The same file again, after one of them was changed here: as it was last sent, or as it is now.
        await patch(client, found[0], {"what": "Ring Zoë"})
        again = await api.batch(client, PATH, *lines[:4], {**first, "what": "Ring Zoë"})
        assert [result["status"] for result in again] == [200, 200, 409, 200, 200]

    async def test_one_at_a_time(self, client: httpx.AsyncClient) -> None:
        body = {"what": "Ring back", "source": "planner", "external_id": "T-1"}
        made = await api.post(client, PATH, body)
        assert await api.post(client, PATH, body, 200) == made
        problem = await api.post(client, PATH, {**body, "owner": "maya"}, 409)
        assert (problem["task_id"], problem["errors"][0]["pointer"]) == (made["id"], "/owner")


class TestList:
    async def test_filters(self, client: httpx.AsyncClient) -> None:
        customer = await make.create_customer(client)
        await create(client, "last week", due_at="2026-02-25T09:00:00Z", owner="maya")
        await create(client, "tonight", due_at="2026-03-02T20:00:00Z", customer_id=customer["id"])
        await create(client, "on friday", due_at="2026-03-06T09:00:00Z", owner="maya")
        await create(client, "next year", due_at="2027-03-06T09:00:00Z")
        await create(client, "some day", owner="sam")
        await create(client, "any day")
        done = await create(client, "done", due_at="2026-02-01T09:00:00Z", owner="maya")
        await moved(client, done, "complete")
        everything = ["done", "last week", "tonight", "on friday", "next year", "some day", "any day"]
        assert await listed(client) == everything
        assert await listed(client, sort="-due_at") == everything[::-1]
        assert (await listed(client, sort="created_at"))[-1] == "done"
        assert (await listed(client, sort="-created_at"))[0] == "done"
        assert await listed(client, owner="maya") == ["done", "last week", "on friday"]
        assert await listed(client, owner="maya", status="open") == ["last week", "on friday"]
        assert await listed(client, status="completed") == ["done"]
        assert await listed(client, status="cancelled") == []
        assert await listed(client, customer_id=customer["id"]) == ["tonight"]
        assert await listed(client, due="overdue") == ["last week"]
        assert await listed(client, due="today") == ["last week", "tonight"]
        assert await listed(client, due="week") == ["last week", "tonight", "on friday"]
        assert await listed(client, due="week", owner="maya") == ["last week", "on friday"]
        assert await listed(client, due="week", status="completed") == []
        assert await listed(client, due_since="2026-03-06T09:00:00Z") == ["on friday", "next year"]
        assert await listed(client, due_before="2026-02-25T09:00:00Z") == ["done"]
        assert await listed(client, due_since="2026-03-01T00:00:00Z", due_before="2026-03-03T00:00:00Z") == ["tonight"]

    async def test_time_goes_on(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await create(client, "tonight", due_at="2026-03-02T20:00:00Z")
        assert await listed(client, due="overdue") == []
        clock.tick(12 * 3_600)
        assert await listed(client, due="overdue") == ["tonight"]

    async def test_pages_while_time_goes_on(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        tasks = [await create(client, f"{n}", due_at=f"2026-02-0{n}T09:00:00Z") for n in range(1, 6)]
        assert await listed(client, clock.tick, due="overdue", awake="true") == ["1", "2", "3", "4", "5"]
        for task in tasks:
            await moved(client, task, "snooze", until="2026-03-03T09:00:00Z")
        assert await listed(client, clock.tick, due="overdue", awake="false") == ["1", "2", "3", "4", "5"]

    async def test_a_cursor_is_for_its_own_list(self, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            await create(client, due_at="2026-02-01T09:00:00Z")
        query: dict[str, Any] = {"due": "overdue", "limit": 1}
        cursor = (await client.get(PATH, params=query)).json()["next_cursor"]
        assert (await client.get(PATH, params={**query, "cursor": cursor})).status_code == 200
        for other in ({"due": "week"}, {"awake": "true"}, {"owner": "maya"}):
            assert (await client.get(PATH, params={**query, **other, "cursor": cursor})).status_code == 400

    async def test_snoozed(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        await create(client, "awake")
        await moved(client, await create(client, "asleep"), "snooze", until="2026-03-03T09:00:00Z")
        assert await listed(client) == ["awake", "asleep"]
        assert await listed(client, awake="true") == ["awake"]
        assert await listed(client, awake="false") == ["asleep"]
        clock.tick(24 * 3_600)
        assert await listed(client, awake="true") == ["awake", "asleep"]

    @pytest.mark.parametrize(
        "query", [{"due": "soon"}, {"status": "lost"}, {"sort": "owner"}, {"owner": "a\0"}, {"awake": "maybe"}]
    )
    async def test_wrong_queries(self, client: httpx.AsyncClient, query: dict[str, str]) -> None:
        assert (await client.get(PATH, params=query)).status_code == 422


class TestGet:
    async def test_unchanged(self, client: httpx.AsyncClient) -> None:
        found = await create(client)
        answer = await client.get(f"{PATH}/{found['id']}", headers={"if-none-match": '"1"'})
        assert answer.status_code == 304

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await client.get(f"{PATH}/{uuid4()}")).status_code == 404


class TestChange:
    async def test_some_of_it(self, client: httpx.AsyncClient, db: Any) -> None:
        customer = await make.create_customer(client)
        before = await create(client, owner="maya", note="Soon", due_at="2026-03-05T09:00:00Z")
        changes = {"what": "Write", "owner": None, "customer_id": customer["id"], "due_at": "2026-03-06T09:00:00Z"}
        answer = await patch(client, before, changes)
        assert answer.status_code == 200, answer.text
        after = answer.json()
        assert (after["what"], after["owner"], after["note"]) == ("Write", None, "Soon")
        assert (after["customer_id"], after["due_at"]) == (customer["id"], "2026-03-06T09:00:00.000000Z")
        assert (after["version"], answer.headers["etag"]) == (2, '"2"')
        assert (await titles(db, before))[-1] == ("task.updated", "Task updated: Write")

    async def test_nothing_new(self, client: httpx.AsyncClient, db: Any) -> None:
        before = await create(client, due_at="2026-03-05T09:00:00Z")
        changes = {"what": before["what"], "due_at": "2026-03-05T10:00:00+01:00", "note": None}
        assert (await patch(client, before, changes)).json() == before
        assert len(await titles(db, before)) == 1

    async def test_twenty_at_once(self, client: httpx.AsyncClient) -> None:
        task = await create(client)
        answers = await asyncio.gather(
            *(patch(client, task, {"what": f"By {n}"}, **{"if-match": '"1"'}) for n in range(20))
        )
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"what": None}, "/what"),
            ({"customer_id": str(uuid4())}, "/customer_id"),
            ({"status": "completed"}, "/status"),
            ({"interaction_id": None}, "/interaction_id"),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, changes: Any, pointer: str) -> None:
        answer = await patch(client, await create(client), changes)
        assert answer.status_code == 422, answer.text
        assert pointers(answer) == [pointer]

    async def test_nothing_there(self, client: httpx.AsyncClient) -> None:
        assert (await patch(client, {"id": uuid4()}, {"what": "x"})).status_code == 404


class TestComplete:
    async def test_done(self, client: httpx.AsyncClient, db: Any) -> None:
        task = await create(client)
        await moved(client, task, "snooze", until="2026-03-03T09:00:00Z")
        after = await moved(client, task, "complete", outcome="They are happy")
        assert (after["status"], after["outcome"]) == ("completed", "They are happy")
        assert (after["closed_at"], after["snoozed_until"]) == ("2026-03-02T09:00:00.000000Z", None)
        assert after["version"] == 3
        assert (await titles(db, task))[-1] == ("task.completed", "Task completed: Ring back")

    async def test_by_many_at_once(self, client: httpx.AsyncClient) -> None:
        task = await create(client)
        answers = await asyncio.gather(*(move(client, task, "complete") for _ in range(10)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9


class TestSnooze:
    async def test_until_then(self, client: httpx.AsyncClient, db: Any) -> None:
        task = await create(client)
        after = await moved(client, task, "snooze", until="2026-03-03T10:00:00+01:00")
        assert (after["status"], after["snoozed_until"]) == ("open", "2026-03-03T09:00:00.000000Z")
        again = await moved(client, task, "snooze", until="2026-03-04T09:00:00Z")
        assert again["snoozed_until"] == "2026-03-04T09:00:00.000000Z"
        assert (await titles(db, task))[-1] == ("task.snoozed", "Task snoozed: Ring back")
        data = await db.fetchval("SELECT data FROM events WHERE type = 'task.snoozed' ORDER BY seq LIMIT 1")
        assert json.loads(data)["until"].startswith("2026-03-03")

    @pytest.mark.parametrize("until", ["2026-03-02T09:00:00Z", "2020-01-01T00:00:00Z", None, "2026-03-03"])
    async def test_wrong_moments(self, client: httpx.AsyncClient, until: Any) -> None:
        answer = await move(client, await create(client), "snooze", until=until)
        assert answer.status_code == 422
        assert pointers(answer) == ["/until"]


class TestCancel:
    async def test_called_off(self, client: httpx.AsyncClient, db: Any) -> None:
        task = await create(client)
        after = await moved(client, task, "cancel", reason="Not wanted any more")
        assert (after["status"], after["outcome"]) == ("cancelled", "Not wanted any more")
        assert after["closed_at"]
        assert (await titles(db, task))[-1] == ("task.cancelled", "Task cancelled: Ring back")


class TestReopen:
    @pytest.mark.parametrize("verb", ["complete", "cancel"])
    async def test_a_mistake(self, client: httpx.AsyncClient, db: Any, verb: str) -> None:
        task = await create(client)
        await moved(client, task, verb)
        after = await moved(client, task, "reopen")
        assert {**after, "version": 1} == task
        assert (await titles(db, task))[-1] == ("task.reopened", "Task reopened: Ring back")


class TestWrongMoves:
    @pytest.mark.parametrize(
        ("before", "verb", "allowed"),
        [
            ([], "reopen", ["complete", "snooze", "cancel"]),
            (["complete"], "complete", ["reopen"]),
            (["complete"], "cancel", ["reopen"]),
            (["complete"], "snooze", ["reopen"]),
            (["cancel"], "cancel", ["reopen"]),
            (["cancel"], "complete", ["reopen"]),
            (["cancel", "reopen"], "reopen", ["complete", "snooze", "cancel"]),
        ],
    )
    async def test_say_what_is_possible(
        self, client: httpx.AsyncClient, before: list[str], verb: str, allowed: list[str]
    ) -> None:
        task = await create(client)
        for earlier in before:
            await moved(client, task, earlier)
        body = {"until": "2026-03-03T09:00:00Z"} if verb == "snooze" else {}
        answer = await move(client, task, verb, **body)
        assert answer.status_code == 409
        assert (answer.json()["code"], answer.json()["allowed"]) == ("MOVE_NOT_ALLOWED", allowed)

    @pytest.mark.parametrize("verb", ["complete", "cancel", "reopen"])
    async def test_nothing_there(self, client: httpx.AsyncClient, verb: str) -> None:
        assert (await move(client, {"id": uuid4()}, verb)).status_code == 404
