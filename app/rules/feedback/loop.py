"""The steps of closing the loop: in which order they come, and when the loop is closed."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.rules.kit import moments

STEPS = ("acknowledged", "acted", "notified")
_DETAILS = {"acknowledged": ("by", "channel"), "acted": ("by", "action"), "notified": ("by", "channel")}


def closed_at(acted_at: datetime | None, notified_at: datetime | None, *, nobody: bool) -> datetime | None:
    """When it was acted upon and the customer notified; where there is nobody to notify, acted upon is enough."""
    if acted_at is None:
        return None
    if notified_at is not None:
        return max(acted_at, notified_at)
    return acted_at if nobody else None


def too_early(step: str, at: datetime, collected_at: datetime, acted_at: datetime | None) -> str | None:
    """Why a step cannot have been at this moment."""
    if at < collected_at:
        return moments.not_before("collected_at")
    if step == "notified" and acted_at is not None and at < acted_at:
        return moments.not_before("acted_at")
    return None


def faults(past: Mapping[str, Any], collected_at: datetime, now: datetime) -> Iterator[tuple[str, str, str]]:
    """Faults of a loop that was closed in another system: field, code and detail of each."""
    for step in STEPS:
        at = past[f"{step}_at"]
        if at is None:
            for name in _DETAILS[step]:
                field = name if name == "action" else f"{step}_{name}"
                if past[field] is not None:
                    yield f"{step}_at", "missing", f"Required with `{field}`"
                    break
        elif at > now:
            yield f"{step}_at", moments.IN_THE_FUTURE, moments.FUTURE_DETAIL
        elif (reason := too_early(step, at, collected_at, past["acted_at"])) is not None:
            yield f"{step}_at", moments.OUT_OF_ORDER, reason
    if past["notified_at"] is not None and past["acted_at"] is None:
        yield "acted_at", "missing", "Required where the customer was notified"
