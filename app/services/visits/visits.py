"""Visits: planned, done, corrected and called off; taken in once each."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, VisitDiffers, invalid
from app.core.ids import new_id
from app.rules.kit.differences import MOST, as_errors, differences
from app.rules.kit.merge_patch import merged
from app.rules.kit.timestamps import format_timestamp
from app.rules.visits import scorecards as rules
from app.rules.visits.scorecards import VisitState
from app.schemas.kit import validation
from app.schemas.visits.visits import VisitComplete, VisitContent, VisitNew, VisitQuery
from app.services import feedback
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.services.visits import intake, scorecards
from app.services.visits.intake import VisitDraft
from app.store import sales as sales_store
from app.store.kit.documents import Document
from app.store.kit.listing import Page
from app.store.visits import visits as store


async def find(ctx: Context, query: VisitQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, visit_id: UUID) -> Document:
    return await store.get(ctx, visit_id)


async def record(ctx: Context, new: VisitNew) -> tuple[Document, RecordResult]:
    """Take one visit in; see `record_many`. Raises what was wrong with it."""
    (outcome,) = await record_many(ctx, [new])
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id), outcome


async def record_many(ctx: Context, wanted: Sequence[VisitNew]) -> list[RecordResult]:
    """Take visits in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    VisitDiffers. What it refers to and is not there, or results that do not answer its scorecard: 422.
    """
    known = await intake.References.of(ctx, wanted)
    outcomes: list[RecordResult] = []
    made: list[VisitDraft] = []
    earlier: dict[store.Key, VisitDraft] = {}  # in this very chunk
    for new in wanted:
        entry = VisitDraft(new, new_id())
        held = known.visits.get(entry.key) if entry.key is not None else None
        before = earlier.get(entry.key) if entry.key is not None else None
        if held is not None:
            outcomes.append(await _again(ctx, entry, *held))
        elif before is not None:
            outcomes.append(_twice(entry, before))
        elif (problem := known.match(ctx, entry)) is not None:
            outcomes.append(RecordResult.refused(problem))
        else:
            outcomes.append(RecordResult(201, entry.id))
            made.append(entry)
            if entry.key is not None:
                earlier[entry.key] = entry
    await _write(ctx, made)
    return outcomes


async def change(ctx: Context, visit_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a VisitChange: a merge patch. 412 if the visit is no longer at `version`."""
    row = await store.lock(ctx, visit_id)
    patching.require_version(row["version"], version)
    before = await _content(ctx, row)
    sent = patch.model_dump(mode="json", exclude_unset=True)
    for name, other in (("sale_id", "receipt"), ("receipt", "sale_id")):
        if sent.get(name) is not None and sent.get(other) is None:
            before[other] = None  # the sale is named in another way now
    new = validation.validate(VisitContent, merged(before, sent))
    after = {**new.model_dump(mode="json"), "happened_at": format_timestamp(new.happened_at)}
    if not (changes := differences(before, after)):
        return await store.get(ctx, visit_id)
    await intake.referred(ctx, new)
    done = row["state"] == VisitState.DONE
    if new.results and not done:
        raise invalid("/results", "not_done", f"The visit is {row['state']}: results come with its completion")
    card = await scorecards.pinned(ctx, row["scorecard_id"], row["scorecard_version"])
    if done and (problem := intake.judged(ctx, card, new.results, new.happened_at)) is not None:
        raise problem
    values = {**intake.content(new), **(card.row(new.results) if done else {})}
    await sales_store.ensure_exist(ctx, [new.site], [])
    await store.change(ctx, visit_id, values)
    await intake.tell(ctx, [("updated", {**row, **values}, {"changes": changes[:MOST]})])
    if done:
        heard = intake.as_heard({**row, **values}, card)
        await feedback.revise(ctx, await store.feedback_of(ctx, visit_id), heard)
    return await store.get(ctx, visit_id)


async def complete(ctx: Context, visit_id: UUID, done: VisitComplete) -> Document:
    row = await store.lock(ctx, visit_id)
    _may(row)
    happened_at = done.happened_at or min(row["happened_at"], ctx.now)
    card = await scorecards.pinned(ctx, row["scorecard_id"], row["scorecard_version"])
    if (problem := intake.judged(ctx, card, done.results, happened_at)) is not None:
        raise problem
    values = {
        "state": VisitState.DONE.value,
        "happened_at": happened_at,
        "note": row["note"] if done.note is None else done.note,
        **card.row(done.results),
    }
    await store.change(ctx, visit_id, values)
    await intake.tell(ctx, [("done", {**row, **values}, {})])
    await intake.hear(ctx, [({**row, **values}, card)])
    return await store.get(ctx, visit_id)


async def cancel(ctx: Context, visit_id: UUID, reason: str) -> Document:
    row = await store.lock(ctx, visit_id)
    _may(row)
    await store.change(ctx, visit_id, {"state": VisitState.CANCELLED.value, "reason": reason})
    await intake.tell(ctx, [("cancelled", row, {"reason": reason})])
    return await store.get(ctx, visit_id)


async def _write(ctx: Context, made: Sequence[VisitDraft]) -> None:
    if not made:
        return
    # Everybody writes visits in this order: nobody waits in a circle.
    written = [(entry, entry.row(ctx)) for entry in sorted(made, key=lambda entry: entry.key or ("", ""))]
    await sales_store.ensure_exist(ctx, [entry.new.site for entry in made], [])
    await store.add(ctx, [row for _, row in written])
    await intake.tell(ctx, [(row["state"], row, {}) for _, row in written])
    await intake.hear(ctx, [(row, entry.card) for entry, row in written if entry.done and entry.card is not None])


async def _again(ctx: Context, entry: VisitDraft, held_id: UUID, held_hash: bytes | None) -> RecordResult:
    if entry.content_hash == held_hash:
        return RecordResult(200, held_id, replayed=True)
    stored = json.loads((await store.get(ctx, held_id)).json)
    stored["results"] = _plain(stored["results"])
    sent = entry.as_sent()
    if not (found := differences({name: stored[name] for name in sent}, sent)):
        return RecordResult(200, held_id, replayed=True)
    errors = as_errors(found[:MOST])
    return RecordResult.refused(VisitDiffers(errors=errors, visit_id=str(held_id)), held_id)


def _twice(entry: VisitDraft, before: VisitDraft) -> RecordResult:
    if entry.content_hash == before.content_hash:
        return RecordResult(200, before.id, replayed=True)
    detail = "An earlier line of this batch has other content for it"
    return RecordResult.refused(VisitDiffers(detail, visit_id=str(before.id)), before.id)


async def _content(ctx: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """What can be changed, as it was given."""
    stored = json.loads((await store.get(ctx, row["id"])).json)
    content = {name: stored[name] for name in VisitContent.model_fields}
    sale_id = str(row["sale_id"]) if row["sale_id"] is not None else None
    return {**content, "sale_id": sale_id, "results": _plain(stored["results"])}


def _plain(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in result.items() if name != "score"} for result in results]


def _may(row: Mapping[str, Any]) -> None:
    state = VisitState(row["state"])
    if state is not VisitState.PLANNED:
        raise MoveNotAllowed(f"The visit is {state}", allowed=rules.allowed(state))
