"""Which customers took part in contacts of others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.context import Context
from app.rules.kit.event_types import INTERACTION_ATTENDED
from app.store.kit import activity


async def of_interactions(ctx: Context, interaction_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """Pairs of (interaction_id, customer_id)."""
    found = await ctx.db.fetch(
        "SELECT interaction_id, customer_id FROM interaction_participants WHERE interaction_id = ANY ($1::uuid[])",
        list(interaction_ids),
    )
    return [(row[0], row[1]) for row in found]


async def add(ctx: Context, participants: Sequence[tuple[UUID, UUID, datetime]]) -> None:
    """Rows of (interaction_id, customer_id, happened_at)."""
    await ctx.db.execute(_ADD, *(list(column) for column in zip(*participants, strict=True)), ctx.now)


async def remove(ctx: Context, participants: Sequence[tuple[UUID, UUID]]) -> None:
    """Pairs of (interaction_id, customer_id), and the entries on the timelines of these customers."""
    if not participants:
        return
    pairs = [list(column) for column in zip(*participants, strict=True)]
    gone = "SELECT * FROM unnest($1::uuid[], $2::uuid[])"
    await ctx.db.execute(
        f"DELETE FROM interaction_participants WHERE (interaction_id, customer_id) IN ({gone})", *pairs
    )
    await ctx.db.execute(
        f"UPDATE events SET customer_id = NULL WHERE (subject_id, customer_id) IN ({gone}) AND type = $3",
        *pairs,
        INTERACTION_ATTENDED.name,
    )
    await activity.find_known_since(ctx, {customer_id for _, customer_id in participants})


async def set_times(ctx: Context, interaction_ids: Sequence[UUID]) -> None:
    """Copy the times of interactions to their participants."""
    if interaction_ids:
        await ctx.db.execute(
            "UPDATE interaction_participants p SET happened_at = i.happened_at FROM interactions i "
            "WHERE i.id = p.interaction_id AND i.id = ANY ($1::uuid[]) AND p.happened_at <> i.happened_at",
            list(interaction_ids),
        )


_ADD = f"""
    WITH p AS (
        INSERT INTO interaction_participants (interaction_id, customer_id, happened_at)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) RETURNING *
    ),
    f AS (
        SELECT p.customer_id, p.happened_at, i.state, i.direction FROM p JOIN interactions i ON i.id = p.interaction_id
    ),
    {activity.contacted("f", "$4::timestamptz")}
    SELECT
"""
