"""What is read of invitations, and what becomes of surveys."""

from typing import Any

import httpx

from tests.make.surveys import INVITATIONS, SURVEYS
from tests.support import api


async def moved(client: httpx.AsyncClient, survey: dict[str, Any], verb: str) -> dict[str, Any]:
    """open, pause, close, reopen."""
    return await api.post(client, f"{SURVEYS}/{survey['id']}/{verb}", status=200)


async def patch(client: httpx.AsyncClient, survey: dict[str, Any], changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{SURVEYS}/{survey['id']}", changes, **headers)


async def listed_invitations(client: httpx.AsyncClient, **query: Any) -> list[dict[str, Any]]:
    return await api.pages(client, INVITATIONS, **query)


async def invitation_events(db: Any, invitation: dict[str, Any]) -> list[tuple[str, str]]:
    """Types without `invitation.`, and titles."""
    found = await api.event_titles(db, invitation["id"])
    return [(kind.removeprefix("invitation."), title) for kind, title in found]


async def refused(client: httpx.AsyncClient, path: str, body: Any = None, status: int = 409) -> dict[str, Any]:
    """The problem that is answered."""
    return await api.post(client, path, body, status)
