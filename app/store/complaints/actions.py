from uuid import UUID

from app.core.context import Context
from app.schemas.complaints.actions import Action, ActionQuery
from app.store.kit import documents
from app.store.kit.documents import Document
from app.store.kit.listing import Listing
from app.store.kit.tables import Table

_LIST = Listing(
    "actions of complaints",
    documents.columns(Action, "a"),
    "complaint_actions",
    "a",
    ActionQuery,
    {
        "complaint_id": "a.complaint_id = {}",
        "kind": "a.kind = {}",
        "owner": "lower(a.owner) = lower({})",
        # Spelled out, so that the planner sees which partial index fits.
        "done": {True: "a.done_at IS NOT NULL", False: "a.done_at IS NULL"},
        "verified": {True: "a.verified_at IS NOT NULL", False: "a.verified_at IS NULL"},
        "due_before": "coalesce(a.due_on, 'infinity'::date) < {}",
    },
    # Actions without a due date come last, as in the index.
    {"due_on": ("coalesce(a.due_on, 'infinity'::date)", "date")},
)
ACTIONS = Table("action", _LIST)
_ONE = documents.select_one(ACTIONS.columns, "complaint_actions a", "a")


async def count(ctx: Context, complaint_id: UUID) -> int:
    counted: int = await ctx.db.fetchval("SELECT count(*) FROM complaint_actions WHERE complaint_id = $1", complaint_id)
    return counted


async def get(ctx: Context, complaint_id: UUID, action_id: UUID) -> Document:
    return await documents.fetch(
        ctx, f"{_ONE} WHERE a.id = $1 AND a.complaint_id = $2", action_id, complaint_id, missing=ACTIONS.missing
    )
