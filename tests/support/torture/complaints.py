"""Complaints, all that is done to them, and procedures."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests import make
from tests.make.complaints import MOVES_TO
from tests.support import api
from tests.support.torture.records import create

_MESSAGE = {
    "channel": "email",
    "subject": "Your complaint",
    "body": "Two lines\nof text",
    "staff": "tom",
    "documents": [{"name": "Offer", "address": "https://example.com/o", "media_type": "text/plain", "size": 9}],
    "unwelcome_reason": "They asked for it",
}
_STEP = {"at": "2026-03-02T08:00:00Z", "staff": "tom", "note": "Two lines\nof text", "message": _MESSAGE}
_BY_MESSAGE = {"at": "2026-03-02T08:00:00Z", "interaction_id": "{message_id}"}
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
_PROCEDURE = {
    "category": "Delivery",
    "name": "Deliveries",
    "steps": [{"key": "ring", "title": "Ring", "before": "assess", "mandatory": False, "wording": "Two\nlines"}],
    "guidance": dict.fromkeys(("calm", "disappointed", "frustrated", "angry", "distressed"), "Two\nlines"),
    "staff_mood": {"keep": "Breathe", "recover": "Walk"},
}
EXAMPLES: dict[str, Any] = {
    "create_procedure": _PROCEDURE,
    "update_procedure": _PROCEDURE,
    "record_complaint": _COMPLAINT,
    "record_complaints": _COMPLAINT,
    "update_complaint": _COMPLAINT_CONTENT,
    "claim_complaint": {"customer_id": "{customer_id}"},
    "release_complaint": {"reason": "Wrong customer"},
    "acknowledge_complaint": _STEP,
    "assess_complaint": _STEP
    | {"category": "Delivery", "severity": "high", "complexity": "complex", "impact": "safety", "owner": "mia"}
    | {"immediate_action": True, "feeling": "angry", "relationship_at_risk": True},
    "investigate_complaint": _BY_MESSAGE | {"owner": "mia"},
    "respond_to_complaint": _STEP | {"decision": "upheld", "decision_text": "Two lines\nof text", "offers": [_REMEDY]},
    "accept_complaint_response": _BY_MESSAGE | {"remedy_ids": ["{remedy_id}"]},
    "reject_complaint_response": _BY_MESSAGE,
    "declare_complaint_deadlock": _STEP,
    "refer_complaint": _BY_MESSAGE | {"referred_to": "The ombudsman", "reference": "O-1"},
    "settle_complaint": _BY_MESSAGE | {"outcome": "upheld", "outcome_text": "Two lines\nof text"},
    "close_complaint": _BY_MESSAGE | {"cause_kind": "people", "cause": "Nobody looked"},
    "withdraw_complaint": _BY_MESSAGE | {"reason": "It was mended"},
    "reopen_complaint": _BY_MESSAGE | {"reason": "It broke again"},
    "hold_complaint": _STEP | {"waiting_for": "supplier"},
    "resume_complaint": _BY_MESSAGE,
    "send_complaint_update": _MESSAGE,
    "create_complaint_remedy": _REMEDY,
    "update_complaint_remedy": _REMEDY | {"state": "accepted"},
    "create_complaint_action": _ACTION,
    "update_complaint_action": _ACTION
    | {"done_at": "2026-03-02T08:00:00Z", "verified_at": "2026-03-02T08:30:00Z"}
    | {"verified_by": "mia", "outcome": "No more of them"},
    "mark_complaint_step": {"done": True, "done_by": "mia", "note": "All well"},
}
# Where a complaint has to be for a move.
_STATES = {
    "assess_complaint": "acknowledged",
    "investigate_complaint": "assessed",
    "respond_to_complaint": "investigating",
    "accept_complaint_response": "responded",
    "reject_complaint_response": "responded",
    "declare_complaint_deadlock": "rejected",
    "refer_complaint": "rejected",
    "settle_complaint": "referred",
    "close_complaint": "accepted",
    "reopen_complaint": "withdrawn",
}


@dataclass(frozen=True)
class State:
    """What complaint an operation needs."""

    name: str
    has_customer: bool
    on_hold: bool


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    everything = {"name": "Everything else", "steps": _PROCEDURE["steps"]}
    return {"procedure_id": await create(client, "/v1/procedures", everything), "step": "ring"}


def required_state(name: str, path: str) -> State | None:
    if "{complaint_id}" not in path:
        return None
    return State(_STATES.get(name, "received"), name != "claim_complaint", name == "resume_complaint")


async def make_in_state(client: httpx.AsyncClient, ids: dict[str, str], state: State) -> dict[str, str]:
    at = "2026-03-02T07:00:00Z"
    history = [{"move": move, "at": at} for move in MOVES_TO[state.name]]
    customer = {"customer_id": ids["customer_id"]} if state.has_customer else {}
    body = make.complaint(received_at=at, remedies=[_REMEDY], history=history, **customer)
    complaint = await api.post(client, "/v1/complaints", body)
    path = f"/v1/complaints/{complaint['id']}"
    if state.on_hold:
        await api.post(client, f"{path}/hold", {"waiting_for": "customer", "at": "2026-03-02T07:30:00Z"}, 200)
    return {
        "complaint_id": complaint["id"],
        "remedy_id": complaint["remedies"][0]["id"],
        "action_id": await create(client, f"{path}/actions", _ACTION),
    }
