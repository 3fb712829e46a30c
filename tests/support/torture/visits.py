"""Scorecards and visits."""

from typing import Any

import httpx

from tests import make
from tests.support.torture.records import create

_ITEM = {
    "key": "advice",
    "title": "Advice",
    "section": "Counter",
    "kind": "scale",
    "worst": "1",
    "best": "5",
    "weight": "2.5",
    "critical": True,
    "cap": "40",
    "fails_below": "25",
    "evidence_required": True,
    "allow_not_applicable": True,
}
_GREETED = {"key": "greeted", "title": "Greeted"}
_SCORECARD = {"code": "counter", "name": "At the counter", "kind": "observation", "items": [_ITEM]}
_RESULTS = [
    {"item": "advice", "value": "4", "not_applicable": False, "note": "Two\nlines", "urls": ["https://example.com/1"]},
    {"item": "greeted", "yes_no": "yes"},
]
_CONTENT = {
    "site": "Leeds",
    "shift": "late",
    "shopper": "Agency 7",
    "staff": "tom",
    "interaction_id": "{interaction_id}",
    "happened_at": "2026-03-01T10:00:00Z",
    "note": "Two lines\nof text",
    "results": _RESULTS,
    "attributes": {"a": {"b": ["c", 1]}},
}
_VISIT = {
    **_CONTENT,
    "kind": "observation",
    "scorecard_id": "{scorecard_id}",
    "receipt": {"source": "till", "receipt_no": "R-visit"},
    "source": "agency",
    "external_id": "A-1",
}
EXAMPLES: dict[str, Any] = {
    "create_scorecard": _SCORECARD,
    "update_scorecard": _SCORECARD,
    "record_visit": _VISIT,
    "record_visits": _VISIT,
    "update_visit": _CONTENT | {"sale_id": "{sale_id}"},
    "complete_visit": {"results": _RESULTS, "happened_at": "2026-03-01T10:00:00Z", "note": "Two\nlines"},
    "cancel_visit": {"reason": "Closed"},
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    scorecard = await create(client, "/v1/scorecards", make.scorecard(_ITEM, _GREETED))
    visit = {"kind": "observation", "scorecard_id": scorecard, "happened_at": "2026-03-01T10:00:00Z"}
    done = (await client.post("/v1/visits", json=visit | {"results": _RESULTS})).json()
    return {
        "scorecard_id": scorecard,
        "visit_id": done["id"],
    }


def required_state(name: str, path: str) -> str | None:
    return "planned" if name in ("complete_visit", "cancel_visit") else None


async def make_in_state(client: httpx.AsyncClient, ids: dict[str, str], state: str) -> dict[str, str]:
    visit = {"kind": "observation", "scorecard_id": ids["scorecard_id"], "happened_at": "2026-03-01T10:00:00Z"}
    return {"visit_id": await create(client, "/v1/visits", visit)}
