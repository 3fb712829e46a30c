"""Feedback taken in once each, and written anew where somebody corrects what they said."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import FeedbackDiffers
from app.rules.kit.differences import MOST, as_errors, differences
from app.rules.kit.event_types import FEEDBACK_RECEIVED, FEEDBACK_UPDATED
from app.services.feedback import follow_ups, ideas, text_analysis
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.references import References
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


async def take(ctx: Context, heard: Sequence[FeedbackDraft]) -> list[RecordResult]:
    """Take feedback in, in order; one outcome for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    FeedbackDiffers. What it refers to and is not there, or what lies in the future: 422. Afterwards each of
    `heard` knows its id, whose it is, and what it is about.
    """
    known = await References.of(ctx, heard)
    outcomes: list[RecordResult] = []
    made: list[FeedbackDraft] = []
    earlier: dict[tuple[str, str], FeedbackDraft] = {}  # in this very chunk
    for n, one in enumerate(heard):
        before = earlier.get(one.key) if one.key is not None else None
        if n in known.feedback:
            outcomes.append(await _again(ctx, one, *known.feedback[n]))
        elif before is not None:
            outcomes.append(_twice(one, before))
        elif (problem := known.match(ctx, n, one)) is not None:
            outcomes.append(RecordResult.refused(problem))
        else:
            outcomes.append(RecordResult(201, one.id))
            made.append(one)
            if one.key is not None:
                earlier[one.key] = one
    await _write(ctx, made)
    return outcomes


async def revise(ctx: Context, feedback_id: UUID, heard: FeedbackDraft) -> Document:
    """An answer that was edited, a visit that was corrected: its content, figures and text take the place of the old.

    When it was collected and whose it is stays, unless `heard` says otherwise; so does what became of it.
    """
    row = await store.lock(ctx, feedback_id)
    return await rewrite(ctx, row, heard)


async def rewrite(ctx: Context, row: Mapping[str, Any], heard: FeedbackDraft, *, fill: bool = True) -> Document:
    """The same for a row that is locked. With `fill` false, where it was stays empty unless it is given."""
    heard.id = row["id"]
    given = {name: getattr(heard, name) for name in ("site", "till", "staff", "sku")}
    known = await References.of(ctx, [heard])
    if (problem := known.match(ctx, 0, heard)) is not None:
        raise problem
    if not fill:
        for name, value in given.items():
            setattr(heard, name, value)
    if heard.new.collected_at is None:
        heard.collected_at = row["collected_at"]
    heard.customer_id = heard.new.customer_id or row["customer_id"] or heard.customer_id
    (heard.judged,) = await text_analysis.judge(ctx, [(heard.new.text, heard.new.language)])
    document = await store.get(ctx, heard.id)
    stored, after = json.loads(document.json), heard.as_stored()
    changes = differences({name: stored[name] for name in after}, after)
    if not changes:
        return document
    await sales_store.ensure_exist(ctx, [heard.site], [heard.sku])
    await store.change(ctx, heard.id, {**heard.content(), "collected_at": heard.collected_at})
    await store.rate(ctx, heard.id, heard.ratings())
    await events.record(ctx, _changed(ctx, heard, changes))
    if row["idea_id"] not in (None, heard.new.idea_id):
        await ideas.unvote(ctx, row["idea_id"], customer_id=heard.customer_id, feedback_id=heard.id)
    await _vote(ctx, [heard])
    await follow_ups.make(ctx, [heard], {UUID(made["rule_id"]) for made in stored["follow_ups"]})
    return await store.get(ctx, heard.id)


async def _again(ctx: Context, one: FeedbackDraft, held_id: UUID, held_hash: bytes | None) -> RecordResult:
    if one.content_hash == held_hash:
        return RecordResult(200, held_id, replayed=True)
    return _differs(one, held_id, json.loads((await store.get(ctx, held_id)).json))


def _twice(one: FeedbackDraft, before: FeedbackDraft) -> RecordResult:
    if one.content_hash == before.content_hash:
        return RecordResult(200, before.id, replayed=True)
    return _differs(one, before.id, before.as_stored() | before.as_sent())


def _differs(one: FeedbackDraft, held_id: UUID, stored: Mapping[str, Any]) -> RecordResult:
    """What was found out about it counts for nothing: only what its sender has decided is compared."""
    sent = one.as_sent()
    if not (found := differences({name: stored.get(name) for name in sent}, sent)):
        return RecordResult(200, held_id, replayed=True)
    errors = as_errors(found[:MOST])
    return RecordResult.refused(FeedbackDiffers(errors=errors, feedback_id=str(held_id)), held_id)


async def _write(ctx: Context, made: Sequence[FeedbackDraft]) -> None:
    if not made:
        return
    judged = await text_analysis.judge(ctx, [(one.new.text, one.new.language) for one in made])
    for one, judgement in zip(made, judged, strict=True):
        one.judged = judgement
    # Everybody writes feedback in this order: nobody waits in a circle.
    ordered = sorted(made, key=lambda one: one.key or ("", ""))
    await sales_store.ensure_exist(ctx, [one.site for one in made], [one.sku for one in made])
    await store.add(ctx, [one.row(ctx) for one in ordered], [rating for one in ordered for rating in one.ratings()])
    await events.record_all(ctx, [_received(one) for one in made])
    await _vote(ctx, made)
    waiting = [str(one.id) for one in made if one.new.receipt is not None and one.sale_id is None]
    await jobs.schedule_many(ctx, RECHECK_RECEIPT_JOB, [(key, ctx.now + _ANY_TRANSACTION) for key in waiting])
    await follow_ups.make(ctx, made)


async def _vote(ctx: Context, heard: Sequence[FeedbackDraft]) -> None:
    for idea_id, one in sorted(((one.new.idea_id, one) for one in heard if one.new.idea_id), key=lambda pair: pair[0]):
        await ideas.vote(ctx, idea_id, customer_id=one.customer_id, feedback_id=one.id, at=one.collected_at)


def _received(one: FeedbackDraft) -> Event:
    new, headline = one.new, one.headline
    told = {
        "method": new.method.value,
        **{name: str(headline[name]) for name in ("metric", "value", "best", "score", "nps_class") if headline[name]},
        "sentiment": one.judged.sentiment,
        "site": one.site,
        "competitor": new.competitor,
    }
    data = {name: value for name, value in told.items() if value is not None}
    return Event(FEEDBACK_RECEIVED, one.id, one.customer_id, one.title, one.collected_at, new.channel, data)


def _changed(ctx: Context, one: FeedbackDraft, changes: list[dict[str, object]]) -> Event:
    data = {"changes": changes[:MOST]}
    title = FEEDBACK_UPDATED.titled(feedback=one.title)
    return Event(FEEDBACK_UPDATED, one.id, one.customer_id, title, ctx.now, one.new.channel, data)
