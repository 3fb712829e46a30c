"""Complaints, and all that is done to them."""

from typing import Any

import httpx

from tests.support.tortured.making import made

_MESSAGE = {
    "channel": "email",
    "subject": "Your complaint",
    "body": "Two lines\nof text",
    "staff": "tom",
    "documents": [{"name": "Offer", "address": "https://example.com/o", "media_type": "text/plain", "size": 9}],
    "unwelcome_reason": "They asked for it",
}
_STEP = {"at": "2026-03-02T08:00:00Z", "staff": "tom", "note": "Two lines\nof text", "message": _MESSAGE}
_TOLD = {"at": "2026-03-02T08:00:00Z", "interaction_id": "{told_id}"}
_REMEDY = {"kind": "refund", "state": "offered", "description": "All of it", "cost": "10.00", "currency": "GBP"}
_ACTION = {"kind": "preventive", "description": "Mend the fridge", "owner": "tom", "due_on": "2026-04-01"}
_COMPLAINT_CONTENT = {
    "channel": "phone",
    "site": "Leeds",
    "sku": "TEA-1",
    "sale_id": "{sale_id}",
    "sale_line_no": 1,
    "interaction_id": "{interaction_id}",
    "staff": "tom",
    "category": "Delivery",
    "severity": "high",
    "complexity": "simple",
    "impact": "safety",
    "immediate_action": True,
    "description": "Two lines\nof text",
    "desired_outcome": "The money back",
    "feeling": "angry",
    "relationship_at_risk": True,
    "publicity": "likely",
    "value": "10.00",
    "currency": "GBP",
    "owner": "mia",
    "priority": "high",
    "cause_kind": "people",
    "cause": "Nobody looked",
    "attributes": {"a": {"b": ["c", 1]}},
}
_COMPLAINT = {
    **_COMPLAINT_CONTENT,
    "customer_id": "{customer_id}",
    "complainant": {"name": "Ada", "contact": {"kind": "phone", "value": "020 7946 0000"}},
    "received_at": "2026-03-01T10:00:00Z",
    "remedies": [_REMEDY],
    "history": [
        {
            "move": "acknowledge",
            "at": "2026-03-01T11:00:00Z",
            "staff": "tom",
            "note": "Two lines\nof text",
            "customer_notified": True,
            "decision": None,
        }
    ],
    "source": "helpdesk",
    "external_id": "H-1",
}
EXAMPLES: dict[str, Any] = {
    "record_complaint": _COMPLAINT,
    "record_complaints": _COMPLAINT,
    "update_complaint": _COMPLAINT_CONTENT,
    "claim_complaint": {"customer_id": "{customer_id}"},
    "acknowledge_complaint": _STEP,
    "assess_complaint": _STEP
    | {"category": "Delivery", "severity": "high", "complexity": "complex", "impact": "safety", "owner": "mia"}
    | {"immediate_action": True, "feeling": "angry", "relationship_at_risk": True},
    "investigate_complaint": _TOLD | {"owner": "mia"},
    "respond_to_complaint": _STEP | {"decision": "upheld", "decision_text": "Two lines\nof text", "offers": [_REMEDY]},
    "accept_complaint_response": _TOLD | {"remedy_ids": ["{remedy_id}"]},
    "reject_complaint_response": _TOLD,
    "declare_complaint_deadlock": _STEP,
    "refer_complaint": _TOLD | {"referred_to": "The ombudsman", "reference": "O-1"},
    "settle_complaint": _TOLD | {"outcome": "upheld", "outcome_text": "Two lines\nof text"},
    "close_complaint": _TOLD | {"cause_kind": "people", "cause": "Nobody looked"},
    "withdraw_complaint": _TOLD | {"reason": "It was mended"},
    "reopen_complaint": _TOLD | {"reason": "It broke again"},
    "hold_complaint": _STEP | {"waiting_for": "supplier"},
    "resume_complaint": _TOLD,
    "send_complaint_update": _MESSAGE,
    "create_complaint_remedy": _REMEDY,
    "update_complaint_remedy": _REMEDY | {"state": "accepted"},
    "create_complaint_action": _ACTION,
    "update_complaint_action": _ACTION
    | {"done_at": "2026-03-01T10:00:00Z", "verified_at": "2026-03-01T10:00:00Z"}
    | {"verified_by": "mia", "outcome": "No more of them"},
    "mark_complaint_step": {"done": True, "done_by": "mia", "note": "All well"},
}
# Where a complaint has to be for a move: the moves that lead there.
WAYS: dict[str, list[str]] = {
    "assess_complaint": ["acknowledge"],
    "investigate_complaint": ["acknowledge", "assess"],
    "respond_to_complaint": ["acknowledge", "assess", "investigate"],
    "accept_complaint_response": ["acknowledge", "assess", "investigate", "respond"],
    "reject_complaint_response": ["acknowledge", "assess", "investigate", "respond"],
    "declare_complaint_deadlock": ["acknowledge", "assess", "investigate", "respond", "reject"],
    "refer_complaint": ["acknowledge", "assess", "investigate", "respond", "reject"],
    "settle_complaint": ["acknowledge", "assess", "investigate", "respond", "reject", "refer"],
    "close_complaint": ["acknowledge", "assess", "investigate", "respond", "accept"],
    "reopen_complaint": ["withdraw"],
}


State = tuple[tuple[str, ...], bool, bool]


def state(name: str, path: str) -> State | None:
    """What complaint the operation needs: the moves it has made, whether it has a customer, whether it waits."""
    if "{complaint_id}" not in path:
        return None
    return tuple(WAYS.get(name, [])), name != "claim_complaint", name == "resume_complaint"


async def brought(client: httpx.AsyncClient, found: dict[str, str], state: State) -> dict[str, str]:
    moves, owned, waits = state
    body = {
        "description": "Off",
        "channel": "phone",
        "received_at": "2026-03-02T07:00:00Z",
        "remedies": [_REMEDY],
        "history": [{"move": move, "at": "2026-03-02T07:00:00Z"} for move in moves],
    }
    answer = await client.post("/v1/complaints", json=body | ({"customer_id": found["customer_id"]} if owned else {}))
    assert answer.status_code == 201, answer.text
    complaint = f"/v1/complaints/{answer.json()['id']}"
    action = await made(client, f"{complaint}/actions", _ACTION)
    if waits:
        waiting = {"waiting_for": "customer", "at": "2026-03-02T07:30:00Z"}
        assert (await client.post(f"{complaint}/hold", json=waiting)).status_code == 200
    return {
        "complaint_id": answer.json()["id"],
        "remedy_id": answer.json()["remedies"][0]["id"],
        "action_id": action,
    }
