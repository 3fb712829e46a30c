"""Actions of complaints: planned, done, and verified to work."""

import json
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import in_the_future, out_of_order
from app.core.ids import new_id
from app.rules.kit import event_types
from app.schemas.complaints.actions import ActionContent, ActionNew, ActionQuery
from app.services.complaints import case_store
from app.services.complaints.remedies import require_room
from app.services.kit import patching
from app.store.complaints import actions as store
from app.store.kit.documents import Document
from app.store.kit.listing import Page


async def create(ctx: Context, complaint_id: UUID, new: ActionNew) -> Document:
    case = await case_store.load(ctx, complaint_id)
    require_room(await store.count(ctx, complaint_id) + 1)
    action_id = new_id()
    await store.ACTIONS.add(ctx, [{**new.model_dump(), "id": action_id, "complaint_id": complaint_id}])
    case.record(event_types.COMPLAINT_ACTION_PLANNED, ctx.now, title=_title(new), owner=new.owner)
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id, action_id)


async def change(ctx: Context, complaint_id: UUID, action_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is an ActionChange: a merge patch. 412 if the action is no longer at `version`."""
    case = await case_store.load(ctx, complaint_id)
    document = await store.get(ctx, complaint_id, action_id)
    patching.require_version(document.version, version)
    before = json.loads(document.json)
    patched = patching.patched(ActionContent, before, patching.sent(patch))
    if not patched.changes:
        return document
    new = patched.content
    for name, at in (("done_at", new.done_at), ("verified_at", new.verified_at)):
        if at is not None and name in patched.fields:
            if at > ctx.now:
                raise in_the_future(f"/{name}")
            if at < case.complaint.received_at:
                raise out_of_order(f"/{name}", "received_at of the complaint")
    await store.ACTIONS.change(ctx, action_id, new.model_dump())
    type_ = event_types.COMPLAINT_ACTION_UPDATED
    if before["done_at"] is None and new.done_at is not None:
        type_ = event_types.COMPLAINT_ACTION_DONE
    if before["verified_at"] is None and new.verified_at is not None:
        type_ = event_types.COMPLAINT_ACTION_VERIFIED
    case.record(type_, ctx.now, title=_title(new), changes=patched.listed)
    await case_store.save(ctx, [case])
    return await store.get(ctx, complaint_id, action_id)


async def get(ctx: Context, complaint_id: UUID, action_id: UUID) -> Document:
    return await store.get(ctx, complaint_id, action_id)


async def find(ctx: Context, query: ActionQuery) -> Page:
    return await store.ACTIONS.page(ctx, query)


def _title(action: ActionNew | ActionContent) -> dict[str, Any]:
    return {"kind": action.kind, "description": action.description[:100]}
