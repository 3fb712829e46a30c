from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.store.kit import rows

_MISSING = "Remedy not found"


async def add(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "complaint_remedies", [{**row, "recorded_at": ctx.now} for row in values])


async def of_complaint(ctx: Context, complaint_id: UUID) -> list[Record]:
    return await ctx.db.fetch(
        "SELECT * FROM complaint_remedies WHERE complaint_id = $1 ORDER BY position, id", complaint_id
    )


async def recorded_on_arrival(ctx: Context, complaint_ids: Collection[UUID]) -> set[str]:
    """The ids of the remedies that complaints were recorded with."""
    found = await ctx.db.fetch(
        "SELECT r.id FROM complaint_remedies r "
        "JOIN complaints c ON c.id = r.complaint_id AND r.recorded_at = c.created_at WHERE c.id = ANY ($1::uuid[])",
        list(complaint_ids),
    )
    return {str(row["id"]) for row in found}


async def get(ctx: Context, complaint_id: UUID, remedy_id: UUID) -> Record:
    row = await ctx.db.fetchrow(
        "SELECT * FROM complaint_remedies WHERE id = $1 AND complaint_id = $2", remedy_id, complaint_id
    )
    if row is None:
        raise NotFound(_MISSING)
    return row


async def change(ctx: Context, remedy_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "complaint_remedies", remedy_id, values)


async def decide(ctx: Context, complaint_id: UUID, accepted: Iterable[UUID], at: datetime) -> None:
    """Accept these of the offered remedies and refuse the others."""
    await ctx.db.execute(
        "UPDATE complaint_remedies SET version = version + 1, "
        "state = CASE WHEN id = ANY ($2::uuid[]) THEN 'accepted' ELSE 'refused' END, "
        "decided_at = $3 WHERE complaint_id = $1 AND state = 'offered'",
        complaint_id,
        list(accepted),
        at,
    )
