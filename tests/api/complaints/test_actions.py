"""Actions of complaints, through the API."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.make.complaints import PATH, record, record_in
from tests.support import api
from tests.support.api import errors
from tests.support.complaints import events, get
from tests.support.times import NOW

ACTIONS = "/v1/complaint-actions"


async def plan_action(client: httpx.AsyncClient, one: dict[str, Any], description: str = "Mend it", **new: Any) -> Any:
    body = {"kind": "corrective", "description": description, **new}
    return await api.post(client, f"{PATH}/{one['id']}/actions", body)


async def change_action(
    client: httpx.AsyncClient, action: dict[str, Any], changes: Any, **headers: str
) -> httpx.Response:
    path = f"{PATH}/{action['complaint_id']}/actions/{action['id']}"
    return await api.patch(client, path, changes, **headers)


async def changed_action(client: httpx.AsyncClient, action: dict[str, Any], changes: Any) -> dict[str, Any]:
    answer = await change_action(client, action, changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The descriptions in all pages of the list."""
    return [item["description"] for item in await api.pages(client, ACTIONS, **query)]


class TestActions:
    async def test_are_planned(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client)
        body = {"kind": "preventive", "description": "A new fridge", "owner": "tom", "due_on": "2026-04-01"}
        answer = await client.post(f"{PATH}/{one['id']}/actions", json=body)
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{PATH}/{one['id']}/actions/{found['id']}"
        assert {name: found[name] for name in body} == body
        assert (found["complaint_id"], found["done_at"], found["verified_at"]) == (one["id"], None, None)
        assert (await client.get(answer.headers["location"])).json() == found
        assert (await get(client, one))["actions"] == [found]
        assert (await events(db, one))[-1] == ("action_planned", "preventive action: A new fridge")

    async def test_are_done_and_seen_to_work(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client, received_at="2026-02-27T09:00:00Z")
        action = await plan_action(client, one)
        done = await changed_action(client, action, {"done_at": "2026-03-01T10:00:00+01:00", "outcome": "It is cold"})
        assert (done["done_at"], done["outcome"], done["version"]) == ("2026-03-01T09:00:00.000000Z", "It is cold", 2)
        verified = await changed_action(client, action, {"verified_at": NOW, "verified_by": "mia"})
        assert (verified["verified_at"], verified["verified_by"]) == (NOW, "mia")
        assert (await events(db, one))[2:] == [
            ("action_done", "corrective action done: Mend it"),
            ("action_verified", "corrective action verified: Mend it"),
        ]
        undone = await changed_action(client, action, {"done_at": None, "verified_at": None})
        assert (undone["done_at"], undone["verified_at"]) == (None, None)
        assert (await events(db, one))[-1][0] == "action_updated"

    async def test_nothing_new(self, client: httpx.AsyncClient, db: Any) -> None:
        action = await plan_action(client, await record(client))
        before = await changed_action(client, action, {"done_at": NOW})
        assert await changed_action(client, action, {"done_at": "2026-03-02T10:00:00+01:00", "owner": None}) == before

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"verified_at": NOW}, ("/done_at", "missing")),
            ({"done_at": "2026-03-02T09:00:00.000001Z"}, ("/done_at", "in_the_future")),
            ({"done_at": "2026-02-01T09:00:00Z"}, ("/done_at", "out_of_order")),
            ({"done_at": NOW, "verified_at": "2026-03-02T08:59:59Z"}, ("/verified_at", "out_of_order")),
            ({"description": None}, ("/description", "missing")),
            ({"kind": "x"}, ("/kind", "enum")),
            ({"due_on": "tomorrow"}, ("/due_on", "date_parsing")),
            ({"complaint_id": str(uuid4())}, ("/complaint_id", "unknown_field")),
        ],
    )
    async def test_wrong_changes(self, client: httpx.AsyncClient, changes: Any, expected: tuple[str, str]) -> None:
        action = await plan_action(client, await record(client))
        assert errors(await change_action(client, action, changes)) == [expected]

    async def test_of_another_version(self, client: httpx.AsyncClient) -> None:
        action = await plan_action(client, await record(client))
        answers = await asyncio.gather(
            *(change_action(client, action, {"owner": f"{n}"}, **{"if-match": '"1"'}) for n in range(10))
        )
        assert sorted(a.status_code for a in answers) == [200] + [412] * 9

    async def test_of_another_complaint(self, client: httpx.AsyncClient) -> None:
        action, other = await plan_action(client, await record(client)), await record(client)
        for strange in (action | {"complaint_id": other["id"]}, action | {"id": uuid4()}):
            path = f"{PATH}/{strange['complaint_id']}/actions/{strange['id']}"
            assert (await client.get(path)).status_code == 404
            assert (await change_action(client, strange, {"owner": "tom"})).status_code == 404
        new = {"kind": "corrective", "description": "x"}
        assert (await client.post(f"{PATH}/{uuid4()}/actions", json=new)).status_code == 404

    async def test_there_is_an_end_to_them(self, client: httpx.AsyncClient, db: Any) -> None:
        one = await record(client)
        await db.execute(
            "INSERT INTO complaint_actions (complaint_id, kind, description) "
            "SELECT $1, 'corrective', 'x' FROM generate_series(1, 199)",
            one["id"],
        )
        await plan_action(client, one)
        answer = await client.post(f"{PATH}/{one['id']}/actions", json={"kind": "corrective", "description": "x"})
        assert (answer.status_code, "200" in answer.json()["detail"]) == (409, True)

    async def test_of_all_complaints(self, client: httpx.AsyncClient) -> None:
        one, other = await record(client), await record(client)
        for name, due_on in (
            ("late", "2026-02-01"),
            ("soon", "2026-03-05"),
            ("some day", None),
            ("soon too", "2026-03-05"),
        ):
            await plan_action(client, one, name, due_on=due_on)
        await plan_action(client, other, "elsewhere", due_on="2026-03-01", kind="preventive", owner="tom")
        done = await plan_action(client, other, "done", due_on="2026-01-01")
        await changed_action(client, done, {"done_at": NOW})
        verified = await plan_action(client, other, "verified", due_on="2026-01-02", owner="tom")
        await changed_action(client, verified, {"done_at": NOW, "verified_at": NOW})
        everything = ["done", "verified", "late", "elsewhere", "soon", "soon too", "some day"]
        assert await listed(client) == everything
        assert await listed(client, complaint_id=other["id"]) == ["done", "verified", "elsewhere"]
        assert await listed(client, owner="tom") == ["verified", "elsewhere"]
        assert await listed(client, owner="TOM") == ["verified", "elsewhere"]
        assert await listed(client, owner="tom", done="false") == ["elsewhere"]
        assert await listed(client, kind="preventive") == ["elsewhere"]
        assert await listed(client, done="true") == ["done", "verified"]
        assert await listed(client, done="true", verified="false") == ["done"]
        assert await listed(client, verified="true") == ["verified"]
        assert await listed(client, done="false") == everything[2:]
        assert await listed(client, due_before="2026-03-05") == everything[:4]

    @pytest.mark.parametrize(
        ("query", "status"),
        [({"owned": "tom"}, 400), ({"done": "x"}, 422), ({"sort": "owner"}, 422), ({"due_before": "x"}, 422)],
    )
    async def test_wrong_queries(self, client: httpx.AsyncClient, query: dict[str, str], status: int) -> None:
        assert (await client.get(ACTIONS, params=query)).status_code == status

    async def test_when_the_complaint_is_over_too(self, client: httpx.AsyncClient) -> None:
        """What prevents the next one is seldom done before this one is closed."""
        one = await record_in(client, "closed")
        action = await plan_action(client, one, kind="preventive")
        assert (await changed_action(client, action, {"done_at": NOW}))["done_at"] == NOW
        after = await get(client, one)
        assert (after["state"], after["ended_at"]) == ("closed", one["ended_at"])
