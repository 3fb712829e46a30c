"""How complaints are dealt with, summed up in one statement."""

from datetime import datetime

from app.core.context import Context
from app.schemas.complaints.insights import InsightsQuery, Scope
from app.store.kit import aggregates, sql

_INSIGHTS = sql.load("complaints/insights.sql")


async def insights(ctx: Context, query: InsightsQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `of` or `mature`: their intervals are not the database's."""
    values = {"now": ctx.now, "since": since, "before": before, "interval": query.interval, **filters(query)}
    return await aggregates.fetch(ctx, _INSIGHTS, values)


def filters(query: Scope) -> dict[str, str | None]:
    """Which complaints are asked for, as parameters: column and value; None where it is not asked for."""
    return {name: getattr(query, name) for name in Scope.model_fields}
