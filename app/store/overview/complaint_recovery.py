"""Whether customers came back after a complaint, and how much they have spent since: each result is one statement."""

from datetime import datetime
from uuid import UUID

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.overview.complaint_recovery import RecoveryQuery
from app.store import complaints
from app.store.kit import aggregates, sql

_ONE = sql.load("overview/complaint_recovery.sql")
_GROUPS = sql.load("overview/complaint_recovery_groups.sql")


async def one(ctx: Context, complaint_id: UUID) -> str:
    found: str | None = await ctx.db.fetchval(
        _ONE.text, *_ONE.arguments({"now": ctx.now, "complaint_id": complaint_id})
    )
    if found is None:
        raise NotFound(complaints.COMPLAINTS.missing)
    return found


async def groups(ctx: Context, query: RecoveryQuery, since: datetime, before: datetime) -> str:
    """Shares as `count` of `mature` or `of`, means with their `deviation`: their intervals are not the database's."""
    values = {"now": ctx.now, "since": since, "before": before, "group_by": query.group_by, "limit": query.limit}
    return await aggregates.fetch(ctx, _GROUPS, values | complaints.filters(query))
