"""Resources without rules of their own: found, read, and changed by merge patch."""

from typing import Any
from uuid import UUID

from app.core.context import Context
from app.services import versions
from app.store import events
from app.store.documents import Document
from app.store.events import Event
from app.store.listing import Page
from app.store.plain import PRODUCTS, SITES, Plain

__all__ = ["PRODUCTS", "SITES", "change", "find", "get"]


async def find(ctx: Context, what: Plain, query: Any) -> Page:
    return await what.page(ctx, query)


async def get(ctx: Context, what: Plain, row_id: UUID) -> Document:
    return await what.get(ctx, row_id)


async def change(ctx: Context, what: Plain, row_id: UUID, patch: Any, version: int | None) -> Document:
    """412 if the row is no longer at `version`; nothing is written where nothing changes."""
    row = await what.lock(ctx, row_id)
    versions.must_be(row["version"], version)
    sent = patch.model_dump(exclude_unset=True)
    values = {name: value for name, value in sent.items() if row[name] != value}
    if values:
        await what.change(ctx, row_id, values)
        title = f"{what.noun.capitalize()} {row[2] or row[1]} changed"
        data = {name: {"stored": row[name], "sent": value} for name, value in values.items()}
        await events.record(ctx, Event(f"{what.noun}.changed", what.noun, row_id, None, title, ctx.now, data=data))
    return await what.get(ctx, row_id)
