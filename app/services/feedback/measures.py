"""Figures of feedback: what the database counted, and how far each may be off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.context import Context
from app.core.errors import invalid
from app.rules.feedback.feedback import Method
from app.rules.kit import statistics
from app.rules.kit.periods import Every, periods
from app.schemas.feedback.comparisons import CompetitorsQuery, GapsQuery, LoopQuery
from app.schemas.feedback.measures import MeasuresQuery, MethodsQuery, Span
from app.services.kit import figures
from app.services.kit.figures import Figures
from app.store.feedback import comparisons
from app.store.feedback import measures as store

USUAL, LONGEST = timedelta(days=90), timedelta(days=3_700)
MOST_DAYS = 400
"""Longer times are told by week at least."""
PUBLIC = (Method.REVIEW, Method.SOCIAL)
"""What people say about a business without being asked: ours is like that of others."""


async def measures(ctx: Context, query: MeasuresQuery) -> str:
    values = _asked(ctx, query) | _periods(ctx, query, query.by, query.time_zone)
    if query.by is None:
        values["limit"] = 0
    return figures.with_intervals(
        await store.measures(ctx, query.metric, query.by, query.tag is not None, values), _with_interval
    )


async def methods(ctx: Context, query: MethodsQuery) -> str:
    return figures.with_intervals(await store.methods(ctx, _asked(ctx, query)), _with_interval)


async def gaps(ctx: Context, query: GapsQuery) -> str:
    return figures.with_intervals(await comparisons.gaps(ctx, _asked(ctx, query)), _with_interval)


async def competitors(ctx: Context, query: CompetitorsQuery) -> str:
    return figures.with_intervals(
        await comparisons.competitors(ctx, _asked(ctx, query) | {"methods": PUBLIC}), _with_interval
    )


async def loop(ctx: Context, query: LoopQuery) -> str:
    values = _asked(ctx, query) | _periods(ctx, query, query.by, query.time_zone)
    values["forgotten"] = ctx.now - timedelta(days=query.waiting_days)
    return figures.with_intervals(await comparisons.loop(ctx, query.by, values), _with_interval)


def _asked(ctx: Context, query: Span) -> dict[str, Any]:
    since, before = _span(ctx, query)
    return {name: getattr(query, name) for name in type(query).model_fields} | {"since": since, "before": before}


def _span(ctx: Context, query: Span) -> tuple[datetime, datetime]:
    return figures.period(ctx, query.since, query.before, default=USUAL, longest=LONGEST, parameter="since")


def _periods(ctx: Context, query: Span, by: str | None, time_zone: str) -> dict[str, Any]:
    """When the periods begin, and what they are called, if it is grouped by such; 422 for too many."""
    if by not in list(Every):
        return {}
    since, before = _span(ctx, query)
    if by == Every.DAY and figures.is_longer(since, before, timedelta(days=MOST_DAYS)):
        raise invalid("/query/by", "too_many", f"Grouping by day allows periods of at most {MOST_DAYS} days")
    found = periods(Every(by), since, before, time_zone)
    return {
        "starts": [period.starts_at for period in found],
        "names": [period.day.isoformat() for period in found],
        "limit": len(found),
    }


def _with_interval(counted: Figures) -> Figures:
    if "count" in counted and "of" in counted:
        return counted | figures.share(counted["count"], counted["of"])
    if "promoters" in counted:
        plus, minus = counted["promoters"], counted["detractors"]
        found = statistics.net(plus, minus, plus + minus + counted["passives"])
        return counted | _percent(found, ("nps", "low", "high"))
    if "gap" in counted:
        return counted | _mean(counted, "gap", counted["pairs"], -100)
    if "deviation" in counted:
        return counted | _mean(counted, "mean", counted["answers"], 0)
    return counted


def _percent(found: statistics.Share | None, names: Sequence[str]) -> Figures:
    if found is None:
        return dict.fromkeys(names)
    values = (found.share, found.low, found.high)
    return {name: round(value * 100, 2) for name, value in zip(names, values, strict=True)}


def _mean(counted: Figures, name: str, cases: int, least: int) -> Figures:
    """In place of how far the cases are spread: where their mean may lie, which is on the scale for certain."""
    value, deviation = counted[name], counted.pop("deviation")
    found = None
    if deviation is not None:
        found = statistics.mean_interval(Decimal(str(value)), Decimal(str(deviation)), cases)
    low, high = (
        (None, None) if found is None else (round(float(min(max(b, Decimal(least)), Decimal(100))), 2) for b in found)
    )
    return {name: None if value is None else round(value, 2), "low": low, "high": high}
