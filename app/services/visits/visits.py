"""Visits: planning, completing, changing and cancelling them."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, Problem, VisitDiffers, invalid
from app.rules.visits import scorecards as rules
from app.rules.visits.scorecards import VisitState
from app.schemas.visits.visits import VisitComplete, VisitContent, VisitNew, VisitQuery
from app.services import feedback
from app.services.kit import intake, patching
from app.services.kit.record_result import RecordResult
from app.services.visits import intake as visit_intake
from app.services.visits import scorecards
from app.services.visits.intake import References, VisitDraft
from app.store import sales as sales_store
from app.store.kit.documents import Document
from app.store.kit.listing import Page
from app.store.visits import visits as store


async def find(ctx: Context, query: VisitQuery) -> Page:
    return await store.VISITS.page(ctx, query)


async def get(ctx: Context, visit_id: UUID) -> Document:
    return await store.VISITS.get(ctx, visit_id)


async def record(ctx: Context, new: VisitNew) -> tuple[Document, RecordResult]:
    """Record one visit; see `record_many`. Raises the problem of a refused one."""
    (result,) = await record_many(ctx, [new])
    return await store.VISITS.get(ctx, result.recorded_id()), result


async def record_many(ctx: Context, news: Sequence[VisitNew]) -> list[RecordResult]:
    """Record visits in order; one result for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    VisitDiffers. A reference to something that does not exist, or results that do not fit the scorecard: 422.
    """
    drafts = [VisitDraft(new) for new in news]
    references = await References.load(ctx, news)
    decided = await intake.decide(
        ctx,
        store.VISITS,
        drafts,
        references.existing,
        partial(references.check, ctx),
        partial(_stored, ctx),
        _differs,
    )
    await _write(ctx, decided.accepted)
    return decided.results


async def change(ctx: Context, visit_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a VisitChange: a merge patch. 412 if the visit is no longer at `version`."""
    row = await store.VISITS.lock(ctx, visit_id)
    patching.require_version(row["version"], version)
    before = await _content(ctx, row)
    sent = patch.model_dump(mode="json", exclude_unset=True)
    for name, other in (("sale_id", "receipt"), ("receipt", "sale_id")):
        if sent.get(name) is not None and sent.get(other) is None:
            before[other] = None  # the sale is referred to in the other way now
    patched = patching.patched(VisitContent, before, sent)
    if not patched.changes:
        return await store.VISITS.get(ctx, visit_id)
    new = patched.content
    await visit_intake.require_references(ctx, new)
    done = row["state"] == VisitState.DONE
    if new.results and not done:
        raise invalid("/results", "not_done", f"The visit is {row['state']}: results are accepted on completion")
    card = await scorecards.get_version(ctx, row["scorecard_id"], row["scorecard_version"])
    if done and (problem := visit_intake.results_problem(ctx, card, new.results, new.happened_at)) is not None:
        raise problem
    values = {**visit_intake.content(new), **(card.row(new.results) if done else {})}
    await sales_store.ensure_exist(ctx, [new.site], [])
    await store.VISITS.change(ctx, visit_id, values)
    await visit_intake.record_events(ctx, [("updated", {**row, **values}, {"changes": patched.listed})])
    if done:
        draft = visit_intake.as_feedback_draft({**row, **values}, card)
        await feedback.revise(ctx, await store.feedback_id(ctx, visit_id), draft)
    return await store.VISITS.get(ctx, visit_id)


async def complete(ctx: Context, visit_id: UUID, done: VisitComplete) -> Document:
    row = await store.VISITS.lock(ctx, visit_id)
    _require_planned(row)
    happened_at = done.happened_at or min(row["happened_at"], ctx.now)
    card = await scorecards.get_version(ctx, row["scorecard_id"], row["scorecard_version"])
    if (problem := visit_intake.results_problem(ctx, card, done.results, happened_at)) is not None:
        raise problem
    values = {
        "state": VisitState.DONE.value,
        "happened_at": happened_at,
        "note": row["note"] if done.note is None else done.note,
        **card.row(done.results),
    }
    await store.VISITS.change(ctx, visit_id, values)
    await visit_intake.record_events(ctx, [("done", {**row, **values}, {})])
    await visit_intake.record_feedback(ctx, [({**row, **values}, card)])
    return await store.VISITS.get(ctx, visit_id)


async def cancel(ctx: Context, visit_id: UUID, reason: str) -> Document:
    row = await store.VISITS.lock(ctx, visit_id)
    _require_planned(row)
    await store.VISITS.change(ctx, visit_id, {"state": VisitState.CANCELLED.value, "cancellation_reason": reason})
    await visit_intake.record_events(ctx, [("cancelled", row, {"reason": reason})])
    return await store.VISITS.get(ctx, visit_id)


async def _write(ctx: Context, drafts: Sequence[VisitDraft]) -> None:
    if not drafts:
        return
    written = [(draft, draft.row(ctx)) for draft in intake.ordered(drafts)]
    await sales_store.ensure_exist(ctx, [draft.new.site for draft in drafts], [])
    await store.VISITS.add(ctx, [row for _, row in written])
    await visit_intake.record_events(ctx, [(row["state"], row, {}) for _, row in written])
    await visit_intake.record_feedback(
        ctx, [(row, draft.card) for draft, row in written if draft.done and draft.card is not None]
    )


async def _stored(ctx: Context, ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    found = await intake.contents(ctx, store.VISITS.get)(ids)
    return {id_: {**content, "results": _without_scores(content["results"])} for id_, content in found.items()}


def _differs(errors: list[dict[str, Any]], visit_id: UUID) -> Problem:
    return VisitDiffers(errors=errors, visit_id=str(visit_id))


async def _content(ctx: Context, row: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a stored visit as it was sent."""
    stored = json.loads((await store.VISITS.get(ctx, row["id"])).json)
    content = {name: stored[name] for name in VisitContent.model_fields}
    sale_id = str(row["sale_id"]) if row["sale_id"] is not None else None
    return {**content, "sale_id": sale_id, "results": _without_scores(stored["results"])}


def _without_scores(results: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in result.items() if name != "score"} for result in results]


def _require_planned(row: Mapping[str, Any]) -> None:
    state = VisitState(row["state"])
    if state is not VisitState.PLANNED:
        raise MoveNotAllowed(f"The visit is {state}", allowed=rules.allowed(state))
