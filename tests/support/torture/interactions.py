"""Interactions, and tasks."""

from typing import Any

import httpx

from tests.support.torture.records import create

_INTERACTION = {
    "customer_id": "{customer_id}",
    "contact": {"kind": "email", "value": "someone@example.com"},
    "kind": "meeting",
    "channel": "video",
    "direction": "outbound",
    "subject": "Steaks",
    "body": "Two lines\nof text",
    "happened_at": "2026-03-01T10:00:00Z",
    "duration_seconds": 60,
    "provider": "zoom",
    "participants": [{"name": "Mia", "role": "buyer", "address": "mia@example.com", "customer_id": "{customer_id}"}],
    "staff": "tom",
    "outcome": "Agreed",
    "documents": [
        {"name": "Offer", "address": "https://example.com/o.pdf", "media_type": "application/pdf", "size": 9}
    ],
    "thread": "t-1",
    "unwelcome_reason": "They asked for it",
    "attributes": {"a": {"b": ["c", 1]}},
}
_TASK = {
    "what": "Call back",
    "note": "Two lines\nof text",
    "customer_id": "{customer_id}",
    "owner": "mia",
    "due_at": "2026-04-01T10:00:00Z",
}
EXAMPLES: dict[str, Any] = {
    "record_interaction": _INTERACTION,
    "record_interactions": _INTERACTION,
    "update_interaction": {
        name: value for name, value in _INTERACTION.items() if name not in ("customer_id", "contact")
    },
    "claim_interaction": {"customer_id": "{customer_id}", "keep_contact": True},
    "release_interaction": {"reason": "Wrong customer"},
    "mark_interaction_held": {
        "happened_at": "2026-03-01T11:00:00Z",
        "duration_seconds": 60,
        "staff": "tom",
        "outcome": "Agreed",
    },
    "mark_interaction_missed": {"reason": "Nobody came"},
    "cancel_interaction": {"reason": "Called off"},
    "answer_interaction": {
        "channel": "phone",
        "subject": "Steaks",
        "body": "Two lines\nof text",
        "happened_at": "2026-03-01T10:00:00Z",
        "staff": "tom",
        "outcome": "Answered",
    },
    "create_task": {**_TASK, "source": "planner", "external_id": "t-1"},
    "create_tasks": {
        **_TASK,
        "customer_id": None,
        "customer": {"id": "{customer_id}"},
        "source": "s",
        "external_id": "2",
    },
    "update_task": _TASK,
    "complete_task": {"outcome": "Done"},
    "snooze_task": {"until": "2026-04-01T10:00:00Z"},
    "cancel_task": {"reason": "Not wanted"},
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    contact = {"kind": "email", "value": "x@example.com"}
    enquiry = {"kind": "enquiry", "channel": "email", "direction": "inbound", "contact": contact}
    enquiry |= {"happened_at": "2026-03-01T09:00:00Z"}
    letter = {"kind": "message", "channel": "letter", "direction": "outbound", "customer_id": ids["customer_id"]}
    return {
        "interaction_id": await create(client, "/v1/interactions", enquiry),
        "message_id": await create(client, "/v1/interactions", letter),
        "task_id": await create(client, "/v1/tasks", {"what": "Call"}),
    }


def required_state(name: str, path: str) -> str | None:
    return "planned" if name in ("mark_interaction_held", "mark_interaction_missed", "cancel_interaction") else None


async def make_in_state(client: httpx.AsyncClient, ids: dict[str, str], state: str) -> dict[str, str]:
    meeting = {"kind": "meeting", "channel": "in_person", "direction": "outbound", "state": state}
    return {
        "interaction_id": await create(client, "/v1/interactions", meeting | {"happened_at": "2026-03-01T10:00:00Z"})
    }
