"""What the figures of feedback come to, counted in one statement from the facts in `ratings`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.core.context import Context
from app.rules.kit.periods import Period
from app.schemas.feedback.measures import MeasuresQuery, MethodsQuery
from app.store.kit import aggregates, sql

_MEASURES = sql.load("feedback/measures.sql")
_METHODS = sql.load("feedback/methods.sql")


async def measures(
    ctx: Context,
    query: MeasuresQuery,
    since: datetime,
    before: datetime,
    periods: Sequence[Period] | None,
    tag: str | None,
) -> str:
    """Shares as `count` of `of`, means with the `deviation` of their cases: intervals are not the database's.

    `periods` are those that it is grouped by, the earliest first; None where it is grouped by something else.
    `tag` is the word of the tag that is asked for.
    """
    span = {"since": since, "before": before, "tag": tag}
    values = query.model_dump(exclude={"time_zone"}) | span | grouping(periods)
    return await aggregates.fetch(ctx, _MEASURES, values)


async def methods(ctx: Context, query: MethodsQuery, since: datetime, before: datetime) -> str:
    return await aggregates.fetch(ctx, _METHODS, query.model_dump() | {"since": since, "before": before})


def grouping(periods: Sequence[Period] | None) -> dict[str, Any]:
    """When periods begin and what they are called, as parameters."""
    if periods is None:
        return {"period_starts": None, "period_keys": None}
    return {
        "period_starts": [period.starts_at for period in periods],
        "period_keys": [period.day.isoformat() for period in periods],
    }
