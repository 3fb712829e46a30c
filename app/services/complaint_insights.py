"""Figures about complaints: what the database counted, and how far each may be off."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import invalid
from app.rules import statistics
from app.schemas.complaint_insights import InsightsQuery
from app.schemas.complaint_recovery import RecoveryQuery
from app.store import complaint_insights as insights_store
from app.store import complaint_recovery as recovery_store

LONGEST = timedelta(days=400)
"""What can be summed up at once: a year, with the same month of the year before."""
_CENT = Decimal("0.01")
_WORST, _BEST = Decimal(0), Decimal(100)
_INSTANT = timedelta(microseconds=1)


async def insights(ctx: Context, query: InsightsQuery) -> str:
    since, before = _period(ctx, query.received_since, query.received_before, timedelta(days=90), "received_since")
    return _measured(await insights_store.insights(ctx, query, since, before))


async def recovery(ctx: Context, complaint_id: UUID) -> str:
    return await recovery_store.one(ctx, complaint_id)


async def recoveries(ctx: Context, query: RecoveryQuery) -> str:
    since, before = _period(ctx, query.ended_since, query.ended_before, timedelta(days=365), "ended_since")
    return _measured(await recovery_store.groups(ctx, query, since, before))


def _period(
    ctx: Context, since: datetime | None, before: datetime | None, usual: timedelta, name: str
) -> tuple[datetime, datetime]:
    """422 for a time that ends before it begins, or is too long."""
    since = since or (before or ctx.now) - usual
    before = before or ctx.now + _INSTANT  # what happens at this very moment is in it
    if since >= before:
        raise invalid(f"/query/{name}", "order", "Should be before the end of the time")
    if before - since > LONGEST + _INSTANT:
        raise invalid(f"/query/{name}", "too_long", f"Should be at most {LONGEST.days} days before its end")
    return since, before


def _measured(counted: str) -> str:
    return json.dumps(json.loads(counted, object_hook=_with_interval), ensure_ascii=False, separators=(",", ":"))


def _with_interval(figures: dict[str, Any]) -> dict[str, Any]:
    """Shares get their value and where it may lie; so do means, in place of how far their cases are spread."""
    of = figures.get("of", figures.get("mature"))
    if "count" in figures and of is not None:
        found = statistics.share(figures["count"], of)
        values = (None, None, None) if found is None else (found.share, found.low, found.high)
        return figures | {
            name: None if value is None else round(value, 4)
            for name, value in zip(("share", "low", "high"), values, strict=True)
        }
    if "deviation" in figures:
        return figures | _mean(figures)
    return figures


def _mean(figures: dict[str, Any]) -> dict[str, Any]:
    deviation = figures.pop("deviation")
    if deviation is None:
        return {"low": None, "high": None}
    is_score = "mean_score" in figures
    mean = Decimal(figures["mean_score" if is_score else "change_per_month"])
    found = statistics.mean_interval(mean, Decimal(deviation), figures["customers"])
    assert found is not None, "what has a deviation has two cases"
    bounds = [min(max(bound, _WORST), _BEST) if is_score else bound for bound in found]
    low, high = (str(bound.quantize(_CENT) + 0) for bound in bounds)
    return {"low": low, "high": high}
