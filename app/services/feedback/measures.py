"""Figures of feedback: what the database counted, and how far each may be off."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from app.core.context import Context
from app.core.errors import invalid
from app.rules.customers import tag_word
from app.rules.feedback.feedback import Method
from app.rules.kit import statistics
from app.rules.kit.periods import Every, Period, periods
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
    since, before = _span(ctx, query)
    by_period = _periods(query.group_by, since, before, query.time_zone)
    tag = None if query.tag is None else tag_word(query.tag)
    return figures.with_intervals(await store.measures(ctx, query, since, before, by_period, tag), _with_interval)


async def methods(ctx: Context, query: MethodsQuery) -> str:
    return figures.with_intervals(await store.methods(ctx, query, *_span(ctx, query)), _with_interval)


async def gaps(ctx: Context, query: GapsQuery) -> str:
    return figures.with_intervals(await comparisons.gaps(ctx, query, *_span(ctx, query)), _with_interval)


async def competitors(ctx: Context, query: CompetitorsQuery) -> str:
    counted = await comparisons.competitors(ctx, query, *_span(ctx, query), PUBLIC)
    return figures.with_intervals(counted, _with_interval)


async def loop(ctx: Context, query: LoopQuery) -> str:
    since, before = _span(ctx, query)
    by_period = _periods(query.group_by, since, before, query.time_zone)
    forgotten_before = ctx.now - timedelta(days=query.forgotten_after_days)
    counted = await comparisons.loop(ctx, query, since, before, forgotten_before, by_period)
    return figures.with_intervals(counted, _with_interval)


def _span(ctx: Context, query: Span) -> tuple[datetime, datetime]:
    return figures.period(ctx, query.since, query.before, default=USUAL, longest=LONGEST, parameter="since")


def _periods(by: str | None, since: datetime, before: datetime, time_zone: str) -> list[Period] | None:
    """The periods that it is grouped by, None if it is grouped by something else; 422 for too many."""
    if by not in list(Every):
        return None
    if by == Every.DAY and figures.is_longer(since, before, timedelta(days=MOST_DAYS)):
        raise invalid("/query/group_by", "too_many", f"Grouping by day allows periods of at most {MOST_DAYS} days")
    return periods(Every(by), since, before, time_zone)


def _with_interval(counted: Figures) -> Figures:
    if "count" in counted and "total" in counted:
        return counted | figures.share(counted["count"], counted["total"])
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
