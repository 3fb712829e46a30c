"""The service levels of the shop: its working hours, its targets for complaints, and how staff handle them."""

from typing import Any

CALENDAR = "019cd0a4-11c0-7d5e-8a63-4b1f0c97e2d8"
POLICY = "019cd0a6-52f8-72b4-9c0e-e57d3a6b1f94"
PROCEDURE = "019cd0a9-7e34-7f19-a2d6-08c5b94e71a3"
_AT = "2026-03-09T08:15:42.118000Z"
_LATER = "2026-03-11T16:40:03.507000Z"

_WEEK = [
    *({"day": day, "opens": "08:00", "closes": "17:30"} for day in ("tuesday", "wednesday", "thursday", "friday")),
    {"day": "saturday", "opens": "07:30", "closes": "12:30"},
    {"day": "saturday", "opens": "13:30", "closes": "16:00"},
]
NEW_CALENDAR: dict[str, Any] = {
    "code": "shop",
    "name": "Shop hours",
    "time_zone": "Europe/London",
    "hours": _WEEK,
    "exceptions": [
        {"on": "2026-12-24", "name": "Christmas Eve", "hours": [{"opens": "06:00", "closes": "13:00"}]},
        {"on": "2026-12-29", "name": "Stocktaking", "hours": []},
    ],
    "holidays": {"country": "GB", "subdivision": "ENG"},
}
SHOP = NEW_CALENDAR | {"id": CALENDAR, "version": 1, "created_at": _AT, "updated_at": _AT}
STOCKTAKING: dict[str, Any] = {
    "exceptions": [*NEW_CALENDAR["exceptions"], {"on": "2027-01-05", "name": "Stocktaking", "hours": []}]
}
CHANGED_SHOP = SHOP | STOCKTAKING | {"version": 2, "updated_at": _LATER}
SHOP_VERSION: dict[str, Any] = {"version": 1, "definition": NEW_CALENDAR, "actor": "back office", "created_at": _AT}

_EVERYBODY: dict[str, Any] = {
    "categories": [],
    "severities": [],
    "channels": [],
    "sites": [],
    "customer_tags": [],
    "value_from": None,
    "currency": None,
}
NEW_POLICY: dict[str, Any] = {
    "code": "serious",
    "name": "Serious complaints",
    "position": 10,
    "active": True,
    "calendar": "shop",
    "applies_to": {"severities": ["high", "critical"]},
    "targets": {"acknowledge_minutes": 60, "update_minutes": 1140, "respond_minutes": 1710, "resolve_minutes": 5700},
    "pauses": ["waiting_customer", "referred"],
    "escalations": [
        {"metric": "respond", "at_minutes": -240, "notify": ["Amara"]},
        {"metric": "respond", "at_minutes": 0, "notify": ["Tom"], "reassign_to": "Tom", "raise_priority": True},
    ],
    "reopening": {"within_days": 90, "at_most": 2},
    "on_customer_reply": "resume",
}
SERIOUS: dict[str, Any] = NEW_POLICY | {
    "id": POLICY,
    "applies_to": _EVERYBODY | NEW_POLICY["applies_to"],
    "targets": NEW_POLICY["targets"] | {"deadlock_minutes": None},
    "escalations": [{"reassign_to": None, "raise_priority": False} | step for step in NEW_POLICY["escalations"]],
    "version": 1,
    "created_at": _AT,
    "updated_at": _AT,
}
SOONER: dict[str, Any] = {"targets": {"respond_minutes": 1140}}
CHANGED_SERIOUS = SERIOUS | {
    "targets": SERIOUS["targets"] | SOONER["targets"],
    "version": 2,
    "updated_at": _LATER,
}
SERIOUS_VERSION: dict[str, Any] = {
    "version": 1,
    "definition": {name: SERIOUS[name] for name in NEW_POLICY},
    "actor": "back office",
    "created_at": _AT,
}

NEW_PROCEDURE: dict[str, Any] = {
    "category": "freshness",
    "name": "Something was not fresh",
    "steps": [
        {
            "key": "thank",
            "title": "Thank them for telling us, and ask whether anybody fell ill",
            "before": "acknowledge",
            "mandatory": True,
            "wording": "I am sorry. Thank you for telling us; we shall look into it today. Is everybody well?",
        },
        {
            "key": "batch",
            "title": "Find the batch, and take what is left of it off the counter",
            "before": "investigate",
            "mandatory": True,
            "wording": None,
        },
        {
            "key": "visit",
            "title": "Offer to bring the replacement round",
            "before": "respond",
            "mandatory": False,
            "wording": "May I bring you another one this afternoon?",
        },
    ],
    "guidance": {
        "calm": None,
        "disappointed": "They trusted us. Say what we shall do differently.",
        "frustrated": None,
        "angry": "Let them finish. Say back what you heard before you offer anything.",
        "distressed": "Ask what they need now. Call Amara if somebody is ill.",
    },
    "staff_mood": {
        "keep": "It is about the meat, not about you.",
        "recover": "Hand over the counter for five minutes, step outside, have a glass of water.",
    },
}
FRESHNESS = NEW_PROCEDURE | {"id": PROCEDURE, "version": 1, "created_at": _AT, "updated_at": _AT}
CALMER: dict[str, Any] = {"guidance": {"frustrated": "Tell them when they will hear from you, and keep to it."}}
CHANGED_FRESHNESS = FRESHNESS | {
    "guidance": FRESHNESS["guidance"] | CALMER["guidance"],
    "version": 2,
    "updated_at": _LATER,
}
FRESHNESS_VERSION: dict[str, Any] = {
    "version": 1,
    "definition": NEW_PROCEDURE,
    "actor": "back office",
    "created_at": _AT,
}

PATHS = {"calendar_id": CALENDAR, "service_policy_id": POLICY, "procedure_id": PROCEDURE}
QUERIES: dict[str, dict[str, Any]] = {
    "list_calendars": {"code": "shop"},
    "list_service_policies": {"active": True},
    "list_procedures": {"category": "freshness"},
}
BODIES: dict[str, dict[str, Any]] = {
    "create_calendar": {"Shop hours": NEW_CALENDAR},
    "update_calendar": {"Add an exception": STOCKTAKING},
    "create_service_policy": {"Serious complaints": NEW_POLICY},
    "update_service_policy": {"Shorten a target": SOONER},
    "create_procedure": {"Freshness complaints": NEW_PROCEDURE},
    "update_procedure": {"Add guidance": CALMER},
}
ANSWERS: dict[str, Any] = {
    "update_calendar": CHANGED_SHOP,
    "update_service_policy": CHANGED_SERIOUS,
    "update_procedure": CHANGED_FRESHNESS,
}
SCHEMAS: dict[str, Any] = {
    "Calendar": SHOP,
    "CalendarVersion": SHOP_VERSION,
    "ServicePolicy": SERIOUS,
    "ServicePolicyVersion": SERIOUS_VERSION,
    "Procedure": FRESHNESS,
    "ProcedureVersion": FRESHNESS_VERSION,
}
