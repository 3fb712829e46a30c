"""An enquiry and its answer in one thread, hour by hour."""

from typing import Any

import httpx

from tests.make.interactions import captured
from tests.support import api
from tests.support.links import claim

PATH = "/v1/interactions"
T9, T10, T11, T12 = (f"2026-03-01T{hour:02}:00:00.000000Z" for hour in (9, 10, 11, 12))


async def get(client: httpx.AsyncClient, one: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await api.get(client, f"{PATH}/{one['id']}")
    return found


async def move(client: httpx.AsyncClient, one: dict[str, Any], before: Any, after: Any) -> dict[str, Any]:
    return await claim(client, "interaction", one, after, moved_from=before["id"])


def question(**changes: Any) -> dict[str, Any]:
    return captured(kind="enquiry", thread="T", happened_at=T10) | changes


def reply(**changes: Any) -> dict[str, Any]:
    return captured(direction="outbound", thread="T", happened_at=T11) | changes
