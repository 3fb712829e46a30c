"""How Zoë looks to whoever answers the phone, on one page, and as a timeline."""

from typing import Any

from app.web.examples.customers import CUSTOMER, ZOE
from app.web.examples.interactions import ASKED, ENQUIRY, INTERACTION, OPEN_TASK, TASK
from app.web.examples.sales import SALE

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
_OPEN_TASKS = [
    {"id": TASK, "what": OPEN_TASK["what"], "owner": "Amara", "due_at": OPEN_TASK["due_at"], "overdue": False}
]
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
        "desired_outcome": "The money back, and that somebody rings me before Easter",
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
    "matched": {"kind": "phone", "value": "020 7946 0958", "label": "mobile", "shared": False, "opted_out": []},
    "last_contact": _CONTACT,
    "last_purchase": _PURCHASE,
    "last_feedback": _FEEDBACK,
    "open_tasks": _OPEN_TASKS,
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
        "recorded_at": ASKED,
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
    "habits": {"purchases": 1, "by_weekday": [0, 0, 0, 0, 0, 1, 0], "by_hour": [0] * 10 + [1] + [0] * 13},
    "household_habits": None,
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
    "open_tasks": _OPEN_TASKS,
    "timeline": HAPPENED,
}
QUERIES: dict[str, Any] = {
    "lookup_customers": {"phone": "020 7946 0958"},
    "list_timeline": {"type": "sale"},
}
SCHEMAS: dict[str, Any] = {
    "LookupResult": {"items": [CALLER]},
    "CustomerProfile": PROFILE,
    "TimelinePage": {"items": HAPPENED, "next_cursor": None},
}
