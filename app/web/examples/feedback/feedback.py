"""Zoë's feedback: her rating of 3 out of 10, what was changed because of it, and the rule that created a task."""

from typing import Any

from app.web.examples.customers import CLAIMED_FOR_ZOE, RELEASED_FROM_ZOE, ZOE
from app.web.examples.interactions import TASK
from app.web.examples.sales import SALE

FEEDBACK = "019cf4d8-91c4-7b12-a3d7-5e0f64b8c219"
UNKNOWN = "019cf4d9-02b7-7e46-9c15-8d3f70a6e4b2"
RULE = "019ce9f0-5a36-7d08-8b21-c47e19f0d563"
_THANKS = "019cf4e0-7d10-7f63-b8a9-24c05e9f1d37"
_AT, _RULED = "2026-03-15T18:22:41.318000Z", "2026-03-01T08:15:02.640000Z"
_THANKED, _ACTED, _NOTIFIED_AT = (
    "2026-03-16T09:12:00.000000Z",
    "2026-03-18T16:40:00.000000Z",
    "2026-03-19T10:05:00.000000Z",
)
_RATED: dict[str, Any] = {"metric": "nps", "value": "3", "worst": "0", "best": "10"}
_SCORED = _RATED | {"score": "30.00", "nps_class": "detractor"}

NEW: dict[str, Any] = {
    "method": "survey",
    "channel": "whatsapp",
    "receipt": {"source": "till", "receipt_no": "2026-000117"},
    "ratings": [
        {"metric": "nps", "value": "3"},
        {"metric": "csat", "value": "2", "aspect": "freshness"},
        {"metric": "csat", "value": "5", "aspect": "freshness", "side": "expectation"},
    ],
    "text": "The lamb was off, and nobody rang back. It was terrible.",
    "source": "formbricks",
    "external_id": "r-20931",
}
REVIEW: dict[str, Any] = {
    "method": "review",
    "channel": "social",
    "collected_at": "2026-02-20T19:03:00Z",
    "author": {"name": "Hungry in Kent"},
    "site": "whitstable",
    "ratings": [{"metric": "rating", "value": "2"}],
    "title": "Cold soup",
    "text": "Lovely bread, but the soup was cold.",
    "url": "https://reviews.example/whitstable/881",
    "loop": {"acknowledged_at": "2026-02-21T08:30:00Z", "acknowledged_by": "Tom", "acknowledged_channel": "social"},
    "source": "reviews",
    "external_id": "881",
}
_ABOUT_COMPETITOR: dict[str, Any] = {
    "method": "competitor",
    "competitor": "Miller's",
    "ratings": [{"metric": "rating", "value": "4"}],
    "text": "Always fresh, always friendly.",
    "url": "https://reviews.example/millers/14",
}
RECORDED: dict[str, Any] = {
    "id": FEEDBACK,
    "method": "survey",
    "collected_at": _AT,
    "channel": "whatsapp",
    "customer_id": ZOE,
    "author": None,
    "match": "matched",
    "candidates": [],
    "match_reasons": [{"kind": "record", "value": SALE, "customer_id": ZOE, "result": "linked"}],
    "sale_id": SALE,
    "sale_line_no": None,
    "receipt": {"source": "till", "receipt_no": "2026-000117"},
    "interaction_id": None,
    "complaint_id": None,
    "site": "whitstable",
    "till": "1",
    "staff": "Amara",
    "sku": None,
    "competitor": None,
    "idea_id": None,
    "survey_id": None,
    "survey_version": None,
    "invitation_id": None,
    "visit_id": None,
    **_SCORED,
    "ratings": [
        _SCORED | {"question": None, "aspect": None, "side": "experience"},
        {
            "metric": "csat",
            "value": "2",
            "worst": "1",
            "best": "5",
            "score": "25.00",
            "nps_class": None,
            "question": None,
            "aspect": "freshness",
            "side": "experience",
        },
        {
            "metric": "csat",
            "value": "5",
            "worst": "1",
            "best": "5",
            "score": "100.00",
            "nps_class": None,
            "question": None,
            "aspect": "freshness",
            "side": "expectation",
        },
    ],
    "answers": [],
    "title": None,
    "text": NEW["text"],
    "url": None,
    "language": "en",
    "sentiment": "negative",
    "sentiment_score": "-0.477",
    "analyzer": "rapport-lexicon",
    "analyzer_version": "1",
    "themes": ["freshness"],
    "acknowledged_at": None,
    "acknowledged_by": None,
    "acknowledged_channel": None,
    "acknowledged_interaction_id": None,
    "acted_at": None,
    "acted_by": None,
    "action": None,
    "notified_at": None,
    "notified_by": None,
    "notified_channel": None,
    "notified_interaction_id": None,
    "closed_at": None,
    "follow_ups": [{"rule_id": RULE, "task_id": TASK, "complaint_id": None}],
    "source": "formbricks",
    "external_id": "r-20931",
    "attributes": {},
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
THANKS: dict[str, Any] = {
    "channel": "whatsapp",
    "message": "Thank you for telling us. I am sorry, and I will ring you today.",
    "staff": "Amara",
}
ACTION: dict[str, Any] = {"action": "The fridge is checked every evening, and calls are noted at once.", "staff": "Tom"}
NOTICE: dict[str, Any] = {
    "channel": "whatsapp",
    "message": "Our fridge is checked every evening now. Thank you for putting us right.",
    "staff": "Amara",
}
THANKED = RECORDED | {
    "acknowledged_at": _THANKED,
    "acknowledged_by": "Amara",
    "acknowledged_channel": "whatsapp",
    "acknowledged_interaction_id": _THANKS,
    "version": 2,
    "updated_at": _THANKED,
}
ACTED = THANKED | {
    "acted_at": _ACTED,
    "acted_by": "Tom",
    "action": ACTION["action"],
    "version": 3,
    "updated_at": _ACTED,
}
NOTIFIED = ACTED | {
    "notified_at": _NOTIFIED_AT,
    "notified_by": "Amara",
    "notified_channel": "whatsapp",
    "notified_interaction_id": "019cf4ff-19e2-7c50-a6b4-0f8d35c7e921",
    "closed_at": _NOTIFIED_AT,
    "version": 4,
    "updated_at": _NOTIFIED_AT,
}
NEW_RULE: dict[str, Any] = {
    "code": "low-score",
    "name": "Ring whoever gives us little",
    "conditions": {"methods": ["survey"], "score_below": 50, "customer_known": "yes"},
    "task": {"what": "Ring back", "owner": "Amara", "due_hours": 24},
}
_COMPLAINT_RULE: dict[str, Any] = {
    "code": "angry-review",
    "name": "Angry reviews are complaints",
    "conditions": {"methods": ["review"], "sentiments": ["negative"], "themes": ["freshness"]},
    "complaint": {"category": "freshness", "severity": "high", "owner": "Tom"},
}
RULING: dict[str, Any] = {
    "id": RULE,
    "code": "low-score",
    "name": NEW_RULE["name"],
    "active": True,
    "conditions": {
        "methods": ["survey"],
        "metrics": [],
        "surveys": [],
        "sites": [],
        "channels": [],
        "score_below": 50,
        "sentiments": [],
        "themes": [],
        "customer_known": "yes",
    },
    "task": NEW_RULE["task"],
    "complaint": None,
    "version": 1,
    "created_at": _RULED,
    "updated_at": _RULED,
}
_STRICTER: dict[str, Any] = {"conditions": {"score_below": 70}}
_VERSION: dict[str, Any] = {
    "version": 1,
    "definition": {name: RULING[name] for name in ("code", "name", "active", "conditions", "task", "complaint")},
    "actor": "head office",
    "created_at": _RULED,
}

PATHS = {"feedback_id": FEEDBACK, "feedback_rule_id": RULE}
PATHS_OF = {"claim_feedback": {"feedback_id": UNKNOWN}}
QUERIES: dict[str, dict[str, Any]] = {"list_feedback": {"site": "whitstable", "acknowledged": False}}
BODIES: dict[str, dict[str, Any]] = {
    "record_feedback": {"Survey answer": NEW, "Review": REVIEW, "About a competitor": _ABOUT_COMPETITOR},
    "record_feedback_batch": {"Review": REVIEW},
    "update_feedback": {"Change the staff member": {"staff": "Tom"}},
    "claim_feedback": {"Assign to Zoë": {"customer_id": ZOE}},
    "release_feedback": {"A mistake": {"reason": "Another Zoë, with the same number"}},
    "acknowledge_feedback": {"Thank by message": THANKS},
    "record_feedback_action": {"Record an improvement": ACTION},
    "notify_feedback_customer": {"Notify by message": NOTICE},
    "create_feedback_rule": {"Create a task": NEW_RULE, "Create a complaint": _COMPLAINT_RULE},
    "update_feedback_rule": {"Raise the threshold": _STRICTER},
}
ANSWERS: dict[str, Any] = {
    "update_feedback": RECORDED | {"staff": "Tom", "version": 2},
    "claim_feedback": RECORDED
    | {
        "id": UNKNOWN,
        "source": None,
        "external_id": None,
        "follow_ups": [],
        "match_reasons": CLAIMED_FOR_ZOE,
        "version": 2,
    },
    "release_feedback": RECORDED
    | {"customer_id": None, "match": "unmatched", "match_reasons": RELEASED_FROM_ZOE, "version": 2},
    "acknowledge_feedback": THANKED,
    "record_feedback_action": ACTED,
    "notify_feedback_customer": NOTIFIED,
    "update_feedback_rule": RULING | {"conditions": RULING["conditions"] | {"score_below": 70}, "version": 2},
}
SCHEMAS: dict[str, Any] = {"Feedback": RECORDED, "FeedbackRule": RULING, "FeedbackRuleVersion": _VERSION}
