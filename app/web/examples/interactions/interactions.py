"""What Zoë asked, what she was promised, and how all of it looks to whoever answers the phone."""

from typing import Any

from app.web.examples.customers.customers import CUSTOMER, RESTAURANT, ZOE
from app.web.examples.sales.sales import SALE

ENQUIRY = "019cea58-04d0-7b3a-96e5-a2c80f7d1b6c"
ANSWER = "019cea61-8e20-7094-b1f7-5d3c6e9a0f7d"
TASK = "019cea58-04d2-7e81-8d50-f9b1a4c6327e"
RELATIONSHIP = "019cea12-33a0-7c47-a908-64e0d7b5f18f"
_ASKED, _ANSWERED = "2026-03-14T10:56:12.604000Z", "2026-03-14T11:06:36.930000Z"

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
    "contact": NEW["contact"],
    "kind": "enquiry",
    "channel": "whatsapp",
    "direction": "inbound",
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
    "source": "whatsapp",
    "external_id": NEW["external_id"],
    "unwelcome_reason": None,
    "awaits_answer": True,
    "answered_at": None,
    "answered_by_id": None,
    "answer_seconds": None,
    "attributes": {},
    "version": 1,
    "created_at": _ASKED,
    "updated_at": _ASKED,
}
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
NEW_TASK: dict[str, Any] = {
    "what": "Ring Zoë when the lamb has come",
    "customer_id": ZOE,
    "owner": "Amara",
    "due_at": "2026-04-02T09:00:00+01:00",
}
PROMISE: dict[str, Any] = {
    "id": TASK,
    "what": "Ring Zoë when the lamb has come",
    "note": None,
    "customer_id": ZOE,
    "interaction_id": ENQUIRY,
    "owner": "Amara",
    "due_at": "2026-04-02T08:00:00.000000Z",
    "status": "open",
    "snoozed_until": None,
    "outcome": None,
    "closed_at": None,
    "version": 1,
    "created_at": _ASKED,
    "updated_at": _ASKED,
}
KEPT = PROMISE | {
    "status": "completed",
    "outcome": "She comes by at noon",
    "closed_at": "2026-04-02T08:20:41.000000Z",
    "version": 2,
    "updated_at": "2026-04-02T08:20:41.000000Z",
}
NEW_RELATIONSHIP: dict[str, Any] = {"kind": "works_for", "customer_id": RESTAURANT, "title": "Head chef"}
WORKS_FOR: dict[str, Any] = {
    "id": RELATIONSHIP,
    "kind": "works_for",
    "direction": "outgoing",
    "customer": {"id": RESTAURANT, "display_name": "The Oyster Shed", "kind": "organization"},
    "title": "Head chef",
    "since": None,
    "until": None,
    "version": 1,
    "created_at": "2026-03-14T09:14:01.337002Z",
    "updated_at": "2026-03-14T09:14:01.337002Z",
}
_CONTACT = {
    "id": ENQUIRY,
    "happened_at": INTERACTION["happened_at"],
    "channel": "whatsapp",
    "direction": "inbound",
    "subject": "Lamb for Easter",
}
_PURCHASE = {
    "id": SALE,
    "occurred_at": "2026-03-14T10:30:00.000000Z",
    "total": "22.50",
    "currency": "GBP",
    "site": "whitstable",
}
_FEEDBACK: dict[str, Any] = {
    "id": "019cf4d8-91c4-7b12-a3d7-5e0f64b8c219",
    "collected_at": "2026-03-15T18:22:41.000000Z",
    "method": "survey",
    "metric": "nps",
    "value": "3",
    "best": "10",
    "score": "30.00",
    "sentiment": "negative",
    "text": "The lamb was off, and nobody rang back.",
    "acknowledged_at": "2026-03-16T09:12:00.000000Z",
    "closed_at": None,
}
_OPEN = [{"id": TASK, "what": PROMISE["what"], "owner": "Amara", "due_at": PROMISE["due_at"], "overdue": False}]
_COMPLAINTS: list[dict[str, Any]] = [
    {
        "id": "019cf4c2-6a10-7e35-b8f1-20d7c95e4a63",
        "reference": "C-000-1170",
        "state": "investigating",
        "received_at": "2026-03-16T09:10:00.000000Z",
        "category": "freshness",
        "severity": "high",
        "priority": "normal",
        "feeling": "angry",
        "relationship_at_risk": True,
        "wanted": "The money back, and that somebody rings me before Easter",
        "owner": "Amara",
        "due_at": "2026-03-18T11:40:00.000000Z",
        "overdue": False,
    }
]
CALLER: dict[str, Any] = {
    "id": ZOE,
    "open_complaints": _COMPLAINTS,
    "kind": "person",
    "display_name": "Zoë Okafor",
    "preferred_name": "Zoë",
    "salutation": "Dear Ms Okafor",
    "pronunciation": "ZOH-ee oh-KAH-for",
    "owner": "Amara",
    "archived": False,
    "matched": {"kind": "phone", "value": "020 7946 0958", "label": "mobile", "shared": False},
    "last_contact": _CONTACT,
    "last_purchase": _PURCHASE,
    "last_feedback": _FEEDBACK,
    "open_promises": _OPEN,
    "preferred_channels": ["whatsapp", "phone"],
    "unwelcome_channels": [{"channel": "email", "reason": "Too many newsletters", "since": "2026-02-01"}],
    "standing_instructions": ["Trim the steaks"],
}
HAPPENED: list[dict[str, Any]] = [
    {
        "id": "019cea58-04d5-7160-8b92-e7c4d0a6315a",
        "type": "interaction.recorded",
        "subject_type": "interaction",
        "subject_id": ENQUIRY,
        "channel": "whatsapp",
        "occurred_at": INTERACTION["happened_at"],
        "recorded_at": _ASKED,
        "actor": "front desk",
        "title": "Enquiry by whatsapp: Lamb for Easter",
        "data": {},
    },
    {
        "id": "019cea40-2b18-7d05-a6f1-b84e3c9d702b",
        "type": "sale.recorded",
        "subject_type": "sale",
        "subject_id": SALE,
        "channel": "in_store",
        "occurred_at": "2026-03-14T10:30:00.000000Z",
        "recorded_at": "2026-03-14T10:30:02.417733Z",
        "actor": "till",
        "title": "Receipt 2026-000117: 22.50 GBP",
        "data": {},
    },
]
PROFILE: dict[str, Any] = {
    "customer": CUSTOMER,
    "open_complaints": _COMPLAINTS,
    "complaints": 1,
    "last_contact": _CONTACT,
    "last_purchase": _PURCHASE,
    "latest_feedback": [_FEEDBACK],
    "feedback": {"count": 1, "mean_score": "30.00", "unacknowledged": 0},
    "totals": [
        {
            "currency": "GBP",
            "receipts": 1,
            "purchases": 1,
            "returns": 0,
            "gross": "22.50",
            "refunded": "0.00",
            "net": "22.50",
            "first_purchase_at": "2026-03-14T10:30:00.000000Z",
            "last_purchase_at": "2026-03-14T10:30:00.000000Z",
        }
    ],
    "usual_gap_days": None,
    "favourite_products": [
        {
            "sku": "LAMB-SHOULDER",
            "name": "Lamb shoulder",
            "purchases": 1,
            "quantity": "1.250",
            "last_bought_at": "2026-03-14T10:30:00.000000Z",
        }
    ],
    "contact_counts": [
        {"channel": "whatsapp", "direction": "inbound", "count": 1, "last_at": INTERACTION["happened_at"]}
    ],
    "open_promises": _OPEN,
    "timeline": HAPPENED,
}
