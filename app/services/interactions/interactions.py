"""Interactions: taken in once each, matched to their customers, and kept where nobody is known."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import InteractionDiffers
from app.rules.interactions import interactions as rules
from app.rules.kit import event_types
from app.rules.kit.differences import MOST, as_errors, differences
from app.rules.kit.merge_patch import merged
from app.rules.kit.timestamps import format_timestamp
from app.schemas.interactions.interactions import InteractionContent, InteractionNew, InteractionQuery
from app.schemas.kit import validation
from app.services.interactions import tasks
from app.services.interactions.intake import InteractionDraft, References, Stored, draft_interaction, unwelcome
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.store.interactions import interactions as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.listing import Page

_ASKED_OF_THE_CUSTOMER = {"/channel", "/direction", "/unwelcome_reason"}


async def find(ctx: Context, query: InteractionQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, interaction_id: UUID) -> Document:
    return await store.get(ctx, interaction_id)


async def record(ctx: Context, new: InteractionNew, *, react: bool = True) -> tuple[Document, RecordResult]:
    """Take one interaction in; see `record_many`. Raises what was wrong with it."""
    (outcome,) = await record_many(ctx, [new], react=react)
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id), outcome


async def record_many(ctx: Context, wanted: Sequence[InteractionNew], *, react: bool = True) -> list[RecordResult]:
    """Take interactions in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    InteractionDiffers. Outbound on a channel that the customer does not want: 409 UnwelcomeChannel. A customer whom
    nobody knows, or a source without an external id: 422. Without `react`, nothing follows its event.
    """
    entries = [draft_interaction(ctx, new) for new in wanted]
    known = await References.of(ctx, entries)
    outcomes: list[RecordResult] = []
    made: list[InteractionDraft] = []
    earlier: dict[tuple[str, str], InteractionDraft] = {}  # in this very chunk
    for n, kept in enumerate(entries):
        held = known.stored(n) or (earlier.get(kept.key) if kept.key else None)
        if held is not None:
            outcomes.append(_again(kept, held))
        elif (problem := known.match(n, kept)) is not None:
            outcomes.append(RecordResult.refused(problem))
        else:
            outcomes.append(RecordResult(201, kept.id))
            made.append(kept)
            if kept.key:
                earlier[kept.key] = kept
    await _write(ctx, made, react)
    return outcomes


async def change(ctx: Context, interaction_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is an InteractionChange: a merge patch. 412 if the interaction is no longer at `version`."""
    row = await store.lock(ctx, interaction_id)
    patching.require_version(row["version"], version)
    stored = json.loads((await store.get(ctx, interaction_id)).json)
    before = {name: stored[name] for name in InteractionContent.model_fields}
    new = validation.validate(InteractionContent, merged(before, patch.model_dump(mode="json", exclude_unset=True)))
    after = new.model_dump(mode="json")
    changes = differences(before, {**after, "happened_at": format_timestamp(new.happened_at)})
    if not changes:
        return await store.get(ctx, interaction_id)
    if row["customer_id"] is not None and _ASKED_OF_THE_CUSTOMER & {str(change["pointer"]) for change in changes}:
        marked = await store.unwelcome(ctx, row["customer_id"])
        if (problem := unwelcome(marked, new.channel, new.direction, new.unwelcome_reason)) is not None:
            raise problem
    awaits = rules.awaits_answer(new.kind, new.direction)
    await store.change(ctx, interaction_id, {**after, "happened_at": new.happened_at, "awaits_answer": awaits})
    title = rules.updated_title(new.kind, new.channel, new.direction, new.subject)
    data = {"changes": changes[:MOST]}
    event = Event(
        event_types.INTERACTION_UPDATED, interaction_id, row["customer_id"], title, ctx.now, new.channel.value, data
    )
    await events.record(ctx, event)
    return await store.get(ctx, interaction_id)


def _again(kept: InteractionDraft, held: InteractionDraft | Stored) -> RecordResult:
    if kept.content_hash != held.content_hash:
        sent, stored = kept.as_sent(), held.as_stored()
        if found := differences({name: stored[name] for name in sent}, sent):
            errors = as_errors(found[:MOST])
            return RecordResult.refused(InteractionDiffers(errors=errors, interaction_id=str(held.id)), held.id)
    return RecordResult(200, held.id, replayed=True)


async def _write(ctx: Context, made: Sequence[InteractionDraft], react: bool) -> None:
    # Everybody writes interactions in this order: nobody waits in a circle.
    ordered = sorted(made, key=lambda kept: kept.key or ("", ""))
    await store.add(ctx, [kept.row(ctx.now) for kept in ordered])
    await events.record_all(ctx, [_recorded(kept) for kept in made], react=react)
    await tasks.create_tasks(ctx, [promised for kept in made if (promised := kept.promise) is not None])


def _recorded(kept: InteractionDraft) -> Event:
    new = kept.new
    told = {"kind": new.kind, "direction": new.direction, "staff": new.staff, "outcome": new.outcome}
    data = {name: value for name, value in told.items() if value is not None}
    channel = new.channel.value
    return Event(
        event_types.INTERACTION_RECORDED, kept.id, kept.customer_id, kept.title, kept.happened_at, channel, data
    )
