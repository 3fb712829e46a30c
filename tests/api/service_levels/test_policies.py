"""Service policies through the API: what is theirs alone. What versioned resources share stands in test_calendars."""

import json
from typing import Any

import httpx
import pytest

from tests import make
from tests.make.service_levels import create_policy
from tests.support import api
from tests.support.api import errors, events
from tests.support.application import Keys, TestClock
from tests.support.service_levels import change_calendar, change_policy, scheduled_jobs

PATH = "/v1/service-policies"
STEP = {"metric": "respond", "at_minutes": -60, "notify": ["Amara"]}


async def patch(client: httpx.AsyncClient, made: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{made['id']}", changes, **headers)


async def codes(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """Of all pages, two a page."""
    found: list[str] = []
    while True:
        answer = await client.get(PATH, params={"limit": 2, **query})
        assert answer.status_code == 200, answer.text
        found += [item["code"] for item in answer.json()["items"]]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found
        query["cursor"] = cursor


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        calendar = await make.create_calendar(client, code="shop")
        body = {
            "code": "serious",
            "name": "Serious complaints",
            "position": 10,
            "active": False,
            "calendar": "shop",
            "applies_to": {
                "categories": ["Delivery"],
                "severities": ["high", "critical"],
                "channels": ["phone"],
                "sites": ["Leeds"],
                "customer_tags": ["vip"],
                "value_from": "100.00",
                "currency": "GBP",
            },
            "targets": {
                "acknowledge_minutes": 60,
                "update_minutes": 1,
                "respond_minutes": 480,
                "resolve_minutes": 5_000_000,
                "deadlock_minutes": 2_400,
            },
            "pauses": ["waiting_customer", "referred"],
            "escalations": [
                STEP | {"reassign_to": None, "raise_priority": False},
                {
                    "metric": "respond",
                    "at_minutes": 0,
                    "notify": [],
                    "reassign_to": "Tom",
                    "raise_priority": True,
                },
            ],
            "reopening": {"within_days": 90, "at_most": 2},
            "on_customer_reply": "flag",
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert {name: found[name] for name in body} == body
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        (first,) = (await client.get(f"{PATH}/{found['id']}/versions")).json()["items"]
        assert first["definition"] == body
        assert str(await db.fetchval("SELECT calendar_id FROM service_policies")) == calendar["id"]
        title = "Service policy Serious complaints created"
        assert await events(db, found["id"]) == [("service_policy.created", title, None, {"version": 1})]
        assert await scheduled_jobs(db) == []

    async def test_the_least_is_for_everybody(self, client: httpx.AsyncClient) -> None:
        calendar = await make.create_calendar(client)
        body = {"code": "a", "name": "A", "calendar": calendar["code"], "targets": {"respond_minutes": 1}}
        found = (await client.post(PATH, json=body)).json()
        scope = found["applies_to"]
        assert (scope.pop("value_from"), scope.pop("currency")) == (None, None)
        assert set(map(str, scope.values())) == {"[]"}
        assert (found["position"], found["active"], found["pauses"], found["escalations"]) == (100, True, [], [])
        assert found["reopening"] is None

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"calendar": "nowhere"}, ("/calendar", "not_found")),
            ({"position": -1}, ("/position", "greater_than_equal")),
            ({"position": 100_001}, ("/position", "less_than_equal")),
            ({"active": "yes"}, ("/active", "bool_type")),
            ({"targets": {}}, ("/targets", "missing")),
            ({"targets": {"respond_minutes": 0}}, ("/targets/respond_minutes", "greater_than_equal")),
            ({"targets": {"respond_minutes": 5_000_001}}, ("/targets/respond_minutes", "less_than_equal")),
            ({"targets": {"answer_minutes": 5}}, ("/targets/answer_minutes", "unknown_field")),
            ({"applies_to": {"severities": ["grave"]}}, ("/applies_to/severities/0", "enum")),
            ({"applies_to": {"value_from": "10.00"}}, ("/applies_to/currency", "missing")),
            ({"applies_to": {"currency": "GBP"}}, ("/applies_to/value_from", "missing")),
            ({"applies_to": {"value_from": "10.5", "currency": "JPY"}}, ("/applies_to/value_from", "too_precise")),
            ({"applies_to": {"value_from": "-1", "currency": "GBP"}}, ("/applies_to/value_from", "negative")),
            ({"applies_to": {"value_from": "1", "currency": "GBX"}}, ("/applies_to/currency", "currency")),
            ({"pauses": ["waiting_customer", "lunch"]}, ("/pauses/1", "literal_error")),
            ({"escalations": [STEP | {"metric": "answer"}]}, ("/escalations/0/metric", "enum")),
            ({"escalations": [STEP, STEP | {"metric": "resolve"}]}, ("/escalations/1/metric", "no_target")),
            ({"escalations": [STEP, STEP]}, ("/escalations/1/at_minutes", "duplicate")),
            ({"escalations": [STEP | {"at_minutes": -961}]}, ("/escalations/0/at_minutes", "before_start")),
            ({"escalations": [STEP | {"at_minutes": n} for n in range(51)]}, ("/escalations", "too_long")),
            ({"reopening": {"at_most": -1}}, ("/reopening/at_most", "greater_than_equal")),
        ],
    )
    async def test_wrong_values(
        self, client: httpx.AsyncClient, change: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        await make.create_calendar(client, code="shop")
        assert errors(await client.post(PATH, json=make.policy("shop") | change)) == [expected]
        assert await codes(client) == []

    async def test_an_escalation_may_begin_with_the_clock(self, client: httpx.AsyncClient) -> None:
        made = await create_policy(client, escalations=[STEP | {"at_minutes": -960}])
        assert made["escalations"][0]["at_minutes"] == -960

    async def test_one_moment_may_have_steps_of_several_metrics(self, client: httpx.AsyncClient) -> None:
        targets = {"respond_minutes": 60, "resolve_minutes": 60}
        made = await create_policy(client, targets=targets, escalations=[STEP, STEP | {"metric": "resolve"}])
        assert [step["metric"] for step in made["escalations"]] == ["respond", "resolve"]

    async def test_a_taken_code(self, client: httpx.AsyncClient) -> None:
        made = await create_policy(client, code="serious")
        answer = await client.post(PATH, json=make.policy(made["calendar"], code="serious"))
        assert (answer.status_code, answer.json()["service_policy_id"]) == (409, made["id"])


class TestList:
    async def test_in_every_order(self, client: httpx.AsyncClient, clock: TestClock) -> None:
        for code, position in (("a", 5), ("b", 1), ("c", 5), ("d", 3)):
            await create_policy(client, code=code, position=position)
            clock.tick()
        assert await codes(client) == ["b", "d", "a", "c"]
        assert await codes(client, sort="-position") == ["c", "a", "d", "b"]
        assert await codes(client, sort="created_at") == ["a", "b", "c", "d"]
        assert await codes(client, sort="-created_at") == ["d", "c", "b", "a"]

    async def test_filters(self, client: httpx.AsyncClient) -> None:
        await create_policy(client, code="a", active=False)
        await create_policy(client, code="b")
        assert await codes(client, active=True) == ["b"]
        assert await codes(client, active=False) == ["a"]
        assert await codes(client, code="a") == ["a"]
        assert await codes(client, code="a", active=True) == []

    @pytest.mark.parametrize("sort", ["position", "created_at"])
    async def test_is_an_index_walk(self, client: httpx.AsyncClient, db: Any, sort: str) -> None:
        made = await create_policy(client)
        await db.execute(
            "INSERT INTO service_policies (code, position, calendar_id, active, definition) SELECT 'n' || n, n, $1, "
            "n % 3 > 0, '{}' FROM generate_series(1, 3000) n",
            await db.fetchval("SELECT calendar_id FROM service_policies WHERE id = $1", made["id"]),
        )
        await db.execute("ANALYZE service_policies")
        for where in ("true", "active"):
            statement = f"SELECT * FROM service_policies WHERE {where} ORDER BY {sort}, id LIMIT 51"
            plan = "\n".join(row[0] for row in await db.fetch(f"EXPLAIN {statement}"))
            assert f"Index Scan using ix_service_policies_{sort}_id" in plan and "Sort" not in plan, plan


class TestChange:
    async def test_within_its_parts(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_policy(
            client,
            applies_to={"severities": ["high"], "value_from": "10.00", "currency": "GBP"},
            targets={"acknowledge_minutes": 60, "respond_minutes": 960},
            reopening={"within_days": 90},
        )
        changes = {
            "applies_to": {"value_from": None, "currency": None, "sites": ["Leeds"]},
            "targets": {"acknowledge_minutes": None, "resolve_minutes": 2_000},
            "reopening": {"at_most": 1},
        }
        found = await change_policy(client, made, changes)
        assert found["applies_to"] == made["applies_to"] | changes["applies_to"]
        assert found["targets"] == made["targets"] | changes["targets"]
        assert found["reopening"] == {"within_days": 90, "at_most": 1}
        assert found["version"] == 2
        assert (await events(db, made["id"]))[1][3] == {"version": 2, "changed": ["applies_to", "targets", "reopening"]}
        found = await change_policy(client, made, {"reopening": None, "applies_to": None})
        assert (found["reopening"], found["applies_to"]["severities"]) == (None, [])

    async def test_has_the_open_clocks_worked_out_again(
        self, client: httpx.AsyncClient, db: Any, clock: TestClock
    ) -> None:
        made = await create_policy(client)
        assert await change_policy(client, made, {"targets": {"respond_minutes": 960}}) == made
        assert await scheduled_jobs(db) == []
        await change_policy(client, made, {"targets": {"respond_minutes": 480}})
        assert await scheduled_jobs(db) == [("policy", made["id"], clock.now)]

    async def test_null_takes_a_value_away(self, client: httpx.AsyncClient) -> None:
        made = await create_policy(client, position=1, active=False, pauses=["referred"], escalations=[STEP])
        found = await change_policy(client, made, dict.fromkeys(("position", "active", "pauses", "escalations")))
        assert found["pauses"] == found["escalations"] == []
        assert (found["position"], found["active"]) == (100, True)

    async def test_columns_follow(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_policy(client)
        other = await make.create_calendar(client)
        changes = {"code": "x", "position": 7, "active": False, "calendar": other["code"]}
        assert (await change_policy(client, made, changes)) | changes == await change_policy(client, made, {})
        row = await db.fetchrow("SELECT code, position, active, calendar_id, definition FROM service_policies")
        assert (*row[:3], str(row[3])) == ("x", 7, False, other["id"])
        assert json.loads(row[4]) | changes == json.loads(row[4])

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"calendar": "nowhere"}, ("/calendar", "not_found")),
            ({"calendar": None}, ("/calendar", "missing")),
            ({"targets": {"respond_minutes": None}}, ("/targets", "missing")),
            ({"targets": None}, ("/targets", "missing")),
            ({"applies_to": {"currency": None}}, ("/applies_to/currency", "missing")),
            ({"targets": {"surprise": 1}}, ("/targets/surprise", "unknown_field")),
        ],
    )
    async def test_wrong_values(self, client: httpx.AsyncClient, changes: Any, expected: tuple[str, str]) -> None:
        made = await create_policy(client, applies_to={"value_from": "10.00", "currency": "GBP"})
        assert errors(await patch(client, made, changes)) == [expected]
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made

    async def test_a_target_that_an_escalation_needs_cannot_go(self, client: httpx.AsyncClient) -> None:
        made = await create_policy(client, targets={"respond_minutes": 60, "resolve_minutes": 60}, escalations=[STEP])
        answer = await patch(client, made, {"targets": {"respond_minutes": None}})
        assert errors(answer) == [("/escalations/0/metric", "no_target")]
        answer = await patch(client, made, {"targets": {"respond_minutes": 59}})
        assert errors(answer) == [("/escalations/0/at_minutes", "before_start")]

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        made = await create_policy(client)
        assert (await patch(client, made, {"position": 1}, **{"if-match": '"9"'})).status_code == 412

    async def test_follows_the_code_of_its_calendar_and_its_versions_do_not(self, client: httpx.AsyncClient) -> None:
        calendar = await make.create_calendar(client, code="shop")
        made = await create_policy(client, calendar="shop")
        await change_calendar(client, calendar, {"code": "store"})
        assert (await client.get(f"{PATH}/{made['id']}")).json() == made | {"calendar": "store"}
        assert (await client.get(PATH)).json()["items"] == [made | {"calendar": "store"}]
        assert (await change_policy(client, made, {"calendar": "store"}))["version"] == 1
        await change_policy(client, made, {"position": 1})
        found = (await client.get(f"{PATH}/{made['id']}/versions")).json()["items"]
        assert [version["definition"]["calendar"] for version in found] == ["store", "shop"]


class TestScopes:
    async def test_reading_does_not_include_writing(self, client: httpx.AsyncClient, keys: Keys) -> None:
        made = await create_policy(client)
        reader = await keys("service:read")
        assert (await reader.get(PATH)).status_code == 200
        assert (await reader.post(PATH, json=make.policy(made["calendar"]))).status_code == 403
        assert (await patch(reader, made, {"position": 1})).status_code == 403
