"""Zoë's complaint about spoiled lamb: the record, its history, its clocks and its checklist."""

from typing import Any

from app.web.examples.customers import ZOE
from app.web.examples.sales import SALE
from app.web.examples.service_levels import CALENDAR, POLICY, PROCEDURE

COMPLAINT = "019cf4c2-6a10-7e35-b8f1-20d7c95e4a63"
UNKNOWN = "019cf4d0-11b8-7c02-9a6e-f35b08d1e7c4"
REMEDY = "019cf4c2-6a14-7b90-8c27-61e0f4a3d958"
ACTION = "019cf4e7-93c0-7d61-a4b5-7f02c8e6195d"
_MESSAGE = "019cf4c6-0d58-7a17-8f94-e2c03b7d6a51"
_AT, LATER = "2026-03-16T09:12:31.204000Z", "2026-03-16T09:41:05.811000Z"
_RECEIVED, ACKNOWLEDGED = "2026-03-16T09:10:00.000000Z", "2026-03-16T09:30:00.000000Z"

NEW: dict[str, Any] = {
    "customer_id": ZOE,
    "channel": "phone",
    "site": "whitstable",
    "sku": "LAMB-SHOULDER",
    "sale_id": SALE,
    "sale_line_no": 1,
    "category": "freshness",
    "severity": "high",
    "description": "The shoulder was off when I opened it. I had eight people at the table.",
    "desired_outcome": "The money back, and that somebody rings me before Easter",
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "17.00",
    "currency": "GBP",
    "owner": "Amara",
    "remedies": [{"kind": "refund", "description": "The price of the shoulder", "cost": "17.00", "currency": "GBP"}],
}
NEW_FROM_A_STRANGER: dict[str, Any] = {
    "complainant": {"name": "A neighbour", "contact": {"kind": "phone", "value": "020 7946 0111"}},
    "channel": "email",
    "description": "Your van blocks the drive every Friday morning.",
    "category": "neighbours",
}
REFUND: dict[str, Any] = {
    "id": REMEDY,
    "kind": "refund",
    "state": "sought",
    "description": "The price of the shoulder",
    "cost": "17.00",
    "currency": "GBP",
    "sought_at": _RECEIVED,
    "offered_at": None,
    "decided_at": None,
    "version": 1,
}
RUNNING: dict[str, Any] = {
    "metric": "acknowledge",
    "cycle": 1,
    "state": "running",
    "target_minutes": 60,
    "started_at": _RECEIVED,
    "due_at": "2026-03-17T09:00:00.000000Z",
    "met_at": None,
    "breached_at": None,
}
LAMB: dict[str, Any] = {
    "id": COMPLAINT,
    "reference": "C-000-1170",
    "customer_id": ZOE,
    "complainant": None,
    "match": "matched",
    "candidates": [],
    "match_reasons": [{"kind": "id", "value": ZOE, "customer_id": ZOE, "result": "found"}],
    "channel": "phone",
    "received_at": _RECEIVED,
    "site": "whitstable",
    "sku": "LAMB-SHOULDER",
    "sale_id": SALE,
    "sale_line_no": 1,
    "interaction_id": None,
    "staff": None,
    "category": "freshness",
    "severity": "high",
    "complexity": None,
    "impact": None,
    "immediate_action": False,
    "description": NEW["description"],
    "desired_outcome": NEW["desired_outcome"],
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "17.00",
    "currency": "GBP",
    "owner": "Amara",
    "priority": "normal",
    "state": "received",
    "state_since": _RECEIVED,
    "allowed_moves": ["acknowledge", "withdraw"],
    "waiting_for": None,
    "waiting_since": None,
    "customer_replied_at": None,
    "acknowledged_at": None,
    "responded_at": None,
    "ended_at": None,
    "decision": None,
    "decision_text": None,
    "notified_at": None,
    "referral": None,
    "cause_kind": None,
    "cause": None,
    "reopened_count": 0,
    "policy_id": POLICY,
    "procedure_id": PROCEDURE,
    "procedure_version": 1,
    "due_at": "2026-03-17T09:00:00.000000Z",
    "breached": False,
    "remedies": [REFUND],
    "actions": [],
    "clocks": [RUNNING],
    "source": None,
    "external_id": None,
    "attributes": {},
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
_MOVE: dict[str, Any] = {
    "position": 1,
    "move": "acknowledge",
    "from_state": "received",
    "to_state": "acknowledged",
    "happened_at": ACKNOWLEDGED,
    "recorded_at": LATER,
    "actor": "front desk",
    "staff": "Amara",
    "note": None,
    "interaction_id": _MESSAGE,
}
_DAY: dict[str, Any] = {
    "on": "2026-03-16",
    "open": [],
    "day_type": "week",
    "name": None,
    "counted_seconds": 0,
}
CLOCKS: dict[str, Any] = {
    "complaint_id": COMPLAINT,
    "reference": "C-000-1170",
    "as_of": "2026-03-17T08:20:00.000000Z",
    "state": "received",
    "waiting_for": None,
    "clocks": [
        {
            "metric": "acknowledge",
            "cycle": 1,
            "state": "running",
            "policy": {"id": POLICY, "version": 1},
            "calendar": {"id": CALENDAR, "version": 1, "code": "shop", "time_zone": "Europe/London"},
            "target_minutes": 60,
            "elapsed_seconds": 1_200,
            "remaining_seconds": 2_400,
            "started_at": _RECEIVED,
            "due_at": "2026-03-17T09:00:00.000000Z",
            "met_at": None,
            "cancelled_at": None,
            "breached_at": None,
            "intervals": [
                {
                    "kind": "running",
                    "reason": "received",
                    "starts_at": _RECEIVED,
                    "ends_at": None,
                    "counted_seconds": 1_200,
                    "days": [
                        _DAY,
                        _DAY | {"on": "2026-03-17", "open": ["08:00-17:30"], "counted_seconds": 1_200},
                    ],
                }
            ],
            "escalations": [],
        }
    ],
}
CHECKLIST: dict[str, Any] = {
    "complaint_id": COMPLAINT,
    "procedure_id": PROCEDURE,
    "procedure_version": 1,
    "name": "Something was not fresh",
    "steps": [
        {
            "key": "thank",
            "title": "Thank them for telling us, and ask whether anybody fell ill",
            "before": "acknowledge",
            "mandatory": True,
            "wording": "I am sorry. Thank you for telling us; we shall look into it today. Is everybody well?",
            "done": True,
            "done_at": LATER,
            "done_by": "Amara",
            "note": "Nobody fell ill",
        }
    ],
    "allowed_moves": [{"move": "acknowledge", "open_steps": []}, {"move": "withdraw", "open_steps": []}],
    "feeling": "angry",
    "guidance": "Let them finish. Say back what you heard before you offer anything.",
    "staff_mood": {
        "keep": "It is about the meat, not about you.",
        "recover": "Hand over the counter for five minutes, step outside, have a glass of water.",
    },
}
SCHEMAS: dict[str, Any] = {
    "Complaint": LAMB,
    "ComplaintMovePage": {"items": [_MOVE], "next_cursor": None},
    "ComplaintClocks": CLOCKS,
    "Checklist": CHECKLIST,
}
PATHS = {"complaint_id": COMPLAINT, "remedy_id": REMEDY, "action_id": ACTION, "step": "thank"}
PATHS_OF = {"claim_complaint": {"complaint_id": UNKNOWN}}
QUERIES: dict[str, dict[str, Any]] = {
    "list_complaints": {"open": True, "sort": "due_at"},
    "list_complaint_actions": {"owner": "Tom", "done": False},
}
