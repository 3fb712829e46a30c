"""Figures of sales: what the database counted, and how far the shares may be off."""

from datetime import timedelta

from app.core.context import Context
from app.core.errors import invalid
from app.rules.customers import tag_word
from app.schemas.sales.measures import SalesMeasuresQuery
from app.services.kit import figures
from app.services.kit.figures import Figures
from app.store.sales import measures as store

USUAL, LONGEST = timedelta(days=90), timedelta(days=3_700)
MOST_DAYS = timedelta(days=400)
"""Longer periods are grouped by week at least."""


async def measures(ctx: Context, query: SalesMeasuresQuery) -> str:
    """422 for a period that is too long, ends before it begins, or for the same group twice."""
    # A trading day may begin before it does in UTC.
    before = query.before or ctx.now.date() + timedelta(days=2)
    since = query.since or before - USUAL
    if since >= before:
        raise invalid("/query/since", "order", "Must be before the end of the period")
    if before - since > LONGEST:
        raise invalid("/query/since", "too_long", f"The period must be at most {LONGEST.days} days long")
    if "day" in (query.group_by, query.then_by) and before - since > MOST_DAYS:
        detail = f"Grouping by day allows periods of at most {MOST_DAYS.days} days"
        raise invalid("/query/group_by", "too_many", detail)
    if query.then_by is not None and query.group_by is None:
        raise invalid("/query/then_by", "missing", "`then_by` groups within `group_by`, which is missing")
    if query.then_by is not None and query.then_by == query.group_by:
        raise invalid("/query/then_by", "duplicate", "Must differ from `group_by`")
    tag = None if query.tag is None else tag_word(query.tag)
    counted = await store.measures(ctx, query, since, before, tag)
    return figures.with_intervals(counted, _with_interval)


def _with_interval(counted: Figures) -> Figures:
    if "count" in counted and "total" in counted:
        return counted | figures.share(counted["count"], counted["total"])
    return counted
