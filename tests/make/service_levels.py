"""Calendars and service policies."""

from typing import Any

import httpx

from tests.make.numbers import number
from tests.support import api


def calendar(**changes: Any) -> dict[str, Any]:
    """Monday to Friday from nine to five, in London."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in days]
    code = f"calendar-{number()}"
    return {"code": code, "name": f"Calendar {code}", "time_zone": "Europe/London", "hours": hours, **changes}


def policy(calendar: str, **changes: Any) -> dict[str, Any]:
    code = f"policy-{number()}"
    return {
        "code": code,
        "name": f"Policy {code}",
        "calendar": calendar,
        "targets": {"respond_minutes": 960},
        **changes,
    }


async def create_calendar(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    return await api.post(client, "/v1/calendars", calendar(**changes))


async def create_policy(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    """With a calendar of its own, unless it names one."""
    named = changes.pop("calendar", None) or (await create_calendar(client))["code"]
    return await api.post(client, "/v1/service-policies", policy(named, **changes))
