"""The clocks of complaints with their intervals, and the escalation steps that were made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.store.kit import rows

CLOCK = (
    "id",
    "complaint_id",
    "received_at",
    "metric",
    "cycle",
    "policy_id",
    "policy_version",
    "calendar_id",
    "calendar_version",
    "target_minutes",
    "state",
    "started_at",
    "due_at",
    "met_at",
    "cancelled_at",
    "breached_at",
)
INTERVAL = ("clock_id", "position", "kind", "starts_at", "ends_at", "reason")


async def clocks_of_complaints(ctx: Context, complaint_ids: Iterable[UUID]) -> list[Record]:
    """The clocks, oldest first, with `made` (at_minutes of the escalation steps made) and intervals as columns."""
    return await ctx.db.fetch(_CLOCKS, list(complaint_ids))


async def save_clocks(
    ctx: Context,
    clocks: Sequence[Mapping[str, Any]],
    intervals: Sequence[Mapping[str, Any]],
    shortened: Sequence[tuple[UUID, int]] = (),
) -> None:
    """Insert or update clocks and their intervals; `shortened` says of which clocks there are only so many."""
    for statement, table, names, values in (
        (_SAVE_CLOCKS, "complaint_clocks", CLOCK, clocks),
        (_SAVE_INTERVALS, "clock_intervals", INTERVAL, intervals),
    ):
        if values:
            listed = [tuple(row[name] for name in names) for row in values]
            await ctx.db.execute(statement, *rows.arguments(table, names, listed))
    if shortened:
        await ctx.db.execute(_SHORTEN, *(list(column) for column in zip(*shortened, strict=True)))


async def add_escalations(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "complaint_escalations", values)


async def escalations(ctx: Context, complaint_id: UUID) -> list[Record]:
    """The escalation steps that were made, first to last."""
    return await ctx.db.fetch(
        "SELECT * FROM complaint_escalations WHERE complaint_id = $1 ORDER BY made_at, id", complaint_id
    )


_CLOCKS = """
    SELECT k.*,
        ARRAY(SELECT e.at_minutes FROM complaint_escalations e WHERE e.clock_id = k.id) AS made, i.*
    FROM complaint_clocks k
    CROSS JOIN LATERAL (
        SELECT array_agg(kind ORDER BY position) AS kinds, array_agg(starts_at ORDER BY position) AS starts,
            array_agg(ends_at ORDER BY position) AS ends, array_agg(reason ORDER BY position) AS reasons
        FROM clock_intervals WHERE clock_id = k.id
    ) i
    WHERE k.complaint_id = ANY ($1::uuid[])
    ORDER BY k.complaint_id, k.started_at, k.metric, k.cycle
"""
_CHANGING = ", ".join(f"{name} = excluded.{name}" for name in CLOCK[5:])
_SAVE_CLOCKS = f"""
    INSERT INTO complaint_clocks ({", ".join(CLOCK)}) {rows.unnested("complaint_clocks", CLOCK)}
    ON CONFLICT (id) DO UPDATE SET {_CHANGING}
"""
_SAVE_INTERVALS = f"""
    INSERT INTO clock_intervals ({", ".join(INTERVAL)}) {rows.unnested("clock_intervals", INTERVAL)}
    ON CONFLICT (clock_id, position) DO UPDATE SET
        kind = excluded.kind, starts_at = excluded.starts_at, ends_at = excluded.ends_at, reason = excluded.reason
"""
_SHORTEN = """
    DELETE FROM clock_intervals i USING unnest($1::uuid[], $2::int[]) AS s(clock_id, count)
    WHERE i.clock_id = s.clock_id AND i.position > s.count
"""
