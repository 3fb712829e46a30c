"""Whose records are, in the API and in the event log, and moving sales as their own routes do."""

from typing import Any
from uuid import UUID

import httpx

from app.core.context import Context
from app.core.sessions import Sessions
from app.services.sales import sales
from tests import make
from tests.support import api

PATHS = {
    "sale": "/v1/sales",
    "interaction": "/v1/interactions",
    "complaint": "/v1/complaints",
    "feedback": "/v1/feedback",
    "invitation": "/v1/invitations",
    "task": "/v1/tasks",
}


LINKED = [
    ("complaint", "sale"),
    ("complaint", "interaction"),
    ("interaction", "complaint"),
    ("feedback", "sale"),
    ("feedback", "complaint"),
    ("feedback", "interaction"),
]
"""Nouns that name the record whose customer they take, and the nouns of that."""


async def record_of(client: httpx.AsyncClient, noun: str, customer: dict[str, Any]) -> dict[str, Any]:
    """A sale, a complaint or an interaction that says itself whose it is."""
    if noun == "sale":
        return await make.record_sale(client, customer={"id": customer["id"]})
    record = make.record_complaint if noun == "complaint" else make.record_interaction
    return await record(client, customer_id=customer["id"])


async def customer_of(client: httpx.AsyncClient, noun: str, record: dict[str, Any]) -> str | None:
    holder: str | None = (await api.get(client, f"{PATHS[noun]}/{record['id']}"))["customer_id"]
    return holder


async def claim(
    client: httpx.AsyncClient, noun: str, record: dict[str, Any], customer: dict[str, Any], **more: Any
) -> dict[str, Any]:
    body = {"customer_id": customer["id"], **more}
    claimed: dict[str, Any] = await api.post(client, f"{PATHS[noun]}/{record['id']}/claim", body, 200)
    return claimed


def claimed_for(customer: dict[str, Any]) -> dict[str, str]:
    """The reason of a record that somebody has claimed for this customer."""
    return {"kind": "id", "value": customer["id"], "customer_id": customer["id"], "result": "claimed"}


async def release(client: httpx.AsyncClient, noun: str, record: dict[str, Any]) -> dict[str, Any]:
    body = {"reason": "Somebody else of the same name"}
    released: dict[str, Any] = await api.post(client, f"{PATHS[noun]}/{record['id']}/release", body, 200)
    return released


async def timeline(client: httpx.AsyncClient, customer: dict[str, Any], subject: dict[str, Any]) -> list[str]:
    """The types of the entries about a record on the timeline of a customer, the first first."""
    items = (await api.get(client, f"/v1/customers/{customer['id']}/timeline", limit=200))["items"]
    return [entry["type"] for entry in reversed(items) if entry["subject_id"] == subject["id"]]


async def move_sale(sessions: Sessions, sale: dict[str, Any], customer: dict[str, Any] | None) -> None:
    """The sale belongs to somebody else, or to nobody, and its event says so."""
    sale_id, customer_id = UUID(sale["id"]), UUID(customer["id"]) if customer is not None else None

    async def move(ctx: Context) -> None:
        holder = await ctx.db.fetchval("SELECT customer_id FROM sales WHERE id = $1", sale_id)
        if customer_id is None:
            await sales.release(ctx, sale_id, "A mistake")
        else:
            await sales.claim(ctx, sale_id, customer_id, moved_from=holder)

    await sessions.write(move)
