"""Tasks that follow up feedback: found by it, and completed with its loop."""

import asyncio
from typing import Any

import asyncpg
import httpx

from tests import make
from tests.make.feedback import feedback, record
from tests.support import api
from tests.support.application import Keys
from tests.support.links import release

PATH = "/v1/tasks"


async def followed_up(client: httpx.AsyncClient, **body: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Feedback, and the task that a rule made of it."""
    task = {"what": "Ring them", "due_hours": 4}
    rule = {"code": "a", "name": "Ring", "conditions": {"score_below": 50}, "task": task}
    await api.post(client, "/v1/feedback-rules", rule)
    said = await record(client, feedback(**body))
    (found,) = (await api.get(client, PATH, feedback_id=said["id"]))["items"]
    return said, found


async def complete(client: httpx.AsyncClient, task: dict[str, Any], **body: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{task['id']}/complete", json=body)


class TestLinked:
    async def test_to_its_feedback_and_the_complaint_that_it_is_about(self, client: httpx.AsyncClient) -> None:
        complaint = await make.record_complaint(client)
        said, task = await followed_up(client, complaint_id=complaint["id"])
        assert (task["feedback_id"], task["complaint_id"]) == (said["id"], complaint["id"])
        other = await api.post(client, PATH, {"what": "Sweep"})
        assert (other["feedback_id"], other["complaint_id"], other["open_loop"]) == (None, None, False)
        (found,) = (await api.get(client, PATH, complaint_id=complaint["id"]))["items"]
        assert found["id"] == task["id"]

    async def test_a_task_of_ones_own(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        complaint = await make.record_complaint(client, customer_id=ada["id"])
        task = await api.post(client, PATH, {"what": "Send the batch to the lab", "complaint_id": complaint["id"]})
        assert (task["complaint_id"], task["customer_id"]) == (complaint["id"], ada["id"])
        bo = await make.create_customer(client)
        await api.patched(client, f"{PATH}/{task['id']}", {"customer_id": bo["id"]})
        await release(client, "complaint", complaint)
        assert (await api.get(client, f"{PATH}/{task['id']}"))["customer_id"] == bo["id"], "somebody said so"

    async def test_to_nothing(self, client: httpx.AsyncClient) -> None:
        for name in ("interaction_id", "feedback_id", "complaint_id"):
            answer = await client.post(PATH, json={"what": "x", name: "01900000-0000-7000-8000-000000000000"})
            assert api.errors(answer) == [(f"/{name}", "not_found")]


class TestCompleted:
    async def test_the_loop_stays_open_and_says_so(self, client: httpx.AsyncClient) -> None:
        _, task = await followed_up(client, customer_id=(await make.create_customer(client))["id"])
        assert task["open_loop"] is True
        done = (await complete(client, task, outcome="Rang them")).json()
        assert (done["status"], done["open_loop"]) == ("completed", True)

    async def test_the_loop_is_closed_with_it(self, client: httpx.AsyncClient) -> None:
        ada = await make.create_customer(client)
        said, task = await followed_up(client, customer_id=ada["id"])
        notified = {"channel": "phone", "message": "We changed the tea", "staff": "Amara"}
        done = await complete(client, task, outcome="Another tea", close_loop={"notified": notified})
        assert done.status_code == 200, done.text
        assert (done.json()["status"], done.json()["open_loop"]) == ("completed", False)
        found = await api.get(client, f"/v1/feedback/{said['id']}")
        assert (found["action"], found["acted_by"]) == ("Another tea", "Amara")
        assert found["closed_at"] is not None
        message = await api.get(client, f"/v1/interactions/{found['notified_interaction_id']}")
        assert (message["body"], message["customer_id"]) == ("We changed the tea", ada["id"])

    async def test_waits_for_the_feedback_before_it_locks_the_task(
        self, client: httpx.AsyncClient, db: Any, empty_database: str
    ) -> None:
        """As a claim of the feedback does: two that lock them in different orders would wait for each other."""
        said, task = await followed_up(client)
        claims = await asyncpg.connect(empty_database)
        waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        async with claims.transaction():
            await claims.execute("SELECT FROM feedback WHERE id = $1 FOR NO KEY UPDATE", said["id"])
            completing = asyncio.create_task(complete(client, task, outcome="Rang", close_loop={}))
            while not await db.fetchval(f"SELECT EXISTS ({waits})"):
                assert not completing.done()
            free = "SELECT id FROM tasks WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED"
            assert await db.fetchval(free, task["id"]) is not None
        await claims.close()
        assert (await completing).status_code == 200

    async def test_step_by_step(self, client: httpx.AsyncClient) -> None:
        said, task = await followed_up(client)
        steps = {"acknowledged": {"staff": "Bo"}, "acted": {"action": "New blend"}, "notified": {}}
        assert (await complete(client, task, close_loop=steps)).json()["open_loop"] is False
        found = await api.get(client, f"/v1/feedback/{said['id']}")
        assert (found["acknowledged_by"], found["action"]) == ("Bo", "New blend")

    async def test_nothing_happens_where_a_step_is_refused(self, client: httpx.AsyncClient) -> None:
        unwelcome = {"unwelcome_channels": [{"channel": "phone"}]}
        ada = await make.create_customer(client, preferences=unwelcome)
        said, task = await followed_up(client, customer_id=ada["id"])
        steps = {"acted": {"action": "New blend"}, "notified": {"channel": "phone"}}
        answer = await complete(client, task, close_loop=steps)
        assert (answer.status_code, api.pointers(answer)) == (409, ["/close_loop/notified/channel"])
        assert (await api.get(client, f"{PATH}/{task['id']}"))["status"] == "open"
        assert (await api.get(client, f"/v1/feedback/{said['id']}"))["acted_at"] is None

    async def test_what_cannot_be_closed(self, client: httpx.AsyncClient) -> None:
        _, task = await followed_up(client)
        answer = await complete(client, task, close_loop={"notified": {}})
        assert api.errors(answer) == [("/close_loop/acted", "missing")]
        other = await api.post(client, PATH, {"what": "Sweep"})
        answer = await complete(client, other, outcome="Swept", close_loop={})
        assert api.errors(answer) == [("/close_loop", "no_feedback")]

    async def test_by_whoever_may_write_feedback(self, client: httpx.AsyncClient, keys: Keys) -> None:
        _, task = await followed_up(client)
        tasks_only = await keys("tasks:write")
        assert (await complete(tasks_only, task, outcome="x", close_loop={})).status_code == 403
        assert (await complete(tasks_only, task, outcome="x")).status_code == 200
