"""Feedback, what is done about it, its rules and themes, and ideas."""

from typing import Any

import httpx

from tests import make
from tests.support.torture.records import create

_WHEN = "2026-03-01T11:00:00Z"
_SAID = {
    "at": "2026-03-02T08:00:00Z",
    "staff": "tom",
    "channel": "email",
    "message": "Two lines\nof text",
    "unwelcome_reason": "They asked for it",
}
_CONTENT = {
    "channel": "email",
    "sale_id": "{sale_id}",
    "sale_line_no": 1,
    "interaction_id": "{interaction_id}",
    "complaint_id": "{complaint_of_feedback_id}",
    "site": "Leeds",
    "till": "1",
    "staff": "tom",
    "sku": "TEA-1",
    "ratings": [
        {
            "metric": "rating",
            "value": "7.5",
            "worst": "1",
            "best": "10",
            "question": "q1",
            "aspect": "waiting time",
            "side": "expectation",
        },
        {"metric": "nps", "value": "3"},
    ],
    "title": "Cold soup",
    "text": "Two lines\nof text",
    "url": "https://example.com/r/1",
    "language": "en-GB",
    "attributes": {"a": {"b": ["c", 1]}},
}
_FEEDBACK = {
    **_CONTENT,
    "method": "review",
    "collected_at": "2026-03-01T10:00:00Z",
    "customer_id": "{customer_id}",
    "author": {"name": "Ada", "contact": {"kind": "phone", "value": "020 7946 0000"}},
    "loop": {
        "acknowledged_at": _WHEN,
        "acknowledged_by": "tom",
        "acknowledged_channel": "phone",
        "acted_at": _WHEN,
        "acted_by": "tom",
        "action": "Two lines\nof text",
        "notified_at": _WHEN,
        "notified_by": "tom",
        "notified_channel": "email",
    },
    "source": "reviews",
    "external_id": "R-1",
}
_RULE = {
    "code": "low",
    "name": "Low",
    "active": False,
    "conditions": {
        "methods": ["review"],
        "metrics": ["nps"],
        "surveys": ["after-sale"],
        "sites": ["Leeds"],
        "channels": ["email"],
        "score_below": 50,
        "sentiments": ["negative"],
        "themes": ["queue"],
        "customer_known": "yes",
    },
    "task": {"what": "Ring back", "owner": "tom", "due_hours": 24},
}
_THEME = {
    "code": "waiting",
    "name": "Waiting",
    "active": False,
    "words": ["queue"],
    "phrases": ["took ages"],
    "languages": ["en"],
}
_IDEA = {"title": "Benches", "description": "Two\nlines", "owner": "mia", "attributes": {"a": {"b": ["c", 1]}}}
_VOTER = {"customer_id": "{customer_id}", "feedback_id": "{feedback_id}"}
EXAMPLES: dict[str, Any] = {
    "create_idea": _IDEA | _VOTER,
    "update_idea": _IDEA | {"status": "planned", "status_note": "Two\nlines"},
    "vote_for_idea": _VOTER,
    "withdraw_idea_vote": _VOTER,
    "record_feedback": _FEEDBACK,
    "record_feedback_batch": _FEEDBACK,
    "update_feedback": _CONTENT,
    "claim_feedback": {"customer_id": "{customer_id}"},
    "release_feedback": {"reason": "Wrong customer"},
    "acknowledge_feedback": _SAID,
    "record_feedback_action": {"action": "Two lines\nof text", "at": "2026-03-02T08:00:00Z", "staff": "tom"},
    "notify_feedback_customer": _SAID,
    "create_feedback_rule": _RULE,
    "update_feedback_rule": _RULE,
    "create_theme": _THEME,
    "update_theme": _THEME,
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    rule = {"code": "a", "name": "A", "active": False, "task": {"what": "Ring back"}}
    return {
        "complaint_of_feedback_id": await create(client, "/v1/complaints", {"channel": "phone", "description": "Off"}),
        "feedback_id": await create(client, "/v1/feedback", {"method": "form", "text": "Off", "collected_at": _WHEN}),
        "idea_id": await create(client, "/v1/ideas", make.idea()),
        "feedback_rule_id": await create(client, "/v1/feedback-rules", rule),
        "theme_id": await create(client, "/v1/themes", {"code": "a", "name": "A", "words": ["queue"]}),
    }


def required_state(name: str, path: str) -> str | None:
    return "acted" if name == "notify_feedback_customer" else None


async def make_in_state(client: httpx.AsyncClient, ids: dict[str, str], state: str) -> dict[str, str]:
    loop = {"acted_at": _WHEN}
    return {
        "feedback_id": await create(
            client, "/v1/feedback", {"method": "form", "text": "Off", "collected_at": _WHEN, "loop": loop}
        )
    }
