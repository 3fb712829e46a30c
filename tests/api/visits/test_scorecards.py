"""Scorecards through the API: what is theirs alone. What versioned resources share stands in test_calendars."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make.visits import ITEM, SCALE, create_scorecard
from tests.support.api import MERGE_PATCH, errors, events

PATH = "/v1/scorecards"


class TestCreate:
    async def test_whole(self, client: httpx.AsyncClient, db: Any) -> None:
        item = {
            **SCALE,
            "section": "Advice",
            "weight": "2.5",
            "critical": True,
            "cap": "40",
            "fails_below": "25",
            "evidence_required": True,
            "allow_not_applicable": True,
        }
        body = make.scorecard(item, kind="observation", name="Counter")
        answer = await client.post(PATH, json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert found | body == found and answer.headers["location"] == f"{PATH}/{found['id']}"
        assert (await client.get(f"{PATH}/{found['id']}")).json() == found
        assert (await client.get(PATH, params={"code": body["code"]})).json()["items"] == [found]
        assert await events(db, found["id"]) == [
            ("scorecard.created", "Scorecard Counter created", None, {"version": 1})
        ]

    async def test_an_item_says_little_unless_it_wants_to(self, client: httpx.AsyncClient) -> None:
        (item,) = (await create_scorecard(client, ITEM))["items"]
        assert item == ITEM | {
            "section": None,
            "kind": "yes_no",
            "worst": None,
            "best": None,
            "weight": "1",
            "critical": False,
            "cap": "0",
            "fails_below": None,
            "evidence_required": False,
            "allow_not_applicable": False,
        }

    @pytest.mark.parametrize(
        ("items", "expected"),
        [
            ([], ("/items", "too_short")),
            ([ITEM | {"key": f"k{n}"} for n in range(201)], ("/items", "too_long")),
            ([ITEM | {"key": f"k{n}"} for n in range(50)], ("/items", "too_many_aspects")),
            ([ITEM, ITEM], ("/items/1/key", "duplicate")),
            ([ITEM | {"weight": "0"}], ("/items/0/weight", "greater_than")),
            ([ITEM | {"weight": "-1"}], ("/items/0/weight", "greater_than")),
            ([ITEM | {"weight": 1}], ("/items/0/weight", "string_type")),
            ([ITEM | {"critical": True, "cap": "100.01"}], ("/items/0/cap", "score")),
            ([ITEM | {"critical": True, "cap": "-1"}], ("/items/0/cap", "score")),
            ([ITEM | {"cap": "40"}], ("/items/0/cap", "not_critical")),
            ([ITEM | {"fails_below": "10"}], ("/items/0/fails_below", "scale")),
            ([ITEM | {"worst": "1"}], ("/items/0/worst", "scale")),
            ([ITEM, SCALE | {"fails_below": "101"}], ("/items/1/fails_below", "score")),
            ([SCALE | {"worst": None}], ("/items/0/worst", "missing")),
            ([SCALE | {"best": None}], ("/items/0/best", "missing")),
            ([SCALE | {"best": "1.0"}], ("/items/0/best", "scale")),
            ([ITEM | {"kind": "text"}], ("/items/0/kind", "enum")),
        ],
    )
    async def test_refuses(self, client: httpx.AsyncClient, items: Any, expected: tuple[str, str]) -> None:
        assert errors(await client.post(PATH, json=make.scorecard(items=items))) == [expected]

    async def test_many_items_are_told_of_by_their_sections(self, client: httpx.AsyncClient) -> None:
        items = [ITEM | {"key": f"k{n}", "section": f"Section {n % 49}"} for n in range(200)]
        assert len((await create_scorecard(client, *items))["items"]) == 200

    async def test_a_code_is_one_scorecards_only(self, client: httpx.AsyncClient) -> None:
        made = await create_scorecard(client, code="counter")
        answer = await client.post(PATH, json=make.scorecard(code="counter"))
        assert (answer.status_code, answer.json()["scorecard_id"]) == (409, made["id"])


class TestChange:
    async def test_items_are_replaced_whole_in_a_version_of_its_own(self, client: httpx.AsyncClient) -> None:
        made = await create_scorecard(client, ITEM)
        answer = await client.patch(f"{PATH}/{made['id']}", json={"items": [SCALE]}, headers=MERGE_PATCH)
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert ([item["key"] for item in found["items"]], found["version"]) == (["advice"], 2)
        past = (await client.get(f"{PATH}/{made['id']}/versions")).json()["items"]
        assert [[item["key"] for item in v["definition"]["items"]] for v in past] == [["advice"], ["greeted"]]

    async def test_refuses_what_it_could_not_be_made_of(self, client: httpx.AsyncClient) -> None:
        made = await create_scorecard(client, ITEM)
        answer = await client.patch(f"{PATH}/{made['id']}", json={"items": [ITEM, ITEM]}, headers=MERGE_PATCH)
        assert errors(answer) == [("/items/1/key", "duplicate")]
