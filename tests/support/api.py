"""Calls that tests of every resource make, and what they read off the answers and out of the event log."""

import json
from collections.abc import Callable
from inspect import isawaitable
from typing import Any, NamedTuple
from uuid import UUID

import httpx

MERGE_PATCH = {"content-type": "application/merge-patch+json"}
JSON_LINES = {"content-type": "application/x-ndjson"}


class Event(NamedTuple):
    type: str
    title: str
    customer_id: UUID | None
    data: dict[str, Any]


async def get(client: httpx.AsyncClient, path: str, **query: Any) -> Any:
    answer = await client.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def post(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 201) -> Any:
    answer = await client.post(path) if body is None else await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def patch(client: httpx.AsyncClient, path: str, changes: Any, **headers: str) -> httpx.Response:
    """The answer, whatever it is; `if_match=` and the like become headers."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.patch(path, json=changes, headers=MERGE_PATCH | sent)


async def patched(client: httpx.AsyncClient, path: str, changes: Any) -> Any:
    answer = await patch(client, path, changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def batch(client: httpx.AsyncClient, path: str, *bodies: dict[str, Any] | str) -> list[dict[str, Any]]:
    """The result of each line; a text is sent as it stands."""
    lines = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    answer = await client.post(f"{path}/batch", content="\n".join(lines), headers=JSON_LINES)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def pages(
    client: httpx.AsyncClient, path: str, between: Callable[[], Any] | None = None, **query: Any
) -> list[dict[str, Any]]:
    """The items of all pages, two a page unless a limit is asked for; `between` is called after each but the last."""
    items: list[dict[str, Any]] = []
    query = {"limit": 2, **query}
    while True:
        answer = await client.get(path, params=query)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            assert "link" not in answer.headers
            return items
        assert f"cursor={cursor}" in answer.headers["link"]
        query["cursor"] = cursor
        if between is not None and isawaitable(called := between()):
            await called


def pointers(answer: httpx.Response) -> list[str]:
    """Where a request was wrong or in conflict."""
    assert answer.status_code in (409, 422), answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    """Where a request was wrong, and how: pointers and codes."""
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def without_request(problem: httpx.Response) -> dict[str, Any]:
    """What a problem says, but for what differs from request to request."""
    return {name: value for name, value in problem.json().items() if name not in ("request_id", "instance")}


async def events(db: Any, subject_id: str) -> list[Event]:
    """What was recorded of something, in its order."""
    rows = await db.fetch(
        "SELECT type, title, customer_id, data FROM events WHERE subject_id = $1 ORDER BY seq", subject_id
    )
    return [Event(row["type"], row["title"], row["customer_id"], json.loads(row["data"])) for row in rows]


async def event_titles(db: Any, subject_id: str) -> list[tuple[str, str]]:
    """Types and titles only."""
    return [(event.type, event.title) for event in await events(db, subject_id)]
