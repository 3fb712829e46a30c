from datetime import datetime

from app.core.context import Context
from app.rules.interactions.tasks import TaskDue, TaskStatus, due_until
from app.schemas.interactions import tasks as schemas
from app.store.customers import customer_references
from app.store.kit import documents
from app.store.kit.listing import Listing, Page
from app.store.kit.references import Lookup, Reference, sent_before
from app.store.kit.tables import Table

# The same expression as in the indexes: tasks without a date come last.
_DUE = "coalesce(t.due_at, 'infinity'::timestamptz)"
_OPEN = "t.status = 'open'"
_OPEN_LOOP = (
    "(t.feedback_id IS NOT NULL AND EXISTS (SELECT FROM feedback f WHERE f.id = t.feedback_id AND f.closed_at IS NULL))"
)
_LIST = Listing(
    "tasks",
    documents.columns(schemas.Task, "t", {"open_loop": _OPEN_LOOP}),
    "tasks",
    "t",
    schemas.TaskQuery,
    {
        "owner": "lower(t.owner) = lower({})",
        "customer_id": "t.customer_id = {}",
        "interaction_id": "t.interaction_id = {}",
        "feedback_id": "t.feedback_id = {}",
        "complaint_id": "t.complaint_id = {}",
        "source": "t.source = {}",
        "external_id": "t.external_id = {}",
        # Literal conditions, so that the planner sees which partial index fits.
        "status": {status: f"t.status = '{status}'" for status in TaskStatus},
        "due": dict.fromkeys(TaskDue, _OPEN),
        "due_until": f"{_DUE} < {{}}",
        "due_since": f"t.due_at IS NOT NULL AND {_DUE} >= {{}}",
        "due_before": f"{_DUE} < {{}}",
        "awake_at": "(t.snoozed_until IS NULL OR t.snoozed_until <= {})",
        "asleep_at": "t.snoozed_until > {}",
    },
    {"due_at": (_DUE, "timestamptz"), "created_at": ("t.created_at", "timestamptz")},
    handled=frozenset({"awake"}),
    unbound=frozenset({"due_until", "awake_at", "asleep_at"}),
)
TASKS = Table("task", _LIST)
REFERENCES = Lookup(
    sent_before("task", "tasks"),
    *customer_references(facts=False),
    *(
        Reference(
            noun,
            {"id": "UUID"},
            f"JOIN {table} r USING (id)",
            "r.id",
            "json_build_object('customer_id', r.customer_id)::text",
        )
        for noun, table in (("interaction", "interactions"), ("complaint", "complaints"), ("feedback", "feedback"))
    ),
)
"""What tasks refer to: the same one, with the hash of what was sent; their customers; what they are about, and whose
that is.
"""


async def page(ctx: Context, query: schemas.TaskQuery) -> Page:
    filters: dict[str, datetime] = {}
    if query.due is not None:
        filters["due_until"] = due_until(query.due, ctx.now)
    if query.awake is not None:
        filters["awake_at" if query.awake else "asleep_at"] = ctx.now
    return await _LIST.page(ctx, query, filters)
