"""Feedback taken in once each, and written anew where somebody corrects what they said."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import FeedbackDiffers, Problem
from app.rules.kit.differences import MOST, differences
from app.rules.kit.event_types import FEEDBACK_RECEIVED, FEEDBACK_UPDATED
from app.services.feedback import follow_ups, ideas, text_analysis
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.references import References
from app.services.kit import intake
from app.services.kit.record_result import RecordResult
from app.store import sales as sales_store
from app.store.feedback import feedback as store
from app.store.kit import events, jobs
from app.store.kit.documents import Document
from app.store.kit.events import Event

__all__ = ["FeedbackDraft", "revise", "rewrite", "take"]

RECHECK_RECEIPT_JOB = "awaited_receipt"
"""The kind of the jobs that look once more whether a receipt has come in that feedback names; their key is its id."""
_ANY_TRANSACTION = timedelta(minutes=2)
"""Longer than any goes on."""


async def take(ctx: Context, drafts: Sequence[FeedbackDraft]) -> list[RecordResult]:
    """Take feedback in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    FeedbackDiffers. What it refers to and is not there, or what lies in the future: 422. Afterwards each of
    `drafts` knows its id, whose it is, and what it is about.
    """
    references = await References.load(ctx, drafts)
    decided = await intake.decide(
        drafts, references.existing, references.assigning(ctx), intake.contents(ctx, store.get), _differs
    )
    await _write(ctx, decided.accepted)
    return decided.results


async def revise(ctx: Context, feedback_id: UUID, draft: FeedbackDraft) -> Document:
    """An answer that was edited, a visit that was corrected: its content, figures and text take the place of the old.

    When it was collected and whose it is stays, unless `draft` says otherwise; so does what became of it.
    """
    row = await store.lock(ctx, feedback_id)
    return await rewrite(ctx, row, draft)


async def rewrite(ctx: Context, row: Mapping[str, Any], draft: FeedbackDraft, *, fill: bool = True) -> Document:
    """The same for a row that is locked. With `fill` false, where it was stays empty unless it is given."""
    draft.id = row["id"]
    given = {name: getattr(draft, name) for name in ("site", "till", "staff", "sku")}
    references = await References.load(ctx, [draft])
    if (problem := references.assign(ctx, 0, draft)) is not None:
        raise problem
    if not fill:
        for name, value in given.items():
            setattr(draft, name, value)
    if draft.new.collected_at is None:
        draft.collected_at = row["collected_at"]
    draft.customer_id = draft.new.customer_id or row["customer_id"] or draft.customer_id
    (draft.judged,) = await text_analysis.judge(ctx, [(draft.new.text, draft.new.language)])
    document = await store.get(ctx, draft.id)
    stored, after = json.loads(document.json), draft.as_stored()
    changes = differences({name: stored[name] for name in after}, after)
    if not changes:
        return document
    await sales_store.ensure_exist(ctx, [draft.site], [draft.sku])
    await store.change(ctx, draft.id, {**draft.content(), "collected_at": draft.collected_at})
    await store.replace_ratings(ctx, draft.id, draft.ratings())
    await events.record(ctx, _updated(ctx, draft, changes))
    if row["idea_id"] not in (None, draft.new.idea_id):
        await ideas.unvote(ctx, row["idea_id"], customer_id=draft.customer_id, feedback_id=draft.id)
    await _vote(ctx, [draft])
    await follow_ups.make(ctx, [draft], {UUID(made["rule_id"]) for made in stored["follow_ups"]})
    return await store.get(ctx, draft.id)


def _differs(errors: list[dict[str, Any]], feedback_id: UUID) -> Problem | None:
    return FeedbackDiffers(errors=errors, feedback_id=str(feedback_id)) if errors else None


async def _write(ctx: Context, made: Sequence[FeedbackDraft]) -> None:
    if not made:
        return
    judged = await text_analysis.judge(ctx, [(draft.new.text, draft.new.language) for draft in made])
    for draft, judgement in zip(made, judged, strict=True):
        draft.judged = judgement
    ordered = intake.ordered(made)
    await sales_store.ensure_exist(ctx, [draft.site for draft in made], [draft.sku for draft in made])
    await store.add(
        ctx, [draft.row(ctx) for draft in ordered], [rating for draft in ordered for rating in draft.ratings()]
    )
    await events.record_all(ctx, [_received(draft) for draft in made])
    await _vote(ctx, made)
    waiting = [str(draft.id) for draft in made if draft.new.receipt is not None and draft.sale_id is None]
    await jobs.schedule_many(ctx, RECHECK_RECEIPT_JOB, [(key, ctx.now + _ANY_TRANSACTION) for key in waiting])
    await follow_ups.make(ctx, made)


async def _vote(ctx: Context, drafts: Sequence[FeedbackDraft]) -> None:
    for idea_id, draft in sorted(
        ((draft.new.idea_id, draft) for draft in drafts if draft.new.idea_id), key=lambda pair: pair[0]
    ):
        await ideas.vote(ctx, idea_id, customer_id=draft.customer_id, feedback_id=draft.id, at=draft.collected_at)


def _received(draft: FeedbackDraft) -> Event:
    new, headline = draft.new, draft.headline
    known = {
        "method": new.method.value,
        **{name: str(headline[name]) for name in ("metric", "value", "best", "score", "nps_class") if headline[name]},
        "sentiment": draft.judged.sentiment,
        "site": draft.site,
        "competitor": new.competitor,
    }
    data = {name: value for name, value in known.items() if value is not None}
    return Event(FEEDBACK_RECEIVED, draft.id, draft.customer_id, draft.title, draft.collected_at, new.channel, data)


def _updated(ctx: Context, draft: FeedbackDraft, changes: list[dict[str, object]]) -> Event:
    data = {"changes": changes[:MOST]}
    title = FEEDBACK_UPDATED.titled(feedback=draft.title)
    return Event(FEEDBACK_UPDATED, draft.id, draft.customer_id, title, ctx.now, draft.new.channel, data)
