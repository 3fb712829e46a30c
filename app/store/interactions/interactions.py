import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.schemas.interactions import interactions as schemas
from app.store.customers import customer_references
from app.store.kit import documents
from app.store.kit.listing import Listing
from app.store.kit.references import Lookup, sent_before
from app.store.kit.tables import Table

_UNANSWERED = "i.awaits_answer AND i.answered_at IS NULL"
_FIRST_TASK = "FROM tasks t WHERE t.interaction_id = i.id ORDER BY t.id LIMIT 1"
_OWN = {
    "task_id": f"(SELECT t.id {_FIRST_TASK})",
    "awaits_answer": f"({_UNANSWERED})",
    "answer_seconds": "CASE WHEN i.answered_at IS NOT NULL THEN "
    "greatest(floor(extract(epoch FROM i.answered_at - i.happened_at)), 0)::bigint END",
}
_LIST = Listing(
    "interactions",
    documents.columns(schemas.Interaction, "i", _OWN),
    "interactions",
    "i",
    schemas.InteractionQuery,
    {
        "customer_id": "i.customer_id = {}",
        "claimed": {True: "i.customer_id IS NOT NULL", False: "i.customer_id IS NULL"},
        "kind": "i.kind = {}",
        "channel": "i.channel = {}",
        "direction": "i.direction = {}",
        # Literal conditions, so that the planner sees which partial index fits.
        "state": {
            "held": "i.state = 'held'",
            "planned": "i.state <> 'held' AND i.state = 'planned'",
            "missed": "i.state <> 'held' AND i.state = 'missed'",
            "cancelled": "i.state <> 'held' AND i.state = 'cancelled'",
        },
        "staff": "i.staff = {}",
        "thread": "i.thread = {}",
        "source": "i.source = {}",
        "external_id": "i.external_id = {}",
        "unanswered": {True: _UNANSWERED, False: f"NOT ({_UNANSWERED})"},
        "happened_since": "i.happened_at >= {}",
        "happened_before": "i.happened_at < {}",
    },
    {"happened_at": ("i.happened_at", "timestamptz")},
)
INTERACTIONS = Table("interaction", _LIST)


def counts(alias: str, now: str) -> str:
    """Condition: a contact that took place, which is neither planned, missed or cancelled nor still to come."""
    return f"{alias}.state = 'held' AND {alias}.happened_at <= {now}"


async def contents(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The JSON of interactions by id, with the next step as it was first recorded."""
    stored = await ctx.db.fetch(_STORED, list(ids))
    return {row["id"]: json.loads(row["json"]) for row in stored}


async def unwelcome_channels(ctx: Context, customer_id: UUID) -> list[dict[str, Any]]:
    """The channels that a customer does not want to be contacted on, with reason and since when."""
    preference = await ctx.db.fetchval(
        "SELECT preferences ->> 'unwelcome_channels' FROM customers WHERE id = $1", customer_id
    )
    channels: list[dict[str, Any]] = json.loads(preference) if preference else []
    return channels


REFERENCES = Lookup(
    sent_before("interaction", "interactions"),
    *customer_references(),
)
"""What interactions refer to: those with the same key, with their content hash, and their customers."""
_NEXT_STEP = (
    f"(SELECT json_build_object('what', t.what, 'owner', t.owner, 'due_at', {documents.timestamp('t.due_at')}) "
    f"{_FIRST_TASK})"
)
_STORED = f"""
    SELECT i.id, row_to_json(d)::text AS json FROM interactions i
    CROSS JOIN LATERAL (SELECT {INTERACTIONS.columns}, {_NEXT_STEP} AS next_step) d WHERE i.id = ANY ($1::uuid[])
"""
