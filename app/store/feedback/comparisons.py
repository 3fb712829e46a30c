"""Feedback set beside expectations, competitors and what was made of it; each result is one statement."""

from collections.abc import Sequence
from datetime import datetime

from app.core.context import Context
from app.rules.feedback.feedback import Method
from app.rules.kit.periods import Period
from app.schemas.feedback.comparisons import CompetitorsQuery, GapsQuery, LoopQuery
from app.store.feedback.measures import grouping
from app.store.kit import aggregates, sql

_GAPS = sql.load("feedback/gaps.sql")
_COMPETITORS = sql.load("feedback/competitors.sql")
_LOOP = sql.load("feedback/loop.sql")


async def gaps(ctx: Context, query: GapsQuery, since: datetime, before: datetime) -> str:
    return await aggregates.fetch(ctx, _GAPS, query.model_dump() | {"since": since, "before": before})


async def competitors(
    ctx: Context, query: CompetitorsQuery, since: datetime, before: datetime, methods: Sequence[Method]
) -> str:
    """`methods` are those of ours that are comparable."""
    values = query.model_dump() | {"since": since, "before": before, "methods": methods}
    return await aggregates.fetch(ctx, _COMPETITORS, values)


async def loop(
    ctx: Context,
    query: LoopQuery,
    since: datetime,
    before: datetime,
    forgotten_before: datetime,
    periods: Sequence[Period] | None,
) -> str:
    """`periods` are those that it is grouped by, the earliest first; None where it is grouped by something else."""
    values = query.model_dump(exclude={"time_zone", "forgotten_after_days"}) | grouping(periods)
    values |= {"since": since, "before": before, "forgotten_before": forgotten_before}
    return await aggregates.fetch(ctx, _LOOP, values)
