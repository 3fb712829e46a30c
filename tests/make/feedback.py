"""Makers of feedback, and what is asked again and again of it."""

import itertools
import json
from typing import Any

import httpx

from tests import make

PATH = "/v1/feedback"
RULES = "/v1/feedback-rules"
MERGE = {"content-type": "application/merge-patch+json"}
NDJSON = {"content-type": "application/x-ndjson"}
_numbers = itertools.count(1)


def nps(value: int | str, **changes: Any) -> dict[str, Any]:
    return {"metric": "nps", "value": str(value), **changes}


def feedback(**changes: Any) -> dict[str, Any]:
    return {"method": "survey", "ratings": [nps(3)], **changes}


def pushed(**changes: Any) -> dict[str, Any]:
    """One that an outside system counts."""
    return feedback(source="reviews", external_id=f"R-{next(_numbers)}", **changes)


async def record(client: httpx.AsyncClient, body: dict[str, Any] | None = None, status: int = 201) -> dict[str, Any]:
    answer = await client.post(PATH, json=feedback() if body is None else body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, body: dict[str, Any], status: int = 422) -> list[tuple[str, str]]:
    """Where it is wrong, and how."""
    found = await record(client, body, status)
    return [(error["pointer"], error["code"]) for error in found["errors"]]


async def get(client: httpx.AsyncClient, feedback_id: str) -> dict[str, Any]:
    answer = await client.get(f"{PATH}/{feedback_id}")
    assert answer.status_code == 200
    return answer.json()


async def patched(client: httpx.AsyncClient, feedback_id: str, patch: Any, **headers: str) -> httpx.Response:
    return await client.patch(f"{PATH}/{feedback_id}", json=patch, headers=MERGE | headers)


async def batch(client: httpx.AsyncClient, *bodies: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    answer = await client.post(f"{PATH}/batch", content="\n".join(lines), headers=NDJSON)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def step(
    client: httpx.AsyncClient, feedback_id: str, verb: str, status: int = 200, **body: Any
) -> dict[str, Any]:
    """acknowledge, act, tell, claim."""
    answer = await client.post(f"{PATH}/{feedback_id}/{verb}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def create(client: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def customer(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    return await create(client, "/v1/customers", make.customer(**body))


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids of all pages, two a page."""
    found: list[str] = []
    cursor = None
    while True:
        answer = await client.get(PATH, params={"limit": 2, **query, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        found += [item["id"] for item in answer.json()["items"]]
        if (cursor := answer.json()["next_cursor"]) is None:
            return found


async def events_of(db: Any, subject_id: str) -> list[tuple[str, str]]:
    """Type and title of each."""
    rows = await db.fetch("SELECT type, title FROM events WHERE subject_id = $1 ORDER BY seq", subject_id)
    return [(row[0], row[1]) for row in rows]
