"""What is done to complaints through the API, and what is read of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

from tests.make.complaints import PATH, REQUIRED
from tests.support import api

Complaint = dict[str, Any]


async def get(client: httpx.AsyncClient, complaint: Complaint) -> Complaint:
    return await api.get(client, f"{PATH}/{complaint['id']}")


async def move(client: httpx.AsyncClient, complaint: Complaint, verb: str, **sent: Any) -> httpx.Response:
    return await client.post(f"{PATH}/{complaint['id']}/{verb}", json=REQUIRED.get(verb, {}) | sent)


async def moved(client: httpx.AsyncClient, complaint: Complaint, verb: str, **sent: Any) -> Complaint:
    answer = await move(client, complaint, verb, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def refused(client: httpx.AsyncClient, complaint: Complaint, verb: str, **sent: Any) -> httpx.Response:
    """The answer to a move that is not made, and leaves nothing behind."""
    before = await get(client, complaint), await moves(client, complaint)
    answer = await move(client, complaint, verb, **sent)
    assert answer.status_code in (409, 422), answer.text
    assert (await get(client, complaint), await moves(client, complaint)) == before
    return answer


async def patch(client: httpx.AsyncClient, complaint: Complaint, changes: Any, **headers: str) -> httpx.Response:
    return await api.patch(client, f"{PATH}/{complaint['id']}", changes, **headers)


async def patched(client: httpx.AsyncClient, complaint: Complaint, changes: Any) -> Complaint:
    return await api.patched(client, f"{PATH}/{complaint['id']}", changes)


async def batch(client: httpx.AsyncClient, *bodies: dict[str, Any] | str) -> list[dict[str, Any]]:
    return await api.batch(client, PATH, *bodies)


async def listed(client: httpx.AsyncClient, between: Callable[[], Any] | None = None, **query: Any) -> list[str]:
    """The descriptions in all pages of the list."""
    return [item["description"] for item in await api.pages(client, PATH, between, **query)]


async def moves(client: httpx.AsyncClient, complaint: Complaint) -> list[dict[str, Any]]:
    return await api.pages(client, f"{PATH}/{complaint['id']}/moves", limit=3)


async def clocks(client: httpx.AsyncClient, complaint: Complaint) -> dict[tuple[str, int], dict[str, Any]]:
    """The explained clocks, by metric and cycle."""
    found = await api.get(client, f"{PATH}/{complaint['id']}/clocks")
    return {(clock["metric"], clock["cycle"]): clock for clock in found["clocks"]}


async def checklist(client: httpx.AsyncClient, complaint: Complaint) -> dict[str, Any]:
    return await api.get(client, f"{PATH}/{complaint['id']}/checklist")


async def timeline(client: httpx.AsyncClient, customer: dict[str, Any]) -> list[dict[str, Any]]:
    """What the customer's timeline says of complaints."""
    return (await api.get(client, f"/v1/customers/{customer['id']}/timeline", type="complaint"))["items"]


async def events(db: Any, complaint: Complaint) -> list[tuple[str, str]]:
    """Types without `complaint.`, and titles without the complaint's name."""
    name = f"Complaint {complaint['reference']}: "
    found = await api.event_titles(db, complaint["id"])
    assert all(title.startswith(name) for _, title in found)
    return [(kind.removeprefix("complaint."), title.removeprefix(name)) for kind, title in found]


async def next_check_at(db: Any, complaint: Complaint) -> datetime | None:
    """When a worker will look at the complaint again."""
    return await db.fetchval("SELECT due_at FROM jobs WHERE kind = 'complaint' AND key = $1", complaint["id"])
