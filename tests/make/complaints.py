"""What tests of complaints share: complaints in every state, moves, and looks at what became of them."""

import json
from datetime import datetime, timedelta
from typing import Any

import httpx

from tests import make
from tests.support.application import TestClock

PATH = "/v1/complaints"
MERGE = {"content-type": "application/merge-patch+json"}
NDJSON = {"content-type": "application/x-ndjson"}
# How a complaint gets into each state, without detours.
_ANSWERED = ["acknowledge", "assess", "investigate", "respond"]
WAYS: dict[str, list[str]] = {
    "received": [],
    "acknowledged": _ANSWERED[:1],
    "assessed": _ANSWERED[:2],
    "investigating": _ANSWERED[:3],
    "responded": _ANSWERED,
    "accepted": [*_ANSWERED, "accept"],
    "rejected": [*_ANSWERED, "reject"],
    "deadlock": [*_ANSWERED, "reject", "deadlock"],
    "referred": [*_ANSWERED, "reject", "refer"],
    "settled": [*_ANSWERED, "reject", "refer", "settle"],
    "closed": [*_ANSWERED, "accept", "close"],
    "withdrawn": ["withdraw"],
    "reopened": ["withdraw", "reopen"],
}
# What each move cannot do without.
ASKED: dict[str, dict[str, Any]] = {
    "assess": {"severity": "high"},
    "respond": {"decision": "upheld"},
    "refer": {"referred_to": "The ombudsman"},
    "settle": {"outcome": "upheld"},
    "withdraw": {"reason": "It was mended"},
    "reopen": {"reason": "It broke again"},
}


def spelled(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ago(**span: float) -> str:
    """Before the tests' clock starts."""
    return spelled(TestClock.START - timedelta(**span))


def way(*moves: str, since: str | None = None) -> list[dict[str, Any]]:
    """A history that makes these moves a minute after each other, from `since` on (an hour ago)."""
    began = datetime.fromisoformat(since) if since else TestClock.START - timedelta(hours=1)
    return [{"move": move, "at": spelled(began + timedelta(minutes=n))} for n, move in enumerate(moves, start=1)]


def body(**changes: Any) -> dict[str, Any]:
    return {"channel": "phone", "description": "The lamb was off", **changes}


async def record(client: httpx.AsyncClient, status: int = 201, **changes: Any) -> dict[str, Any]:
    answer = await client.post(PATH, json=body(**changes))
    assert answer.status_code == status, answer.text
    return answer.json()


async def record_in(client: httpx.AsyncClient, state: str, **changes: Any) -> dict[str, Any]:
    """One that was received an hour ago and has come into this state."""
    history = way(*WAYS[state])
    return await record(client, **{"received_at": ago(hours=1), "history": history, **changes})


async def get(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"{PATH}/{one['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def move(client: httpx.AsyncClient, one: dict[str, Any], verb: str, **sent: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{one['id']}/{verb}", json=ASKED.get(verb, {}) | sent)


async def moved(client: httpx.AsyncClient, one: dict[str, Any], verb: str, **sent: Any) -> dict[str, Any]:
    answer = await move(client, one, verb, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, one: dict[str, Any], verb: str, **sent: Any) -> httpx.Response:
    """The answer to a move that is not made, and leaves nothing behind."""
    before = await get(client, one), await moves(client, one)
    answer = await move(client, one, verb, **sent)
    assert answer.status_code in (409, 422), answer.text
    assert (await get(client, one), await moves(client, one)) == before
    return answer


async def patch(client: httpx.AsyncClient, one: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await client.patch(f"{PATH}/{one['id']}", json=changes, headers=MERGE | headers)


async def patched(client: httpx.AsyncClient, one: dict[str, Any], changes: Any) -> dict[str, Any]:
    answer = await patch(client, one, changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def batch(client: httpx.AsyncClient, *bodies: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in bodies]
    answer = await client.post(f"{PATH}/batch", content="\n".join(lines), headers=NDJSON)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def listed(client: httpx.AsyncClient, clock: TestClock | None = None, **query: Any) -> list[str]:
    """Their words, of all pages, two a page; the clock goes on between pages."""
    found: list[str] = []
    cursor = None
    while True:
        answer = await client.get(PATH, params={"limit": 2, **query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += [item["description"] for item in answer.json()["items"]]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found
        if clock:
            clock.tick(1)


async def moves(client: httpx.AsyncClient, one: dict[str, Any]) -> list[dict[str, Any]]:
    """The way it has come, of all pages, three a page."""
    found: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        answer = await client.get(f"{PATH}/{one['id']}/moves", params=query)
        assert answer.status_code == 200, answer.text
        found += answer.json()["items"]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found
        query["cursor"] = cursor


async def clocks(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[tuple[str, int], dict[str, Any]]:
    """Its clocks explained, by metric and cycle."""
    answer = await client.get(f"{PATH}/{one['id']}/clocks")
    assert answer.status_code == 200, answer.text
    return {(clock["metric"], clock["cycle"]): clock for clock in answer.json()["clocks"]}


async def checklist(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"{PATH}/{one['id']}/checklist")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def told(db: Any, one: dict[str, Any]) -> list[tuple[str, str]]:
    """Its events: their types without `complaint.`, their titles without its name."""
    rows = await db.fetch("SELECT type, title FROM events WHERE subject_id = $1 ORDER BY seq", one["id"])
    name = f"Complaint {one['reference']}: "
    assert all(row["title"].startswith(name) for row in rows)
    return [(row["type"].removeprefix("complaint."), row["title"].removeprefix(name)) for row in rows]


async def create_customer(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/customers", json=make.customer(**changes))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def timeline(client: httpx.AsyncClient, customer: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.get(f"/v1/customers/{customer['id']}/timeline", params={"type": "complaint"})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def planned(db: Any, one: dict[str, Any]) -> datetime | None:
    """When somebody will look at it again."""
    return await db.fetchval("SELECT due_at FROM jobs WHERE kind = 'complaint' AND key = $1", one["id"])


def pointers(answer: httpx.Response) -> list[str]:
    assert answer.status_code in (409, 422), answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def wrong(answer: httpx.Response) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
