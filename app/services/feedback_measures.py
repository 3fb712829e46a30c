"""Figures of feedback: what the database counted, and how far each may be off."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.context import Context
from app.core.errors import invalid
from app.rules import statistics
from app.rules.feedback import Method
from app.rules.periods import Every, periods
from app.schemas.feedback_comparisons import CompetitorsQuery, GapsQuery, LoopQuery
from app.schemas.feedback_measures import MeasuresQuery, MethodsQuery, Span
from app.store import feedback_comparisons as comparisons
from app.store import feedback_measures as store

USUAL, LONGEST = timedelta(days=90), timedelta(days=3_700)
MOST_DAYS = 400
"""Longer times are told by week at least."""
PUBLIC = (Method.REVIEW, Method.SOCIAL)
"""What people say about a business without being asked: ours is like that of others."""
_INSTANT = timedelta(microseconds=1)


async def measures(ctx: Context, query: MeasuresQuery) -> str:
    values = _asked(ctx, query) | _periods(ctx, query, query.by, query.time_zone)
    if query.by is None:
        values["limit"] = 0
    return _measured(await store.measures(ctx, query.metric, query.by, query.tag is not None, values))


async def methods(ctx: Context, query: MethodsQuery) -> str:
    return _measured(await store.methods(ctx, _asked(ctx, query)))


async def gaps(ctx: Context, query: GapsQuery) -> str:
    return _measured(await comparisons.gaps(ctx, _asked(ctx, query)))


async def competitors(ctx: Context, query: CompetitorsQuery) -> str:
    return _measured(await comparisons.competitors(ctx, _asked(ctx, query) | {"methods": PUBLIC}))


async def loop(ctx: Context, query: LoopQuery) -> str:
    values = _asked(ctx, query) | _periods(ctx, query, query.by, query.time_zone)
    values["forgotten"] = ctx.now - timedelta(days=query.waiting_days)
    return _measured(await comparisons.loop(ctx, query.by, values))


def _asked(ctx: Context, query: Span) -> dict[str, Any]:
    since, before = _span(ctx, query)
    return {name: getattr(query, name) for name in type(query).model_fields} | {"since": since, "before": before}


def _span(ctx: Context, query: Span) -> tuple[datetime, datetime]:
    """422 for a time that ends before it begins, or is too long."""
    since = query.since or (query.before or ctx.now) - USUAL
    before = query.before or ctx.now + _INSTANT  # what is collected at this very moment is in it
    if since >= before:
        raise invalid("/query/since", "order", "Should be before the end of the time")
    if before - since > LONGEST + _INSTANT:
        raise invalid("/query/since", "too_long", f"Should be at most {LONGEST.days} days before its end")
    return since, before


def _periods(ctx: Context, query: Span, by: str | None, time_zone: str) -> dict[str, Any]:
    """When the periods begin, and what they are called, if it is grouped by such; 422 for too many."""
    if by not in list(Every):
        return {}
    since, before = _span(ctx, query)
    if by == Every.DAY and before - since > timedelta(days=MOST_DAYS) + _INSTANT:
        raise invalid("/query/by", "too_many", f"Should be at most {MOST_DAYS} days")
    found = periods(Every(by), since, before, time_zone)
    return {
        "starts": [period.starts_at for period in found],
        "names": [period.day.isoformat() for period in found],
        "limit": len(found),
    }


def _measured(counted: str) -> str:
    return json.dumps(json.loads(counted, object_hook=_with_interval), ensure_ascii=False, separators=(",", ":"))


def _with_interval(figures: dict[str, Any]) -> dict[str, Any]:
    if "count" in figures and "of" in figures:
        found = statistics.share(figures["count"], figures["of"])
        return figures | _spread(found, 1, 4, ("share", "low", "high"))
    if "promoters" in figures:
        plus, minus = figures["promoters"], figures["detractors"]
        found = statistics.net(plus, minus, plus + minus + figures["passives"])
        return figures | _spread(found, 100, 2, ("nps", "low", "high"))
    if "gap" in figures:
        return figures | _mean(figures, "gap", figures["pairs"], -100)
    if "deviation" in figures:
        return figures | _mean(figures, "mean", figures["answers"], 0)
    return figures


def _spread(found: statistics.Share | None, times: int, places: int, names: Sequence[str]) -> dict[str, Any]:
    if found is None:
        return dict.fromkeys(names)
    values = (found.share, found.low, found.high)
    return {name: round(value * times, places) for name, value in zip(names, values, strict=True)}


def _mean(figures: dict[str, Any], name: str, cases: int, least: int) -> dict[str, Any]:
    """In place of how far the cases are spread: where their mean may lie, which is on the scale for certain."""
    value, deviation = figures[name], figures.pop("deviation")
    found = None
    if deviation is not None:
        found = statistics.mean_interval(Decimal(str(value)), Decimal(str(deviation)), cases)
    low, high = (
        (None, None) if found is None else (round(float(min(max(b, Decimal(least)), Decimal(100))), 2) for b in found)
    )
    return {name: None if value is None else round(value, 2), "low": low, "high": high}
