"""Changes of calendars, service policies and procedures."""

from typing import Any

import httpx

from tests.support import api


async def change_calendar(client: httpx.AsyncClient, calendar: dict[str, Any], changes: Any) -> dict[str, Any]:
    return await api.patched(client, f"/v1/calendars/{calendar['id']}", changes)


async def change_policy(client: httpx.AsyncClient, policy: dict[str, Any], changes: Any) -> dict[str, Any]:
    return await api.patched(client, f"/v1/service-policies/{policy['id']}", changes)


async def change_procedure(client: httpx.AsyncClient, procedure: dict[str, Any], changes: Any) -> dict[str, Any]:
    return await api.patched(client, f"/v1/procedures/{procedure['id']}", changes)


async def scheduled_jobs(db: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await db.fetch("SELECT kind, key, due_at FROM jobs ORDER BY kind, key")]
