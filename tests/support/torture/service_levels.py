"""Calendars and service policies."""

from typing import Any

import httpx

from tests import make
from tests.support.torture.records import create

_CALENDAR = {
    "code": "night",
    "name": "Night shift",
    "time_zone": "Europe/London",
    "hours": [{"day": "monday", "opens": "00:00", "closes": "06:00"}],
    "exceptions": [{"on": "2026-12-24", "name": "Eve", "hours": [{"opens": "00:00", "closes": "24:00"}]}],
    "holidays": {"country": "GB", "subdivision": "SCT"},
}
_POLICY = {
    "code": "night",
    "name": "By night",
    "position": 1,
    "active": False,
    "calendar": "office",
    "applies_to": {
        "categories": ["Delivery"],
        "severities": ["high"],
        "channels": ["phone"],
        "sites": ["Leeds"],
        "customer_tags": ["vip"],
        "value_from": "100.00",
        "currency": "GBP",
    },
    "targets": {f"{name}_minutes": 60 for name in ("acknowledge", "update", "respond", "resolve", "deadlock")},
    "pauses": ["waiting_customer", "referred"],
    "escalations": [
        {"metric": "respond", "at_minutes": -5, "notify": ["tom"], "reassign_to": "mia", "raise_priority": True}
    ],
    "reopening": {"within_days": 90, "at_most": 2},
}
EXAMPLES: dict[str, Any] = {
    "create_calendar": _CALENDAR,
    "update_calendar": _CALENDAR,
    "create_service_policy": _POLICY,
    "update_service_policy": _POLICY,
}


async def make_world(client: httpx.AsyncClient, ids: dict[str, str]) -> dict[str, str]:
    return {
        "calendar_id": await create(client, "/v1/calendars", make.calendar(code="office")),
        "service_policy_id": await create(client, "/v1/service-policies", make.policy(calendar="office")),
    }
