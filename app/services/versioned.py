"""Resources of which every version is kept: made, found, read, and changed into a new version by merge patch."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict, ValidationFailed, invalid
from app.core.ids import new_id
from app.rules.merge_patch import merged
from app.schemas import faults
from app.services.versions import must_be
from app.store import events
from app.store.documents import Document
from app.store.events import Event
from app.store.listing import Page
from app.store.versioned import CALENDARS, POLICIES, PROCEDURES, SURVEY_RULES, Versioned

__all__ = ["CALENDARS", "POLICIES", "PROCEDURES", "SURVEY_RULES", "change", "create", "find", "get", "versions"]


async def find(ctx: Context, what: Versioned, query: Any) -> Page:
    return await what.page(ctx, query)


async def get(ctx: Context, what: Versioned, row_id: UUID) -> Document:
    return await what.get(ctx, row_id)


async def versions(ctx: Context, what: Versioned, row_id: UUID, query: Any) -> Page:
    return await what.versions(ctx, row_id, query)


async def create(ctx: Context, what: Versioned, new: Any) -> Document:
    """`new` is of the content's schema. 409 when another one has its code or category."""
    definition = _definition(new)
    ids = await _referred(ctx, what, definition)
    await _is_free(ctx, what, definition)
    row_id = new_id()
    await what.add(ctx, row_id, definition, ids)
    await _record(ctx, what, "created", row_id, definition, {"version": 1})
    return await what.get(ctx, row_id)


async def change(ctx: Context, what: Versioned, row_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a merge patch. 412 if it is no longer at `version`; where nothing changes, the version stays."""
    row = await what.lock(ctx, row_id)
    must_be(row["version"], version)
    document = await what.get(ctx, row_id)
    stored = json.loads(document.json)
    before = {name: stored[name] for name in what.content.model_fields if stored[name] is not None}
    sent = patch.model_dump(mode="json", exclude_unset=True)
    definition = _definition(faults.checked(what.content, merged(before, sent)))
    changed = [name for name, value in definition.items() if value != before.get(name)]
    if not changed:
        return document
    ids = await _referred(ctx, what, definition)
    if what.key in changed:
        await _is_free(ctx, what, definition)
    number = row["version"] + 1
    await what.change(ctx, row_id, number, definition, ids)
    # What it was and is stands in its versions.
    await _record(ctx, what, "changed", row_id, definition, {"version": number, "changed": changed})
    return await what.get(ctx, row_id)


def _definition(content: Any) -> dict[str, Any]:
    found = [{"pointer": p, "code": code, "detail": detail} for p, code, detail in content.faults()]
    if found:
        raise ValidationFailed(errors=found)
    definition: dict[str, Any] = content.model_dump(mode="json")
    return definition


async def _referred(ctx: Context, what: Versioned, definition: Mapping[str, Any]) -> dict[str, UUID | None]:
    ids = await what.referred(ctx, definition)
    for name, found in ids.items():
        if found is None:
            raise invalid(f"/{name}", "not_found", f"There is no {name} with this code")
    return ids


async def _is_free(ctx: Context, what: Versioned, definition: Mapping[str, Any]) -> None:
    key = definition[what.key]
    if (holder := await what.holder(ctx, key)) is not None:
        said = f"without a {what.key}" if key is None else f"with this {what.key}"
        who: dict[str, Any] = {f"{what.kind}_id": str(holder)}
        raise Conflict(f"There is a {what.noun} {said} already", **who)


async def _record(
    ctx: Context, what: Versioned, done: str, row_id: UUID, definition: Mapping[str, Any], data: dict[str, Any]
) -> None:
    title = f"{what.noun.capitalize()} {definition['name']} {done}"
    await events.record(ctx, Event(f"{what.kind}.{done}", what.kind, row_id, None, title, ctx.now, data=data))
