"""What is done to feedback through the API, and what is read of it."""

from typing import Any

import httpx

from tests.make.feedback import PATH, record
from tests.support import api


async def get(client: httpx.AsyncClient, feedback_id: str) -> dict[str, Any]:
    return await api.get(client, f"{PATH}/{feedback_id}")


async def refused(client: httpx.AsyncClient, body: dict[str, Any], status: int = 422) -> list[tuple[str, str]]:
    """Where it is wrong, and how."""
    found = await record(client, body, status)
    return [(error["pointer"], error["code"]) for error in found["errors"]]


async def patch(client: httpx.AsyncClient, feedback_id: str, changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{feedback_id}", changes, **headers)


async def batch(client: httpx.AsyncClient, *bodies: dict[str, Any] | str) -> list[dict[str, Any]]:
    return await api.batch(client, PATH, *bodies)


async def step(
    client: httpx.AsyncClient, feedback_id: str, verb: str, status: int = 200, **body: Any
) -> dict[str, Any]:
    """acknowledge, act, notify, claim."""
    return await api.post(client, f"{PATH}/{feedback_id}/{verb}", body, status)


async def listed(client: httpx.AsyncClient, **query: Any) -> list[str]:
    """The ids in all pages of the list."""
    return [item["id"] for item in await api.pages(client, PATH, **query)]
