"""Requests and responses of the moves of Zoë's complaint."""

from typing import Any

from app.web.examples.complaints.complaints import (
    ACKNOWLEDGED,
    ACTION,
    COMPLAINT,
    LAMB,
    LATER,
    NEW,
    NEW_FROM_A_STRANGER,
    REFUND,
    RUNNING,
    UNKNOWN,
)
from app.web.examples.customers import CLAIMED_FOR_ZOE, RELEASED_FROM_ZOE, ZOE

_MET = RUNNING | {"state": "met", "met_at": ACKNOWLEDGED}


def _moved(state: str, moves: list[str], **changes: Any) -> dict[str, Any]:
    moved = {"state": state, "allowed_moves": moves, "state_since": ACKNOWLEDGED, "acknowledged_at": ACKNOWLEDGED}
    return LAMB | moved | {"due_at": None, "clocks": [_MET], "version": 2, "updated_at": LATER} | changes


_ANSWERED: dict[str, Any] = {
    "responded_at": ACKNOWLEDGED,
    "decision": "upheld",
    "decision_text": "It was our fault.",
    "notified_at": ACKNOWLEDGED,
}
_OFFERED = {**_ANSWERED, "remedies": [REFUND | {"state": "offered", "offered_at": ACKNOWLEDGED}]}
_AGREED = {**_ANSWERED, "remedies": [REFUND | {"state": "accepted", "decided_at": ACKNOWLEDGED}]}
_REFERRAL = {"referred_to": "Retail Ombudsman", "reference": "RO-2026-0417", "outcome": None, "note": None}
BODIES: dict[str, dict[str, Any]] = {
    "record_complaint": {"Unknown person": NEW_FROM_A_STRANGER, "Known customer": NEW},
    "record_complaints": {"Complaint": NEW_FROM_A_STRANGER},
    "update_complaint": {"Change owner and priority": {"owner": "Tom", "priority": "high"}},
    "claim_complaint": {"Assign to Zoë": {"customer_id": ZOE}},
    "release_complaint": {"A mistake": {"reason": "Another Zoë, with the same number"}},
    "mark_complaint_step": {"Mark as done": {"done_by": "Amara", "note": "Nobody fell ill"}},
    "create_complaint_remedy": {
        "Offer an apology": {"kind": "apology", "state": "offered", "description": "In person"}
    },
    "update_complaint_remedy": {"Offer a remedy": {"state": "offered"}},
    "create_complaint_action": {
        "Preventive action": {
            "kind": "preventive",
            "description": "A second thermometer in the van",
            "owner": "Tom",
            "due_on": "2026-03-31",
        }
    },
    "update_complaint_action": {
        "Complete an action": {"done_at": "2026-03-01T16:00:00+00:00", "outcome": "It logs every minute"}
    },
    "acknowledge_complaint": {
        "Acknowledge with a message": {"staff": "Amara", "message": {"body": "I am sorry; we look into it."}}
    },
    "assess_complaint": {"High severity": {"severity": "high", "complexity": "simple", "impact": "several_customers"}},
    "investigate_complaint": {"Assign an investigator": {"owner": "Tom", "note": "Van and fridge logs of Friday"}},
    "respond_to_complaint": {
        "Uphold with a refund": {
            "decision": "upheld",
            "decision_text": "It was our fault.",
            "offers": [{"kind": "refund", "state": "offered", "cost": "17.00", "currency": "GBP"}],
            "message": {"body": "You were right, and here is your money back."},
        }
    },
    "accept_complaint_response": {"Accept all remedies": {"note": "She was glad of the call"}},
    "reject_complaint_response": {"Reject the offer": {"note": "She wants to hear it from the owner"}},
    "declare_complaint_deadlock": {"Neither side moves": {"note": "Neither side moves"}},
    "refer_complaint": {"Refer to an ombudsman": {"referred_to": "Retail Ombudsman", "reference": "RO-2026-0417"}},
    "settle_complaint": {"Partly upheld": {"outcome": "partly_upheld", "outcome_text": "Half of it back"}},
    "close_complaint": {
        "Close with a root cause": {"cause_kind": "process", "cause": "The van was not cooled on Fridays"}
    },
    "withdraw_complaint": {"Withdrawn by the customer": {"reason": "It was another shop's"}},
    "reopen_complaint": {"Refund not received": {"reason": "The refund never came"}},
    "hold_complaint": {"Wait for the supplier": {"waiting_for": "supplier", "note": "Cold chain records"}},
    "resume_complaint": {"Supplier replied": {"note": "Records received"}},
    "send_complaint_update": {"Progress update": {"body": "We have found the batch; you will hear from me tomorrow."}},
}
_SEEN = {"id": ACTION, "complaint_id": COMPLAINT, "done_at": None, "verified_at": None, "verified_by": None}
THERMOMETER: dict[str, Any] = {
    **BODIES["create_complaint_action"]["Preventive action"],
    **_SEEN,
    "outcome": None,
    "version": 1,
    "created_at": LATER,
    "updated_at": LATER,
}
ANSWERS: dict[str, Any] = {
    "update_complaint": LAMB | {"owner": "Tom", "priority": "high", "version": 2, "updated_at": LATER},
    "claim_complaint": LAMB
    | NEW_FROM_A_STRANGER
    | {
        "id": UNKNOWN,
        "sale_id": None,
        "sale_line_no": None,
        "sku": None,
        "remedies": [],
        "match_reasons": CLAIMED_FOR_ZOE,
        "version": 2,
    },
    "release_complaint": LAMB
    | {"customer_id": None, "match": "unmatched", "match_reasons": RELEASED_FROM_ZOE, "version": 2},
    "update_complaint_action": THERMOMETER
    | {"done_at": "2026-03-01T16:00:00.000000Z", "outcome": "It logs every minute", "version": 2},
    "update_complaint_remedy": LAMB | {"remedies": _OFFERED["remedies"], "version": 2},
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
        ended_at=ACKNOWLEDGED,
        cause_kind="process",
        cause="The van was not cooled on Fridays",
    ),
    "withdraw_complaint": _moved("withdrawn", ["reopen"], ended_at=ACKNOWLEDGED),
    "reopen_complaint": _moved("reopened", ["assess", "investigate", "withdraw"], reopened_count=1),
    "hold_complaint": _moved("investigating", ["respond", "withdraw"], waiting_for="supplier", waiting_since=LATER),
    "resume_complaint": _moved("investigating", ["respond", "withdraw"]),
    "send_complaint_update": _moved("investigating", ["respond", "withdraw"]),
}
SCHEMAS: dict[str, Any] = {"Action": THERMOMETER}
