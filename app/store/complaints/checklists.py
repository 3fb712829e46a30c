"""Which steps of its procedure a complaint has completed."""

from uuid import UUID

from asyncpg import Record

from app.core.context import Context


async def completed_steps(ctx: Context, complaint_id: UUID) -> list[Record]:
    return await ctx.db.fetch("SELECT * FROM complaint_steps WHERE complaint_id = $1", complaint_id)


async def complete_step(ctx: Context, complaint_id: UUID, step: str, done_by: str, note: str | None) -> None:
    await ctx.db.execute(
        "INSERT INTO complaint_steps (complaint_id, step, done_at, done_by, note) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (complaint_id, step) DO UPDATE SET done_by = excluded.done_by, note = excluded.note",
        complaint_id,
        step,
        ctx.now,
        done_by,
        note,
    )


async def undo_step(ctx: Context, complaint_id: UUID, step: str) -> None:
    await ctx.db.execute("DELETE FROM complaint_steps WHERE complaint_id = $1 AND step = $2", complaint_id, step)
