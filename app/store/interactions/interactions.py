import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import NotFound
from app.schemas.interactions import interactions as schemas
from app.store.customers import customer_references
from app.store.kit import documents, rows
from app.store.kit.documents import Document
from app.store.kit.listing import Listing, Page
from app.store.kit.references import Lookup, Reference

MISSING = "Interaction not found"
_UNANSWERED = "i.awaits_answer AND i.answered_at IS NULL"
_FIRST_TASK = "FROM tasks t WHERE t.interaction_id = i.id ORDER BY t.id LIMIT 1"
_OWN = {
    "task_id": f"(SELECT t.id {_FIRST_TASK})",
    "awaits_answer": f"({_UNANSWERED})",
    "answer_seconds": "CASE WHEN i.answered_at IS NOT NULL THEN "
    "greatest(floor(extract(epoch FROM i.answered_at - i.happened_at)), 0)::bigint END",
}
COLUMNS = documents.columns(schemas.Interaction, "i", _OWN)
_ONE = documents.select_one(schemas.Interaction, "interactions i", "i", _OWN)
_LIST = Listing(
    "interactions",
    COLUMNS,
    "interactions",
    "i",
    schemas.InteractionQuery,
    {
        "customer_id": "i.customer_id = {}",
        "claimed": {True: "i.customer_id IS NOT NULL", False: "i.customer_id IS NULL"},
        "kind": "i.kind = {}",
        "channel": "i.channel = {}",
        "direction": "i.direction = {}",
        "staff": "i.staff = {}",
        "thread": "i.thread = {}",
        "source": "i.source = {}",
        "external_id": "i.external_id = {}",
        # Literal conditions, so that the planner sees which partial index fits.
        "unanswered": {True: _UNANSWERED, False: f"NOT ({_UNANSWERED})"},
        "happened_since": "i.happened_at >= {}",
        "happened_before": "i.happened_at < {}",
    },
    {"happened_at": ("i.happened_at", "timestamptz")},
)


async def get(ctx: Context, interaction_id: UUID) -> Document:
    return await documents.fetch(ctx, f"{_ONE} WHERE i.id = $1", interaction_id, missing=MISSING)


async def page(ctx: Context, query: schemas.InteractionQuery) -> Page:
    return await _LIST.page(ctx, query)


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


async def add(ctx: Context, values: Sequence[Mapping[str, Any]]) -> None:
    await rows.insert(ctx, "interactions", values)


async def change(ctx: Context, interaction_id: UUID, values: Mapping[str, Any]) -> None:
    await rows.update(ctx, "interactions", interaction_id, {**values, "updated_at": ctx.now})


async def lock(ctx: Context, interaction_id: UUID) -> Record:
    row = await ctx.db.fetchrow("SELECT * FROM interactions WHERE id = $1 FOR NO KEY UPDATE", interaction_id)
    if row is None:
        raise NotFound(MISSING)
    return row


REFERENCES = Lookup(
    Reference(
        "interaction",
        {"source": "TEXT", "external_id": "TEXT"},
        "JOIN interactions i USING (source, external_id) WHERE i.external_id IS NOT NULL",
        "i.id",
        "encode(i.content_hash, 'hex')",
    ),
    *customer_references(),
)
"""What interactions refer to: those with the same key, with their content hash, and their customers."""
_NEXT_STEP = (
    f"(SELECT json_build_object('what', t.what, 'owner', t.owner, 'due_at', {documents.timestamp('t.due_at')}) "
    f"{_FIRST_TASK})"
)
_STORED = f"""
    SELECT i.id, row_to_json(d)::text AS json FROM interactions i
    CROSS JOIN LATERAL (SELECT {COLUMNS}, {_NEXT_STEP} AS next_step) d WHERE i.id = ANY ($1::uuid[])
"""
