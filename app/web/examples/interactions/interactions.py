"""What Zoë asked, how she was answered, and the task that follows from it."""

from typing import Any

from app.web.examples.customers import ZOE

ENQUIRY = "019cea58-04d0-7b3a-96e5-a2c80f7d1b6c"
ANSWER = "019cea61-8e20-7094-b1f7-5d3c6e9a0f7d"
TASK = "019cea58-04d2-7e81-8d50-f9b1a4c6327e"
ASKED, _ANSWERED = "2026-03-14T10:56:12.604000Z", "2026-03-14T11:06:36.930000Z"

NEW: dict[str, Any] = {
    "contact": {"kind": "whatsapp", "value": "+44 20 7946 0958"},
    "kind": "enquiry",
    "channel": "whatsapp",
    "direction": "inbound",
    "subject": "Lamb for Easter",
    "body": "Could you keep a boned shoulder of about two kilos for Good Friday?",
    "happened_at": "2026-03-14T10:56:00+00:00",
    "staff": "Amara",
    "next_step": {"what": "Ring Zoë when the lamb has come", "owner": "Amara", "due_at": "2026-04-02T09:00:00+01:00"},
    "thread": "zoe-easter",
    "source": "whatsapp",
    "external_id": "wamid.HBgMNDQyMDc5NDYwOTU4",
}
INTERACTION: dict[str, Any] = {
    "id": ENQUIRY,
    "customer_id": ZOE,
    "contact": {"kind": "phone", "value": "+44 20 7946 0958"},
    "match": "matched",
    "candidates": [],
    "match_reasons": [{"kind": "phone", "value": "+44 20 7946 0958", "customer_id": ZOE, "result": "found"}],
    "kind": "enquiry",
    "channel": "whatsapp",
    "direction": "inbound",
    "state": "held",
    "state_reason": None,
    "subject": NEW["subject"],
    "body": NEW["body"],
    "happened_at": "2026-03-14T10:56:00.000000Z",
    "duration_seconds": None,
    "provider": None,
    "participants": [],
    "staff": "Amara",
    "outcome": None,
    "task_id": TASK,
    "documents": [],
    "thread": "zoe-easter",
    "complaint_id": None,
    "source": "whatsapp",
    "external_id": NEW["external_id"],
    "unwelcome_reason": None,
    "awaits_answer": True,
    "answered_at": None,
    "answered_by_id": None,
    "answer_seconds": None,
    "attributes": {},
    "version": 1,
    "created_at": ASKED,
    "updated_at": ASKED,
}
_RELEASED = [{"kind": "phone", "value": "+44 20 7946 0958", "customer_id": ZOE, "result": "released"}]
NEW_ANSWER: dict[str, Any] = {
    "body": "Of course. It will be here on the Thursday; I will ring you.",
    "staff": "Amara",
    "outcome": "Two kilos reserved",
}
ANSWERED = INTERACTION | {
    "awaits_answer": False,
    "answered_at": "2026-03-14T11:06:36.930000Z",
    "answered_by_id": ANSWER,
    "answer_seconds": 636,
    "version": 2,
    "updated_at": _ANSWERED,
}
REPLY = INTERACTION | {
    "id": ANSWER,
    "contact": None,
    "kind": "message",
    "direction": "outbound",
    "body": NEW_ANSWER["body"],
    "happened_at": _ANSWERED,
    "outcome": NEW_ANSWER["outcome"],
    "task_id": None,
    "source": None,
    "external_id": None,
    "awaits_answer": False,
    "created_at": _ANSWERED,
    "updated_at": _ANSWERED,
}
NEW_MEETING: dict[str, Any] = {
    "customer_id": ZOE,
    "kind": "meeting",
    "channel": "in_person",
    "direction": "outbound",
    "state": "planned",
    "subject": "The menu for the wedding",
    "happened_at": "2026-04-09T14:00:00+01:00",
    "staff": "Amara",
}
MEETING_ID = "019cea70-1c3a-7d55-8b02-4e9f6a1d7c28"
MEETING = INTERACTION | {
    "id": MEETING_ID,
    "contact": None,
    "kind": "meeting",
    "channel": "in_person",
    "direction": "outbound",
    "state": "held",
    "subject": NEW_MEETING["subject"],
    "body": None,
    "happened_at": "2026-04-09T13:00:00.000000Z",
    "outcome": "The lamb, for sixty",
    "task_id": None,
    "thread": None,
    "source": None,
    "external_id": None,
    "awaits_answer": False,
    "version": 2,
    "updated_at": "2026-04-09T14:05:12.000000Z",
}
NEW_TASK: dict[str, Any] = {
    "what": "Ring Zoë when the lamb has come",
    "customer_id": ZOE,
    "owner": "Amara",
    "due_at": "2026-04-02T09:00:00+01:00",
}
SENT_TASK: dict[str, Any] = {
    "what": "Ring Zoë when the lamb has come",
    "customer": {"identity": {"system": "loyalty", "external_id": "2001-4477"}},
    "owner": "Amara",
    "due_at": "2026-04-02T09:00:00+01:00",
    "source": "planner",
    "external_id": "T-5512",
}
OPEN_TASK: dict[str, Any] = {
    "id": TASK,
    "what": "Ring Zoë when the lamb has come",
    "note": None,
    "customer_id": ZOE,
    "interaction_id": ENQUIRY,
    "feedback_id": None,
    "open_loop": False,
    "complaint_id": None,
    "owner": "Amara",
    "due_at": "2026-04-02T08:00:00.000000Z",
    "status": "open",
    "snoozed_until": None,
    "outcome": None,
    "closed_at": None,
    "source": None,
    "external_id": None,
    "version": 1,
    "created_at": ASKED,
    "updated_at": ASKED,
}
COMPLETED_TASK = OPEN_TASK | {
    "status": "completed",
    "outcome": "She comes by at noon",
    "closed_at": "2026-04-02T08:20:41.000000Z",
    "version": 2,
    "updated_at": "2026-04-02T08:20:41.000000Z",
}
PATHS = {
    "interaction_id": ENQUIRY,
    "task_id": TASK,
}
PATHS_OF = {
    name: {"interaction_id": MEETING_ID}
    for name in ("mark_interaction_held", "mark_interaction_missed", "cancel_interaction")
}
QUERIES: dict[str, Any] = {
    "list_interactions": {"customer_id": ZOE, "unanswered": True},
    "list_tasks": {"owner": "Amara", "status": "open"},
}
BODIES: dict[str, Any] = {
    "record_interaction": {"An enquiry": NEW, "A meeting to come": NEW_MEETING},
    "record_interactions": {"An interaction": NEW},
    "update_interaction": {"The outcome": {"outcome": "Two kilos reserved"}},
    "answer_interaction": {"An answer by message": NEW_ANSWER},
    "claim_interaction": {"The customer who asked": {"customer_id": ZOE, "keep_contact": True}},
    "mark_interaction_held": {"With its outcome": {"outcome": "The lamb, for sixty"}},
    "mark_interaction_missed": {"Somebody was not there": {"reason": "She was held up at the airport"}},
    "cancel_interaction": {"Called off": {"reason": "The wedding is put off"}},
    "release_interaction": {"A mistake": {"reason": "Another Zoë, with the same number"}},
    "create_task": {"A call to make": NEW_TASK},
    "create_tasks": {"A task of another system": SENT_TASK},
    "update_task": {"Another owner": {"owner": "Tom"}},
    "complete_task": {"With its outcome": {"outcome": "She comes by at noon"}},
    "snooze_task": {"Until Thursday": {"until": "2026-04-02T09:00:00+01:00"}},
    "cancel_task": {"No longer needed": {"reason": "She came by herself"}},
}
ANSWERS: dict[str, Any] = {
    "update_interaction": INTERACTION | {"outcome": "Two kilos reserved", "version": 2},
    "answer_interaction": REPLY,
    "mark_interaction_held": MEETING,
    "mark_interaction_missed": MEETING
    | {"state": "missed", "state_reason": "She was held up at the airport", "outcome": None},
    "cancel_interaction": MEETING | {"state": "cancelled", "state_reason": "The wedding is put off", "outcome": None},
    "release_interaction": INTERACTION
    | {"customer_id": None, "match": "unmatched", "match_reasons": _RELEASED, "version": 2},
    "update_task": OPEN_TASK | {"owner": "Tom", "version": 2},
    "complete_task": COMPLETED_TASK,
    "snooze_task": OPEN_TASK | {"snoozed_until": "2026-04-02T08:00:00.000000Z", "version": 2},
    "cancel_task": COMPLETED_TASK | {"status": "cancelled", "outcome": "She came by herself"},
}
SCHEMAS: dict[str, Any] = {
    "Interaction": INTERACTION,
    "Task": OPEN_TASK,
}
