"""What belongs to a complaint: remedies, actions, and the steps of its procedure that were done."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.complaints import remedies_actions as schemas
from app.schemas.complaints.remedies_actions import Action
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page

_NO_REMEDY, _NO_ACTION = "Remedy not found", "Action not found"
_ACTION = documents.select_one(Action, "complaint_actions a", "a")
_ACTIONS = Listing(
    "actions of complaints",
    documents.columns(Action, "a"),
    "complaint_actions",
    "a",
    {
        "complaint_id": "a.complaint_id = {}",
        "kind": "a.kind = {}",
        "owner": "a.owner = {}",
        # Spelled out, so that the planner sees which partial index fits.
        "done": {True: "a.done_at IS NOT NULL", False: "a.done_at IS NULL"},
        "verified": {True: "a.verified_at IS NOT NULL", False: "a.verified_at IS NULL"},
        "due_before": "coalesce(a.due_on, 'infinity'::date) < {}",
    },
    # Those without a date come last, as the index has it.
    {"due_on": ("coalesce(a.due_on, 'infinity'::date)", "date")},
)


async def add_remedies(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "complaint_remedies", values)


async def remedies(ctx: Context, complaint_id: UUID) -> list[Record]:
    return await ctx.db.fetch(
        "SELECT * FROM complaint_remedies WHERE complaint_id = $1 ORDER BY position, id", complaint_id
    )


async def remedy(ctx: Context, complaint_id: UUID, remedy_id: UUID) -> Record:
    row = await ctx.db.fetchrow(
        "SELECT * FROM complaint_remedies WHERE id = $1 AND complaint_id = $2", remedy_id, complaint_id
    )
    if row is None:
        raise NotFound(_NO_REMEDY)
    return row


async def change_remedy(ctx: Context, remedy_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "complaint_remedies", remedy_id, values)


async def decide(ctx: Context, complaint_id: UUID, accepted: Iterable[UUID], at: datetime) -> None:
    """Of what is on offer, these are accepted and the others are refused."""
    await ctx.db.execute(
        "UPDATE complaint_remedies SET version = version + 1, "
        "state = CASE WHEN id = ANY ($2::uuid[]) THEN 'accepted' ELSE 'refused' END, "
        "decided_at = $3 WHERE complaint_id = $1 AND state = 'offered'",
        complaint_id,
        list(accepted),
        at,
    )


async def add_action(ctx: Context, values: Mapping[str, Any]) -> None:
    await rows.insert(ctx, "complaint_actions", [values])


async def count_actions(ctx: Context, complaint_id: UUID) -> int:
    return await ctx.db.fetchval("SELECT count(*) FROM complaint_actions WHERE complaint_id = $1", complaint_id)


async def action(ctx: Context, complaint_id: UUID, action_id: UUID) -> Document:
    return await documents.fetch(
        ctx, f"{_ACTION} WHERE a.id = $1 AND a.complaint_id = $2", action_id, complaint_id, missing=_NO_ACTION
    )


async def change_action(ctx: Context, action_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "complaint_actions", action_id, {**values, "updated_at": ctx.now})


async def actions(ctx: Context, query: schemas.ActionQuery) -> Page:
    return await _ACTIONS.page(ctx, query)


async def steps(ctx: Context, complaint_id: UUID) -> list[Record]:
    return await ctx.db.fetch("SELECT * FROM complaint_steps WHERE complaint_id = $1", complaint_id)


async def do_step(ctx: Context, complaint_id: UUID, step: str, done_by: str, note: str | None) -> None:
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
