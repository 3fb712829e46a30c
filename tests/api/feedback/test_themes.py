"""A business's own themes: found in what is said, and in what was said before they were thought of."""

import json
from typing import Any

import httpx
import pytest

from app.services.feedback import themes
from tests.support.api import pointers
from tests.support.application import Worker

WAITING = {"code": "waiting", "name": "Waiting", "words": ["queue"], "phrases": ["took ages"]}


async def create(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    response = await client.post("/v1/themes", json={**WAITING, **changes})
    assert response.status_code == 201, response.text
    return response.json()


async def record_text(client: httpx.AsyncClient, text: str, **more: Any) -> dict[str, Any]:
    response = await client.post("/v1/feedback", json={"method": "form", "text": text, **more})
    assert response.status_code == 201, response.text
    return response.json()


async def change(client: httpx.AsyncClient, theme: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    headers = {"Content-Type": "application/merge-patch+json"}
    response = await client.patch(f"/v1/themes/{theme['id']}", content=json.dumps(patch), headers=headers)
    assert response.status_code == 200, response.text
    return response.json()


async def reread(client: httpx.AsyncClient, feedback: dict[str, Any]) -> dict[str, Any]:
    return (await client.get(f"/v1/feedback/{feedback['id']}")).json()


class TestCreate:
    async def test_what_is_said_from_now_on_is_filed_under_it(self, client: httpx.AsyncClient) -> None:
        await create(client)
        assert (await record_text(client, "There are always long queues at the till"))["themes"] == ["waiting"]
        assert (await record_text(client, "It took ages until somebody came"))["themes"] == ["waiting"]
        assert (await record_text(client, "The lamb was wonderful and so were you"))["themes"] == []

    async def test_it_can_be_asked_for(self, client: httpx.AsyncClient) -> None:
        await create(client)
        told = await record_text(client, "The queue was long, as ever")
        await record_text(client, "Nothing to complain about at all")
        found = (await client.get("/v1/feedback", params={"theme": "waiting"})).json()["items"]
        assert [one["id"] for one in found] == [told["id"]]

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"words": [], "phrases": []}, "/words"),
            ({"words": ["queue", "?!"]}, "/words/1"),
            ({"phrases": [" - "]}, "/phrases/0"),
            ({"code": "Not a slug"}, "/code"),
            ({"languages": ["english"]}, "/languages/0"),
        ],
    )
    async def test_what_finds_nothing_is_refused(
        self, client: httpx.AsyncClient, changes: dict[str, Any], pointer: str
    ) -> None:
        response = await client.post("/v1/themes", json={**WAITING, **changes})
        assert response.status_code == 422
        assert pointers(response) == [pointer]

    async def test_the_code_is_unique(self, client: httpx.AsyncClient) -> None:
        await create(client)
        assert (await client.post("/v1/themes", json=WAITING)).status_code == 409


class TestRejudging:
    async def test_what_was_said_before_is_looked_through(
        self, client: httpx.AsyncClient, work: Worker, db: Any
    ) -> None:
        before, silent = (
            await record_text(client, "The queue was long, as ever"),
            await record_text(client, "Not a word about it"),
        )
        await create(client)
        await work()
        found = await reread(client, before)
        assert (found["themes"], found["version"]) == (["waiting"], before["version"] + 1)
        assert await reread(client, silent) == silent
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", themes.REANALYSE_JOB) == 0

    async def test_what_is_not_looked_for_any_more_goes(self, client: httpx.AsyncClient, work: Worker) -> None:
        theme = await create(client)
        told = await record_text(client, "The queue was long, as ever")
        await change(client, theme, {"active": False})
        await work()
        assert (await reread(client, told))["themes"] == []

    async def test_a_change_of_nothing_plans_nothing(self, client: httpx.AsyncClient, work: Worker, db: Any) -> None:
        theme = await create(client)
        await work()
        assert (await change(client, theme, {"name": "Waiting"}))["version"] == 1
        assert await db.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", themes.REANALYSE_JOB) == 0

    async def test_a_new_judge_is_asked_about_everything(
        self, client: httpx.AsyncClient, work: Worker, db: Any
    ) -> None:
        told = await record_text(client, "What a wonderful shop this is, and I love the people in it")
        assert told["sentiment"] == "positive"
        await db.execute("UPDATE feedback SET sentiment = 'negative', analyzer_version = '0'")
        planned = (await client.post("/v1/themes/reanalyze")).json()
        assert planned["analyzer"] == told["analyzer"]
        await work()
        found = await reread(client, told)
        assert (found["sentiment"], found["analyzer_version"]) == ("positive", planned["analyzer_version"])

    async def test_it_goes_on_until_all_are_done(
        self, client: httpx.AsyncClient, work: Worker, db: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(themes, "_CHUNK", 3)
        for n in range(7):
            await record_text(client, f"The queue was long on day {n}")
        await create(client)
        await work()
        assert await db.fetchval("SELECT count(*) FROM feedback WHERE themes = '{waiting}'") == 7


class TestVersions:
    async def test_each_is_kept(self, client: httpx.AsyncClient) -> None:
        theme = await create(client)
        await change(client, theme, {"words": ["queue", "slow"]})
        found = (await client.get(f"/v1/themes/{theme['id']}/versions")).json()["items"]
        assert [(v["version"], v["definition"]["words"]) for v in found] == [(2, ["queue", "slow"]), (1, ["queue"])]
