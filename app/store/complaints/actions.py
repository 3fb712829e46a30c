from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.schemas.complaints.actions import Action, ActionQuery
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page

_MISSING = "Action not found"
_SELECT = documents.select_one(Action, "complaint_actions a", "a")
_LIST = Listing(
    "actions of complaints",
    documents.columns(Action, "a"),
    "complaint_actions",
    "a",
    ActionQuery,
    {
        "complaint_id": "a.complaint_id = {}",
        "kind": "a.kind = {}",
        "owner": "a.owner = {}",
        # Spelled out, so that the planner sees which partial index fits.
        "done": {True: "a.done_at IS NOT NULL", False: "a.done_at IS NULL"},
        "verified": {True: "a.verified_at IS NOT NULL", False: "a.verified_at IS NULL"},
        "due_before": "coalesce(a.due_on, 'infinity'::date) < {}",
    },
    # Actions without a due date come last, as in the index.
    {"due_on": ("coalesce(a.due_on, 'infinity'::date)", "date")},
)


async def add(ctx: Context, values: Mapping[str, Any]) -> None:
    await rows.insert(ctx, "complaint_actions", [values])


async def count(ctx: Context, complaint_id: UUID) -> int:
    counted: int = await ctx.db.fetchval("SELECT count(*) FROM complaint_actions WHERE complaint_id = $1", complaint_id)
    return counted


async def get(ctx: Context, complaint_id: UUID, action_id: UUID) -> Document:
    return await documents.fetch(
        ctx, f"{_SELECT} WHERE a.id = $1 AND a.complaint_id = $2", action_id, complaint_id, missing=_MISSING
    )


async def change(ctx: Context, action_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "complaint_actions", action_id, {**values, "updated_at": ctx.now})


async def page(ctx: Context, query: ActionQuery) -> Page:
    return await _LIST.page(ctx, query)
