"""Calls that tests of every resource make, and what they read off the answers and out of the event log."""

import json
from collections.abc import Callable
from typing import Any

import httpx

MERGE_PATCH = {"content-type": "application/merge-patch+json"}
JSON_LINES = {"content-type": "application/x-ndjson"}


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
        page = await get(client, path, **query)
        items += page["items"]
        if (cursor := page["next_cursor"]) is None:
            return items
        query["cursor"] = cursor
        if between is not None:
            between()


def pointers(answer: httpx.Response) -> list[str]:
    """Where a request was wrong or in conflict."""
    assert answer.status_code in (409, 422), answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def errors(answer: httpx.Response) -> list[tuple[str, str]]:
    """Where a request was wrong, and how: pointers and codes."""
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


async def events(db: Any, subject_id: str) -> list[tuple[str, str]]:
    """The types and titles of a record's events, in the order in which they were recorded."""
    rows = await db.fetch("SELECT type, title FROM events WHERE subject_id = $1 ORDER BY seq", subject_id)
    return [(row["type"], row["title"]) for row in rows]
