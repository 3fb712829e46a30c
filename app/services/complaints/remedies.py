"""Remedies of complaints: sought, offered, and accepted or refused."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.core.ids import new_id
from app.rules.complaints.states import RemedyState
from app.rules.kit import event_types
from app.schemas.complaints.remedies import PastRemedy, RemedyChanging, RemedyNew
from app.services.complaints import case_store
from app.services.kit import patching
from app.store.complaints import complaints
from app.store.complaints import remedies as store
from app.store.kit.documents import Document

_MAX_COUNT = 200


async def create(ctx: Context, complaint_id: UUID, new: RemedyNew) -> Document:
    """Add a remedy that the customer asks for or that is offered; answers with the complaint."""
    case = await case_store.load(ctx, complaint_id)
    count = len(await store.of_complaint(ctx, complaint_id))
    require_room(count + 1)
    await store.add(ctx, [row(complaint_id, count + 1, new, new.state, ctx.now)])
    type_ = event_types.get("complaint", f"remedy_{new.state}")
    case.record(type_, ctx.now, title={"kind": new.kind}, kind=new.kind, description=new.description)
    await case_store.save(ctx, [case])
    return await complaints.COMPLAINTS.get(ctx, complaint_id)


async def change(ctx: Context, complaint_id: UUID, remedy_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a RemedyChange: a merge patch. Its timestamps follow its state; answers with the complaint.

    412 if the remedy is no longer at `version`.
    """
    case = await case_store.load(ctx, complaint_id)
    row = await store.get(ctx, complaint_id, remedy_id)
    patching.require_version(row["version"], version)
    stored = {**row, "cost": None if row["cost"] is None else str(row["cost"])}
    patched = patching.patched(RemedyChanging, stored, patching.sent(patch))
    if patched.changes:
        patching.require_payable(patched, "cost", "currency")
        new = patched.content
        timestamps: dict[str, Any] = {}
        if new.state != row["state"]:
            decided = new.state in (RemedyState.ACCEPTED, RemedyState.REFUSED)
            timestamps = {"decided_at": ctx.now if decided else None}
            if new.state is RemedyState.OFFERED:
                timestamps["offered_at"] = ctx.now
        await store.change(ctx, remedy_id, {**new.model_dump(), **timestamps})
        verb = f"remedy_{new.state}" if timestamps else "remedy_updated"
        case.record(event_types.get("complaint", verb), ctx.now, title={"kind": new.kind}, changes=patched.listed)
        await case_store.save(ctx, [case])
    return await complaints.COMPLAINTS.get(ctx, complaint_id)


def row(
    complaint_id: UUID,
    position: int,
    new: RemedyNew | PastRemedy,
    state: RemedyState,
    at: datetime,
    decided_at: datetime | None = None,
) -> dict[str, Any]:
    """`at` is when it was sought, or else when it was offered."""
    sought = state is RemedyState.SOUGHT
    return {
        **new.model_dump(exclude={"state"}),
        "id": new_id(),
        "complaint_id": complaint_id,
        "position": position,
        "state": state.value,
        "sought_at": at if sought else None,
        "offered_at": None if sought else at,
        "decided_at": decided_at,
    }


def require_room(count: int) -> None:
    """409 where a complaint would have more remedies or actions than an answer can list."""
    if count > _MAX_COUNT:
        raise Conflict(f"A complaint can have at most {_MAX_COUNT} remedies and {_MAX_COUNT} actions")
