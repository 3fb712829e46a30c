"""Scorecards."""

from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api

ITEM = {"key": "greeted", "title": "Greeted"}
SCALE = {"key": "advice", "title": "Advice", "kind": "scale", "worst": "1", "best": "5"}


def scorecard(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One item that is so or is not, unless there are others."""
    code = f"scorecard-{number()}"
    listed = list(items) or [ITEM]
    return {"code": code, "name": f"Scorecard {code}", "items": listed, **changes}


async def create_scorecard(client: httpx.AsyncClient, *items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/scorecards", scorecard(*items, **changes))
