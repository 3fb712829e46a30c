"""Zoë's lamb was off: what she said, what was done, and how long it took."""

from typing import Any

from app.web.examples.people import ZOE
from app.web.examples.service import CALENDAR, POLICY, PROCEDURE
from app.web.examples.shopping import SALE

COMPLAINT = "019cf4c2-6a10-7e35-b8f1-20d7c95e4a63"
UNKNOWN = "019cf4d0-11b8-7c02-9a6e-f35b08d1e7c4"
REMEDY = "019cf4c2-6a14-7b90-8c27-61e0f4a3d958"
ACTION = "019cf4e7-93c0-7d61-a4b5-7f02c8e6195d"
_CLOCK = "019cf4c2-6a12-7f48-9e03-b6a15d70c2e8"
_MESSAGE = "019cf4c6-0d58-7a17-8f94-e2c03b7d6a51"
_AT, _LATER = "2026-03-16T09:12:31.204000Z", "2026-03-16T09:41:05.811000Z"
_RECEIVED, _ACKNOWLEDGED = "2026-03-16T09:10:00.000000Z", "2026-03-16T09:30:00.000000Z"

NEW: dict[str, Any] = {
    "customer_id": ZOE,
    "channel": "phone",
    "site": "whitstable",
    "sku": "LAMB-SHOULDER",
    "sale_id": SALE,
    "sale_line_no": 1,
    "category": "freshness",
    "severity": "high",
    "words": "The shoulder was off when I opened it. I had eight people at the table.",
    "wanted": "The money back, and that somebody rings me before Easter",
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
    "words": "Your van blocks the drive every Friday morning.",
    "category": "neighbours",
}
_REMEDY: dict[str, Any] = {
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
_RUNNING: dict[str, Any] = {
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
    "words": NEW["words"],
    "wanted": NEW["wanted"],
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "17.00",
    "currency": "GBP",
    "owner": "Amara",
    "priority": "normal",
    "state": "received",
    "state_since": _RECEIVED,
    "moves": ["acknowledge", "withdraw"],
    "waiting_for": None,
    "acknowledged_at": None,
    "responded_at": None,
    "ended_at": None,
    "decision": None,
    "decision_text": None,
    "told_at": None,
    "referral": None,
    "cause_kind": None,
    "cause": None,
    "reopened": 0,
    "policy_id": POLICY,
    "procedure_id": PROCEDURE,
    "procedure_version": 1,
    "due_at": "2026-03-17T09:00:00.000000Z",
    "breached": False,
    "remedies": [_REMEDY],
    "actions": [],
    "clocks": [_RUNNING],
    "source": None,
    "external_id": None,
    "attributes": {},
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
_MET = _RUNNING | {"state": "met", "met_at": _ACKNOWLEDGED}


def _moved(state: str, moves: list[str], **changes: Any) -> dict[str, Any]:
    moved = {"state": state, "moves": moves, "state_since": _ACKNOWLEDGED, "acknowledged_at": _ACKNOWLEDGED}
    return LAMB | moved | {"due_at": None, "clocks": [_MET], "version": 2, "updated_at": _LATER} | changes


_ANSWERED: dict[str, Any] = {
    "responded_at": _ACKNOWLEDGED,
    "decision": "upheld",
    "decision_text": "It was our fault.",
    "told_at": _ACKNOWLEDGED,
}
_OFFERED = {**_ANSWERED, "remedies": [_REMEDY | {"state": "offered", "offered_at": _ACKNOWLEDGED}]}
_AGREED = {**_ANSWERED, "remedies": [_REMEDY | {"state": "accepted", "decided_at": _ACKNOWLEDGED}]}
_REFERRAL = {"body": "Retail Ombudsman", "reference": "RO-2026-0417", "outcome": None, "note": None}
BODIES: dict[str, dict[str, Any]] = {
    "record_complaint": {"A customer": NEW, "A stranger": NEW_FROM_A_STRANGER},
    "record_complaints": {"A complaint": NEW_FROM_A_STRANGER},
    "change_complaint": {"Who sees to it": {"owner": "Tom", "priority": "high"}},
    "claim_complaint": {"Zoë's": {"customer_id": ZOE}},
    "mark_complaint_step": {"Done": {"done_by": "Amara", "note": "Nobody fell ill"}},
    "add_complaint_remedy": {"An apology": {"kind": "apology", "state": "offered", "description": "In person"}},
    "change_complaint_remedy": {"Offered": {"state": "offered"}},
    "add_complaint_action": {
        "A cause removed": {
            "kind": "preventive",
            "description": "A second thermometer in the van",
            "owner": "Tom",
            "due_on": "2026-03-31",
        }
    },
    "change_complaint_action": {"Done": {"done_at": "2026-03-01T16:00:00+00:00", "outcome": "It logs every minute"}},
    "acknowledge_complaint": {"By phone": {"staff": "Amara", "message": {"body": "I am sorry; we look into it."}}},
    "assess_complaint": {"Grave": {"severity": "high", "complexity": "simple", "impact": "several_customers"}},
    "investigate_complaint": {"By Tom": {"owner": "Tom", "note": "Van and fridge logs of Friday"}},
    "respond_to_complaint": {
        "Upheld": {
            "decision": "upheld",
            "decision_text": "It was our fault.",
            "offers": [{"kind": "refund", "state": "offered", "cost": "17.00", "currency": "GBP"}],
            "message": {"body": "You were right, and here is your money back."},
        }
    },
    "accept_complaint_response": {"All of it": {"note": "She was glad of the call"}},
    "reject_complaint_response": {"Not enough": {"note": "She wants to hear it from the owner"}},
    "declare_complaint_deadlock": {"Stuck": {"note": "Neither side moves"}},
    "refer_complaint": {"To the ombudsman": {"body": "Retail Ombudsman", "reference": "RO-2026-0417"}},
    "settle_complaint": {"Decided": {"outcome": "partly_upheld", "outcome_text": "Half of it back"}},
    "close_complaint": {"With its cause": {"cause_kind": "process", "cause": "The van was not cooled on Fridays"}},
    "withdraw_complaint": {"Taken back": {"reason": "It was another shop's"}},
    "reopen_complaint": {"Again": {"reason": "The refund never came"}},
    "await_others_on_complaint": {"The supplier": {"waiting_for": "supplier", "note": "Cold chain records"}},
    "resume_complaint": {"They came": {"note": "Records received"}},
    "tell_complainant": {"How it goes": {"body": "We have found the batch; you will hear from me tomorrow."}},
}
_SEEN = {"id": ACTION, "complaint_id": COMPLAINT, "done_at": None, "verified_at": None, "verified_by": None}
THERMOMETER: dict[str, Any] = {
    **BODIES["add_complaint_action"]["A cause removed"],
    **_SEEN,
    "outcome": None,
    "version": 1,
    "created_at": _LATER,
    "updated_at": _LATER,
}
ANSWERS: dict[str, Any] = {
    "change_complaint": LAMB | {"owner": "Tom", "priority": "high", "version": 2, "updated_at": _LATER},
    "claim_complaint": LAMB
    | NEW_FROM_A_STRANGER
    | {"id": UNKNOWN, "sale_id": None, "sale_line_no": None, "sku": None, "remedies": [], "version": 2},
    "change_complaint_action": THERMOMETER
    | {"done_at": "2026-03-01T16:00:00.000000Z", "outcome": "It logs every minute", "version": 2},
    "change_complaint_remedy": LAMB | {"remedies": _OFFERED["remedies"], "version": 2},
    "acknowledge_complaint": _moved("acknowledged", ["assess", "withdraw"]),
    "assess_complaint": _moved("assessed", ["investigate", "withdraw"]),
    "investigate_complaint": _moved("investigating", ["respond", "withdraw"], owner="Tom"),
    "respond_to_complaint": _moved("responded", ["accept", "reject", "withdraw"], **_OFFERED),
    "accept_complaint_response": _moved("accepted", ["close", "withdraw"], **_AGREED),
    "reject_complaint_response": _moved(
        "rejected", ["investigate", "deadlock", "refer", "close", "withdraw"], **_ANSWERED
    ),
    "declare_complaint_deadlock": _moved(
        "deadlock", ["investigate", "accept", "refer", "settle", "withdraw"], **_ANSWERED
    ),
    "refer_complaint": _moved("referred", ["settle", "withdraw"], **_ANSWERED, referral=_REFERRAL),
    "settle_complaint": _moved(
        "settled",
        ["close", "withdraw"],
        **_ANSWERED,
        referral=_REFERRAL | {"outcome": "partly_upheld", "note": "Half of it back"},
    ),
    "close_complaint": _moved(
        "closed",
        ["reopen"],
        **_AGREED,
        ended_at=_ACKNOWLEDGED,
        cause_kind="process",
        cause="The van was not cooled on Fridays",
    ),
    "withdraw_complaint": _moved("withdrawn", ["reopen"], ended_at=_ACKNOWLEDGED),
    "reopen_complaint": _moved("reopened", ["assess", "investigate", "withdraw"], reopened=1),
    "await_others_on_complaint": _moved("investigating", ["respond", "withdraw"], waiting_for="supplier"),
    "resume_complaint": _moved("investigating", ["respond", "withdraw"]),
    "tell_complainant": _moved("investigating", ["respond", "withdraw"]),
}
_MOVE: dict[str, Any] = {
    "position": 1,
    "move": "acknowledge",
    "from_state": "received",
    "to_state": "acknowledged",
    "happened_at": _ACKNOWLEDGED,
    "recorded_at": _LATER,
    "actor": "front desk",
    "staff": "Amara",
    "note": None,
    "interaction_id": _MESSAGE,
}
_DAY: dict[str, Any] = {
    "on": "2026-03-16",
    "open": [],
    "why": "week",
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
            "done_at": _LATER,
            "done_by": "Amara",
            "note": "Nobody fell ill",
        }
    ],
    "moves": [{"move": "acknowledge", "open_steps": []}, {"move": "withdraw", "open_steps": []}],
    "feeling": "angry",
    "guidance": "Let them finish. Say back what you heard before you offer anything.",
    "mood": {
        "keep": "It is about the meat, not about you.",
        "recover": "Hand over the counter for five minutes, step outside, have a glass of water.",
    },
}
SCHEMAS: dict[str, Any] = {
    "Complaint": LAMB,
    "Action": THERMOMETER,
    "MovePage": {"items": [_MOVE], "next_cursor": None},
    "ComplaintClocks": CLOCKS,
    "Checklist": CHECKLIST,
}
PATHS = {"complaint_id": COMPLAINT, "remedy_id": REMEDY, "action_id": ACTION, "step": "thank"}
PATHS_OF = {"claim_complaint": {"complaint_id": UNKNOWN}}
QUERIES: dict[str, dict[str, Any]] = {
    "list_complaints": {"open": True, "sort": "due_at"},
    "list_complaint_actions": {"owner": "Tom", "done": False},
}
