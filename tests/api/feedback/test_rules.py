"""Feedback rules: what is made of feedback at once, and kept as versions."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests import make
from tests.make.feedback import feedback, nps, pushed, record
from tests.support import api
from tests.support.api import MERGE_PATCH
from tests.support.application import TestClock
from tests.support.feedback import batch, get, patch

RULES = "/v1/feedback-rules"
LOW = {"score_below": 50}
CALL = {"what": "Ring back", "owner": "amara", "due_hours": 24}


def rule(**changes: Any) -> dict[str, Any]:
    number = make.number()
    return {"code": f"rule-{number}", "name": f"Rule {number}", "conditions": LOW, "task": CALL, **changes}


def complaint_rule(**changes: Any) -> dict[str, Any]:
    wanted = {"category": "food", "severity": "high", "priority": "high", "owner": "tom"}
    return rule(**{"task": None, "complaint": wanted, **changes})


async def create_rule(client: httpx.AsyncClient, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    return await api.post(client, RULES, body, status)


async def tasks(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    return (await client.get("/v1/tasks")).json()["items"]


class TestTasks:
    async def test_a_low_score_becomes_one(self, client: httpx.AsyncClient) -> None:
        made, zoe = await create_rule(client, rule()), await make.create_customer(client, display_name="Zoë Okafor")
        found = await record(client, feedback(customer_id=zoe["id"], text="Cold"))
        (task,) = await tasks(client)
        assert (task["what"], task["owner"], task["customer_id"]) == (
            "Ring back (Feedback by survey: 3 of 10, Zoë Okafor)",
            "amara",
            zoe["id"],
        )
        assert (task["due_at"], task["note"]) == ("2026-03-03T09:00:00.000000Z", "Cold")
        assert found["follow_ups"] == [{"rule_id": made["id"], "task_id": task["id"], "complaint_id": None}]

    async def test_no_other_does(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, rule())
        await create_rule(client, rule(conditions={}, active=False))
        found = await record(client, feedback(ratings=[nps(5)], author={"name": "Zoë"}))
        assert found["follow_ups"] == [] and await tasks(client) == []

    async def test_the_same_again_makes_none(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, rule())
        body = pushed()
        await record(client, body)
        await record(client, body, 200)
        assert len(await tasks(client)) == 1

    async def test_each_rule_makes_its_own(self, client: httpx.AsyncClient) -> None:
        for _ in range(3):
            await create_rule(client, rule())
        results = await batch(client, pushed(), pushed(ratings=[nps(9)]), pushed())
        assert [result["status"] for result in results] == [201, 201, 201]
        assert len(await tasks(client)) == 6
        assert [len((await get(client, result["id"]))["follow_ups"]) for result in results] == [3, 0, 3]

    @pytest.mark.parametrize(
        "body",
        [
            feedback(collected_at="2026-01-31T08:59:59Z"),
            feedback(method="competitor", competitor="Miller's"),
            feedback(collected_at="2026-03-01T09:00:00Z", loop={"acted_at": "2026-03-01T10:00:00Z"}),
        ],
        ids=["old", "of a competitor", "acted upon"],
    )
    async def test_nothing_is_made_of_what_is(self, client: httpx.AsyncClient, body: dict[str, Any]) -> None:
        await create_rule(client, rule())
        assert (await record(client, body))["follow_ups"] == [] and await tasks(client) == []

    async def test_of_a_corrected_figure_it_is_made_once(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, rule())
        found = await record(client, feedback(ratings=[nps(9)]))
        for value in (2, 9, 1):
            found = (await patch(client, found["id"], {"ratings": [nps(value)]})).json()
        assert len(found["follow_ups"]) == 1 and len(await tasks(client)) == 1

    async def test_by_what_the_text_says(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, rule(conditions={"sentiments": ["negative"], "customer_known": "no"}))
        await record(client, feedback(text="The soup was cold and the waiter was rude. It was terrible."))
        await record(client, feedback(text="The soup was wonderful and the waiter was very friendly."))
        assert len(await tasks(client)) == 1


class TestComplaints:
    async def test_a_low_score_becomes_one(self, client: httpx.AsyncClient) -> None:
        made, zoe = await create_rule(client, complaint_rule()), await make.create_customer(client)
        sold = await api.post(client, "/v1/sales", make.sale(site="harbour", operator="tom"))
        said = {"text": "Cold soup", "channel": "email", "sale_id": sold["id"], "customer_id": zoe["id"]}
        found = await record(client, feedback(sale_line_no=1, **said))
        (follow_up,) = found["follow_ups"]
        assert (follow_up["rule_id"], follow_up["task_id"]) == (made["id"], None)
        complaint = (await client.get(f"/v1/complaints/{follow_up['complaint_id']}")).json()
        expected = {
            "description": "Cold soup",
            "channel": "email",
            "site": "harbour",
            "staff": "tom",
            "sku": "TEA-1",
            "sale_id": sold["id"],
            "sale_line_no": 1,
            "customer_id": zoe["id"],
            "category": "food",
            "severity": "high",
            "priority": "high",
            "owner": "tom",
            "source": "feedback",
            "external_id": found["id"],
            "received_at": found["created_at"],
        }
        assert {name: complaint[name] for name in expected} == expected

    async def test_where_nothing_was_said_the_figure_speaks(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, complaint_rule())
        author = {"name": "Zoë", "contact": {"kind": "email", "value": "zoe@example.com"}}
        await record(client, feedback(author=author))
        (complaint,) = (await client.get("/v1/complaints")).json()["items"]
        assert complaint["description"] == "Feedback by survey: 3 of 10. Nothing was said with it."
        assert (complaint["channel"], complaint["complainant"]) == ("other", author)

    async def test_two_rules_make_one(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, complaint_rule(code="b", complaint={"category": "second"}))
        await create_rule(client, complaint_rule(code="a", complaint={"category": "first"}))
        found = await record(client)
        (complaint,) = (await client.get("/v1/complaints")).json()["items"]
        assert complaint["category"] == "first"
        assert [made["complaint_id"] for made in found["follow_ups"]] == [complaint["id"]] * 2

    async def test_a_rule_that_applies_later_finds_the_one_there_is(self, client: httpx.AsyncClient) -> None:
        await create_rule(client, complaint_rule(conditions={"score_below": 50}))
        await create_rule(client, complaint_rule(conditions={"score_below": 20}, complaint={"category": "grave"}))
        found = await record(client)
        changed = (await patch(client, found["id"], {"ratings": [nps(1)], "text": "Worse"})).json()
        assert len({made["complaint_id"] for made in changed["follow_ups"]}) == 1 and len(changed["follow_ups"]) == 2
        assert len((await client.get("/v1/complaints")).json()["items"]) == 1


class TestRules:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        when = {
            "methods": ["review"],
            "metrics": ["rating"],
            "surveys": ["after-sale"],
            "sites": ["harbour"],
            "channels": ["email"],
            "score_below": 60,
            "sentiments": ["negative"],
            "themes": ["queue"],
            "customer_known": "yes",
        }
        made = await create_rule(client, rule(conditions=when))
        answer = await client.get(f"{RULES}/{made['id']}")
        assert answer.json() == made and made["conditions"] == when and made["complaint"] is None
        assert [row["title"] for row in await db.fetch("SELECT title FROM events")] == [
            f"Feedback rule {made['name']} created"
        ]

    async def test_makes_one_thing_or_the_other(self, client: httpx.AsyncClient) -> None:
        for body in (rule(task=None), rule(complaint={})):
            assert (await create_rule(client, body, 422))["code"] == "VALIDATION_FAILED"
        made = await create_rule(client, rule())
        path = f"{RULES}/{made['id']}"
        answer = await client.patch(path, json={"task": None, "complaint": {"category": "food"}}, headers=MERGE_PATCH)
        assert answer.status_code == 200, answer.text
        assert (answer.json()["task"], answer.json()["complaint"]["category"]) == (None, "food")
        assert (await client.patch(path, json={"complaint": None}, headers=MERGE_PATCH)).status_code == 422

    async def test_keeps_every_version(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        made = await create_rule(client, rule())
        path = f"{RULES}/{made['id']}"
        clock.tick()
        changed = await client.patch(path, json={"conditions": {"score_below": 30}}, headers=MERGE_PATCH)
        assert changed.json()["version"] == 2
        assert (await client.patch(path, json={"active": True}, headers=MERGE_PATCH)).json()["version"] == 2
        versions = (await client.get(f"{path}/versions")).json()["items"]
        assert [v["definition"]["conditions"]["score_below"] for v in versions] == [30, 50]
        await record(client, feedback(ratings=[nps(3)]))
        assert await tasks(client) == []

    async def test_codes_are_their_own(self, client: httpx.AsyncClient) -> None:
        made = await create_rule(client, rule())
        assert (await create_rule(client, rule(code=made["code"]), 409))["code"] == "CONFLICT"
        found = (await client.get(RULES, params={"code": made["code"], "active": True})).json()["items"]
        assert [one["id"] for one in found] == [made["id"]]
        assert (await client.get(RULES, params={"active": False})).json()["items"] == []
        assert (await client.get(f"{RULES}/{uuid4()}")).status_code == 404
