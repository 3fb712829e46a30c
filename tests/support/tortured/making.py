"""What the worlds are made with."""

from typing import Any

import httpx


async def made(client: httpx.AsyncClient, path: str, body: Any) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def only(client: httpx.AsyncClient, path: str) -> str:
    """The one that is listed there."""
    (item,) = (await client.get(path)).json()["items"]
    return item["id"]
