"""Bodies as clients send them. Each is valid and like no other; what a test is about, it says itself."""

import itertools
from typing import Any

_numbers = itertools.count(1)


def number() -> int:
    """One that was not given before."""
    return next(_numbers)


def customer(**changes: Any) -> dict[str, Any]:
    return {"display_name": f"Customer {next(_numbers)}", **changes}


def person(given: str = "Ada", family: str = "Okafor", **changes: Any) -> dict[str, Any]:
    return {"given_name": given, "family_name": family, **changes}


def phone(value: str | None = None, **changes: Any) -> dict[str, Any]:
    """A British number out of the range that is kept for drama (020 7946 0xxx)."""
    return {"kind": "phone", "value": value or f"+44 20 7946 {next(_numbers) % 1000:04}", **changes}


def email(value: str | None = None, **changes: Any) -> dict[str, Any]:
    return {"kind": "email", "value": value or f"someone{next(_numbers)}@example.com", **changes}


def identity(system: str = "loyalty", external_id: str | None = None) -> dict[str, Any]:
    return {"system": system, "external_id": external_id or f"CARD-{next(_numbers)}"}


def line(total: str = "10.00", **changes: Any) -> dict[str, Any]:
    return {"sku": "TEA-1", "name": "Tea", "quantity": "1", "unit_price": total, "total": total, **changes}


def refund(
    receipt_no: str, line_no: int = 1, quantity: str = "-1", total: str = "-10.00", **more: Any
) -> dict[str, Any]:
    """A line that takes one back."""
    price = more.pop("unit_price", "10.00")
    return {
        "sku": "TEA-1",
        "quantity": quantity,
        "unit_price": price,
        "total": total,
        "refund_of": {"receipt_no": receipt_no, "line_no": line_no},
        **more,
    }


def calendar(**changes: Any) -> dict[str, Any]:
    """Monday to Friday from nine to five, in London."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    hours = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in days]
    code = f"calendar-{next(_numbers)}"
    return {"code": code, "name": f"Calendar {code}", "time_zone": "Europe/London", "hours": hours, **changes}


def policy(calendar: str, **changes: Any) -> dict[str, Any]:
    code = f"policy-{next(_numbers)}"
    return {
        "code": code,
        "name": f"Policy {code}",
        "calendar": calendar,
        "targets": {"respond_minutes": 960},
        **changes,
    }


def procedure(**changes: Any) -> dict[str, Any]:
    return {
        "name": f"Procedure {next(_numbers)}",
        "steps": [{"key": "ring", "title": "Ring them", "before": "assess"}],
        **changes,
    }


def idea(**changes: Any) -> dict[str, Any]:
    return {"title": f"Idea {next(_numbers)}", **changes}


def survey(**changes: Any) -> dict[str, Any]:
    """Would they recommend us, and if not, why?"""
    code = f"survey-{next(_numbers)}"
    score = {"key": "recommend", "kind": "nps", "wording": {"en": "Recommend us?"}, "required": True}
    condition = {"question": "recommend", "at_most": "6"}
    why = {"key": "why", "kind": "text", "wording": {"en": "Why?"}, "show_if": condition}
    return {"code": code, "name": f"Survey {code}", "languages": ["en"], "questions": [score, why], **changes}


def scorecard(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """One item that is so or is not, unless there are others."""
    code = f"scorecard-{next(_numbers)}"
    listed = list(items) or [{"key": "greeted", "title": "Greeted"}]
    return {"code": code, "name": f"Scorecard {code}", "items": listed, **changes}


def sale(**changes: Any) -> dict[str, Any]:
    return {
        "source": "till",
        "receipt_no": f"R-{next(_numbers)}",
        "occurred_at": "2026-03-01T10:15:00+00:00",
        "currency": "GBP",
        "lines": [line()],
        "payments": [{"method": "card", "amount": "10.00"}],
        "total": "10.00",
        **changes,
    }
