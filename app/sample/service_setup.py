"""The service levels of the sample shop's complaints: calendar, policies and procedures."""

from typing import Any

from app.rules.service_levels import Metric
from app.sample.businesses import BUSINESS_LINES, OFFICE
from app.sample.trading_year import TradingYear

CALENDAR = "shop"
_HESTER, _TUNDE, *_ = OFFICE
_HOUR = 60
"""Minutes of working time."""
_DAY = 10 * _HOUR


def make_calendar(year: TradingYear) -> dict[str, Any]:
    """The opening hours, without the busiest hour of Saturday, when nobody is free to answer complaints."""
    weekdays = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in weekdays]
    hours += [
        {"day": "saturday", "opens": "08:00", "closes": "12:30"},
        {"day": "saturday", "opens": "13:30", "closes": "17:30"},
    ]
    exceptions: list[dict[str, Any]] = []
    for number in range(year.days[0].year, year.days[-1].year + 2):
        christmas_eve = {"opens": "07:00", "closes": "14:00"}
        exceptions.append({"on": f"{number}-01-02", "name": "Stocktaking", "hours": []})
        exceptions.append({"on": f"{number}-12-24", "name": "Christmas Eve", "hours": [christmas_eve]})
    return {
        "code": CALENDAR,
        "name": "Shop hours",
        "time_zone": "Europe/London",
        "hours": hours,
        "exceptions": exceptions,
        "holidays": {"country": "GB", "subdivision": "ENG"},
    }


def target_minutes(severity: str | None, tags: list[str]) -> dict[str, int]:
    """The working minutes by metric that the policy for such a complaint allows."""
    for policy in POLICIES:
        scope = policy.get("applies_to", {})
        criteria = (("severities", {severity}), ("customer_tags", set(tags)))
        if all(not scope.get(name) or not values.isdisjoint(scope[name]) for name, values in criteria):
            return {metric.value: policy["targets"][f"{metric}_minutes"] for metric in Metric}
    raise AssertionError("the last policy applies to every complaint")


POLICIES: tuple[dict[str, Any], ...] = (
    {
        "code": "serious",
        "name": "Serious complaints",
        "position": 10,
        "calendar": CALENDAR,
        "applies_to": {"severities": ["high", "critical"]},
        "targets": {
            "acknowledge_minutes": 4 * _HOUR,
            "update_minutes": 2 * _DAY,
            "respond_minutes": 3 * _DAY,
            "resolve_minutes": 12 * _DAY,
            "deadlock_minutes": 8 * _DAY,
        },
        "pauses": ["waiting_customer", "referred"],
        "escalations": [
            {"metric": "acknowledge", "at_minutes": 0, "notify": [_HESTER]},
            {"metric": "respond", "at_minutes": -4 * _HOUR, "notify": [_HESTER]},
            {
                "metric": "respond",
                "at_minutes": 0,
                "notify": [_HESTER, _TUNDE],
                "reassign_to": _HESTER,
                "raise_priority": True,
            },
        ],
        "reopening": {"within_days": 180, "at_most": 3},
    },
    {
        "code": "trade",
        "name": "Kitchens that cook with us",
        "position": 20,
        "calendar": CALENDAR,
        "applies_to": {"customer_tags": [line.name for line in BUSINESS_LINES]},
        "targets": {
            "acknowledge_minutes": 5 * _HOUR,
            "update_minutes": 3 * _DAY,
            "respond_minutes": 4 * _DAY,
            "resolve_minutes": 15 * _DAY,
            "deadlock_minutes": 10 * _DAY,
        },
        "pauses": ["waiting_customer", "waiting_supplier", "referred"],
        "escalations": [{"metric": "respond", "at_minutes": 0, "notify": [_TUNDE], "raise_priority": True}],
        "reopening": {"within_days": 90, "at_most": 2},
    },
    {
        "code": "usual",
        "name": "Everything else",
        "position": 100,
        "calendar": CALENDAR,
        "targets": {
            "acknowledge_minutes": 1 * _DAY,
            "update_minutes": 5 * _DAY,
            "respond_minutes": 6 * _DAY,
            "resolve_minutes": 20 * _DAY,
            "deadlock_minutes": 12 * _DAY,
        },
        "pauses": ["waiting_customer", "waiting_supplier", "referred"],
        "escalations": [
            {"metric": "respond", "at_minutes": 0, "notify": [_HESTER]},
            {"metric": "resolve", "at_minutes": 2 * _DAY, "notify": [_TUNDE], "raise_priority": True},
        ],
        "reopening": {"within_days": 90, "at_most": 2},
    },
)
_GUIDANCE = {
    "calm": "They took the trouble to tell us. Thank them as you would for a good tip.",
    "disappointed": "They expected better of us. Say what will be different next time, and mean it.",
    "frustrated": "They have waited or asked before. Tell them when they will hear from you, and keep to it.",
    "angry": "Let them finish. Say back what you heard, in their words, before you offer anything.",
    "distressed": "Ask first what they need now. If somebody is ill, call Hester at once, whatever the hour.",
}
_STAFF_MOOD = {
    "keep": "It is about the parcel or the pie, hardly ever about you. Stand up, breathe out, lower your voice.",
    "recover": "Hand over the counter for five minutes, step outside, and tell it to somebody who will laugh with you.",
}
PROCEDURES: tuple[dict[str, Any], ...] = (
    {
        "name": "Any complaint",
        "steps": [
            {
                "key": "thank",
                "title": "Thank them, and say when they will hear from us",
                "before": "acknowledge",
                "wording": "Thank you for telling us. I am looking into it myself, and you will hear from me tomorrow.",
            },
            {
                "key": "ask-wanted",
                "title": "Ask what would put it right",
                "before": "assess",
                "wording": "What would make this right for you?",
            },
            {"key": "receipt", "title": "Find the receipt", "before": "investigate", "mandatory": False},
            {
                "key": "say-why",
                "title": "Say what went wrong, and why, before what we offer",
                "before": "respond",
                "mandatory": False,
            },
            {"key": "root", "title": "Write down the root cause", "before": "close", "mandatory": False},
        ],
        "guidance": _GUIDANCE,
        "staff_mood": _STAFF_MOOD,
    },
    {
        "category": "freshness",
        "name": "Something was not fresh",
        "steps": [
            {
                "key": "well",
                "title": "Ask whether everybody is well",
                "before": "acknowledge",
                "wording": "I am sorry. Is everybody at home all right? Please do not eat any more of it.",
            },
            {
                "key": "batch",
                "title": "Find the batch, and take what is left of it off the counter",
                "before": "investigate",
            },
            {"key": "fridge", "title": "Read the log of the cold room", "before": "respond"},
            {
                "key": "replace",
                "title": "Offer to bring a replacement round",
                "before": "respond",
                "mandatory": False,
                "wording": "May I bring you another one this afternoon, with the money back?",
            },
            {"key": "supplier", "title": "Tell the supplier", "before": "close", "mandatory": False},
        ],
        "guidance": _GUIDANCE
        | {
            "angry": "They had guests. Be sorry about the evening before the meat; then put it right, today.",
            "distressed": "Somebody may be ill: ask who ate of it and when, and write it down. Call Hester at once.",
        },
        "staff_mood": _STAFF_MOOD,
    },
)
