"""Feedback and ideas."""

from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api

PATH = "/v1/feedback"


def nps(value: int | str, **changes: Any) -> dict[str, Any]:
    return {"metric": "nps", "value": str(value), **changes}


def feedback(**changes: Any) -> dict[str, Any]:
    return {"method": "survey", "ratings": [nps(3)], **changes}


def pushed(**changes: Any) -> dict[str, Any]:
    """Feedback that an outside system has numbered."""
    return feedback(source="reviews", external_id=f"R-{number()}", **changes)


async def record(client: httpx.AsyncClient, body: dict[str, Any] | None = None, status: int = 201) -> dict[str, Any]:
    return await api.post(client, PATH, feedback() if body is None else body, status)


def idea(**changes: Any) -> dict[str, Any]:
    return {"title": f"Idea {number()}", **changes}


async def create_idea(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/ideas", idea(**changes))
