"""Procedures through the API: what is theirs alone. What versioned resources share stands in test_calendars."""

import asyncio
from typing import Any

import httpx
import pytest

from app.rules.complaints.states import Feeling
from app.schemas.complaints.procedures import Guidance
from tests import make
from tests.make.complaints import create_procedure
from tests.support import api
from tests.support.api import errors, events
from tests.support.application import Keys
from tests.support.service_levels import change_procedure, scheduled_jobs

PATH = "/v1/procedures"
STEP = {"key": "ring", "title": "Ring them", "before": "assess"}


async def patch(client: httpx.AsyncClient, made: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{made['id']}", changes, **headers)


def test_there_is_guidance_for_every_feeling() -> None:
    assert set(Guidance.model_fields) == set(Feeling)


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        body = {
            "category": "Delivery",
            "name": "Late deliveries",
            "steps": [
                {**STEP, "mandatory": True, "wording": "Dear Dr Okafor,\nI am sorry."},
                {"key": "find-parcel_2", "title": "Find it", "before": "respond", "mandatory": False, "wording": None},
            ],
            "guidance": dict.fromkeys(Feeling, None) | {"angry": "Let them finish.\nDo not argue."},
            "staff_mood": {"keep": "It is not about you", "recover": "Take a walk"},
        }
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{found['id']}"
        assert {name: found[name] for name in body} == body
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        (first,) = (await client.get(f"{PATH}/{found['id']}/versions")).json()["items"]
        assert (first["version"], first["definition"]) == (1, body)
        title = "Procedure Late deliveries created"
        assert await events(db, found["id"]) == [("procedure.created", title, None, {"version": 1})]

    async def test_a_step_is_mandatory_unless_said_otherwise(self, client: httpx.AsyncClient) -> None:
        made = await create_procedure(client)
        assert made["steps"] == [STEP | {"mandatory": True, "wording": None}]
        assert (made["category"], made["staff_mood"]) == (None, {"keep": None, "recover": None})

    @pytest.mark.parametrize(
        ("change", "expected"),
        [
            ({"category": ""}, ("/category", "string_too_short")),
            ({"steps": [STEP, STEP]}, ("/steps/1/key", "duplicate")),
            ({"steps": [STEP | {"key": "Ring them"}]}, ("/steps/0/key", "string_pattern_mismatch")),
            ({"steps": [STEP | {"key": "ring\n"}]}, ("/steps/0/key", "string_pattern_mismatch")),
            ({"steps": [STEP | {"before": "answer"}]}, ("/steps/0/before", "enum")),
            ({"steps": [STEP | {"mandatory": 1}]}, ("/steps/0/mandatory", "bool_type")),
            ({"steps": [STEP | {"wording": "x" * 5_001}]}, ("/steps/0/wording", "string_too_long")),
            ({"steps": [STEP | {"key": f"k{n}"} for n in range(101)]}, ("/steps", "too_long")),
            ({"guidance": {"bored": "x"}}, ("/guidance/bored", "unknown_field")),
            ({"staff_mood": {"keep": "a\0"}}, ("/staff_mood/keep", "control_character")),
            ({"name": None}, ("/name", "string_type")),
        ],
    )
    async def test_wrong_values(
        self, client: httpx.AsyncClient, change: dict[str, Any], expected: tuple[str, str]
    ) -> None:
        assert errors(await client.post(PATH, json=make.procedure(**change))) == [expected]
        assert (await client.get(PATH)).json()["items"] == []

    async def test_a_taken_category(self, client: httpx.AsyncClient) -> None:
        made = await create_procedure(client, category="Delivery")
        answer = await client.post(PATH, json=make.procedure(category="Delivery"))
        assert (answer.status_code, answer.json()["procedure_id"]) == (409, made["id"])

    async def test_only_one_is_for_all_other_categories(self, client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*(client.post(PATH, json=make.procedure()) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201] + [409] * 4
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["detail"] == "A procedure without a category already exists"


class TestList:
    async def test_by_category(self, client: httpx.AsyncClient) -> None:
        general, delivery = await create_procedure(client), await create_procedure(client, category="Delivery")
        assert (await client.get(PATH, params={"category": "Delivery"})).json()["items"] == [delivery]
        assert (await client.get(PATH, params={"sort": "created_at"})).json()["items"] == [general, delivery]


class TestChange:
    async def test_within_its_parts(self, client: httpx.AsyncClient, db: Any) -> None:
        made = await create_procedure(
            client, guidance={"calm": "Listen", "angry": "Listen longer"}, staff_mood={"keep": "Breathe"}
        )
        found = await change_procedure(client, made, {"guidance": {"calm": None}, "staff_mood": {"recover": "Walk"}})
        assert (found["guidance"]["calm"], found["guidance"]["angry"]) == (None, "Listen longer")
        assert found["staff_mood"] == {"keep": "Breathe", "recover": "Walk"}
        assert found["version"] == 2
        newest, oldest = (await client.get(f"{PATH}/{made['id']}/versions")).json()["items"]
        assert (oldest["definition"]["guidance"], newest["definition"]["staff_mood"]) == (
            made["guidance"],
            found["staff_mood"],
        )
        title = f"Procedure {made['name']} updated"
        data = {"version": 2, "changed": ["guidance", "staff_mood"]}
        assert (await events(db, made["id"]))[1:] == [("procedure.updated", title, None, data)]

    async def test_no_clock_goes_by_it(self, client: httpx.AsyncClient, db: Any) -> None:
        await change_procedure(client, await create_procedure(client), {"name": "x"})
        assert await scheduled_jobs(db) == []

    async def test_no_version_where_nothing_changes(self, client: httpx.AsyncClient) -> None:
        made = await create_procedure(client)
        assert (
            await change_procedure(client, made, {"steps": [STEP], "category": None, "guidance": {"calm": None}})
            == made
        )

    async def test_takes_its_category_away(self, client: httpx.AsyncClient) -> None:
        made = await create_procedure(client, category="Delivery")
        assert (await change_procedure(client, made, {"category": None}))["category"] is None
        other = await create_procedure(client, category="Delivery")
        answer = await patch(client, other, {"category": None})
        assert (answer.status_code, answer.json()["procedure_id"]) == (409, made["id"])

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        made = await create_procedure(client)
        assert (await patch(client, made, {"name": "x"}, **{"if-match": '"9"'})).status_code == 412


class TestScopes:
    async def test_reading_does_not_include_writing(self, client: httpx.AsyncClient, keys: Keys) -> None:
        made = await create_procedure(client)
        reader = await keys("service:read")
        assert (await reader.get(f"{PATH}/{made['id']}")).status_code == 200
        assert (await reader.post(PATH, json=make.procedure())).status_code == 403
        assert (await patch(reader, made, {"name": "x"})).status_code == 403
