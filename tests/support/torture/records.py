"""What worlds are made of: ids of records."""

from typing import Any

import httpx


async def create(client: httpx.AsyncClient, path: str, body: Any) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def only_listed(client: httpx.AsyncClient, path: str) -> str:
    """The one that is listed there."""
    (item,) = (await client.get(path)).json()["items"]
    return item["id"]
