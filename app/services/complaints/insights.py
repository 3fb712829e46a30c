"""Figures about complaints: what the database counted, and how far each may be off."""

from datetime import timedelta

from app.core.context import Context
from app.schemas.complaints.insights import InsightsQuery
from app.services.kit import figures
from app.services.kit.figures import Figures
from app.store.complaints import insights as store

LONGEST = timedelta(days=400)
"""What can be summed up at once: a year, with the same month of the year before."""
_DEFAULT = timedelta(days=90)


async def insights(ctx: Context, query: InsightsQuery) -> str:
    since, before = figures.period(
        ctx, query.received_since, query.received_before, default=_DEFAULT, longest=LONGEST, parameter="received_since"
    )
    return figures.with_intervals(await store.insights(ctx, query, since, before), with_share)


def with_share(counted: Figures) -> Figures:
    """Shares of all cases, or of those that are `mature`, get their value and where it may lie."""
    total = counted.get("total", counted.get("mature"))
    return counted | figures.share(counted["count"], total) if "count" in counted and total is not None else counted
