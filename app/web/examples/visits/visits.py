"""A scorecard, and a mystery shopping visit scored by it."""

from typing import Any

SCORECARD = "019cf3b1-2a40-7e15-9c68-3d0f7b52a1e4"
VISIT = "019cf3b6-90d8-7a42-b5e7-61c2d84f093a"
PLANNED_VISIT = "019cf3b6-a4f0-7c9b-8d13-7e4a2b60f5c8"
COUNTED = "019cf3b6-90da-7f06-a1b9-42d7e85c3f10"
_AT = "2026-03-16T14:02:10.551000Z"
_LATER = "2026-03-17T09:31:44.207000Z"


def _item(key: str, title: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "title": title,
        "section": None,
        "kind": "yes_no",
        "worst": None,
        "best": None,
        "weight": "1",
        "critical": False,
        "cap": "0",
        "fails_below": None,
        "evidence_required": False,
        "allow_not_applicable": False,
        **more,
    }


NEW_SCORECARD: dict[str, Any] = {
    "code": "front-counter",
    "name": "At the counter",
    "kind": None,
    "items": [
        _item("greeted", "Greeted within a minute", section="Welcome"),
        _item("advice", "Knew where the meat comes from", kind="scale", worst="1", best="5", weight="2"),
        _item("gloves", "Fresh gloves for raw meat", critical=True, cap="40", evidence_required=True),
        _item("receipt", "Gave a receipt", allow_not_applicable=True),
    ],
}
COUNTER = NEW_SCORECARD | {"id": SCORECARD, "version": 1, "created_at": _AT, "updated_at": _AT}
RENAMED: dict[str, Any] = {"name": "At the counter and the till"}
COUNTER_VERSION: dict[str, Any] = {"version": 1, "definition": NEW_SCORECARD, "actor": "back office", "created_at": _AT}

RESULTS: list[dict[str, Any]] = [
    {"item": "greeted", "yes_no": "yes"},
    {"item": "advice", "value": "4"},
    {"item": "gloves", "yes_no": "no", "note": "The same gloves for chicken and lamb"},
    {"item": "receipt", "not_applicable": True, "note": "Bought nothing"},
]
_BLANK: dict[str, Any] = {"yes_no": None, "value": None, "not_applicable": False, "note": None, "urls": []}
_SCORED = [
    _BLANK | result | {"score": score} for result, score in zip(RESULTS, ("100.00", "75.00", "0.00", None), strict=True)
]
NEW: dict[str, Any] = {
    "kind": "mystery_shopper",
    "scorecard_id": SCORECARD,
    "happened_at": "2026-03-01T10:40:00Z",
    "site": "whitstable",
    "shift": "Saturday morning",
    "shopper": "Agency 7",
    "staff": "Tom",
    "note": "Friendly and quick, but the gloves were not changed.",
    "results": RESULTS,
}
PLAN: dict[str, Any] = {
    "kind": "observation",
    "scorecard_id": SCORECARD,
    "happened_at": "2026-03-20T10:00:00Z",
    "site": "whitstable",
    "shopper": "Amara",
}
DONE: dict[str, Any] = {
    "id": VISIT,
    "kind": "mystery_shopper",
    "state": "done",
    "scorecard_id": SCORECARD,
    "scorecard_version": 1,
    "happened_at": "2026-03-01T10:40:00.000000Z",
    "site": "whitstable",
    "shift": "Saturday morning",
    "shopper": "Agency 7",
    "staff": "Tom",
    "sale_id": None,
    "receipt": None,
    "interaction_id": None,
    "results": _SCORED,
    "score": "40.00",
    "uncapped_score": "62.50",
    "capped_by": ["gloves"],
    "feedback_id": COUNTED,
    "note": "Friendly and quick, but the gloves were not changed.",
    "cancellation_reason": None,
    "source": None,
    "external_id": None,
    "attributes": {},
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
CORRECTION: dict[str, Any] = {"staff": "Mia"}
COMPLETION: dict[str, Any] = {
    "results": RESULTS,
    "happened_at": "2026-03-01T11:15:00Z",
    "note": "Listened well. The gloves again.",
}
_PLANNED: dict[str, Any] = DONE | {
    "id": PLANNED_VISIT,
    "kind": "observation",
    "state": "planned",
    "happened_at": "2026-03-20T10:00:00.000000Z",
    "shift": None,
    "shopper": "Amara",
    "staff": None,
    "results": [],
    "score": None,
    "uncapped_score": None,
    "capped_by": [],
    "feedback_id": None,
    "note": None,
}
_COMPLETED: dict[str, Any] = _PLANNED | {
    "state": "done",
    "happened_at": "2026-03-01T11:15:00.000000Z",
    "note": COMPLETION["note"],
    "version": 2,
    "updated_at": _LATER,
    **{name: DONE[name] for name in ("results", "score", "uncapped_score", "capped_by", "feedback_id")},
}
CANCELLATION: dict[str, Any] = {"reason": "The shop is closed that day"}

PATHS = {"scorecard_id": SCORECARD, "visit_id": VISIT}
PATHS_OF = {name: {"visit_id": PLANNED_VISIT} for name in ("complete_visit", "cancel_visit")}
QUERIES: dict[str, dict[str, Any]] = {
    "list_scorecards": {"code": "front-counter"},
    "list_visits": {"site": "whitstable", "state": "done"},
}
BODIES: dict[str, dict[str, Any]] = {
    "create_scorecard": {"Counter service": NEW_SCORECARD},
    "update_scorecard": {"Rename": RENAMED},
    "record_visit": {"Completed visit": NEW, "Planned visit": PLAN},
    "record_visits": {"Completed visit": NEW},
    "update_visit": {"Correct the staff member": CORRECTION},
    "complete_visit": {"Record results": COMPLETION},
    "cancel_visit": {"Site closed": CANCELLATION},
}
ANSWERS: dict[str, Any] = {
    "update_scorecard": COUNTER | RENAMED | {"version": 2, "updated_at": _LATER},
    "update_visit": DONE | CORRECTION | {"version": 2, "updated_at": _LATER},
    "complete_visit": _COMPLETED,
    "cancel_visit": _PLANNED
    | {"state": "cancelled", "cancellation_reason": CANCELLATION["reason"], "version": 2, "updated_at": _LATER},
}
SCHEMAS: dict[str, Any] = {"Scorecard": COUNTER, "ScorecardVersion": COUNTER_VERSION, "Visit": DONE}
