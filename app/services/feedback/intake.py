"""Recording feedback, and replacing its content where an answer is edited or a visit corrected."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import FeedbackDiffers, Problem
from app.rules.kit.differences import MOST, differences
from app.rules.kit.event_types import FEEDBACK_RECEIVED, FEEDBACK_UPDATED
from app.services.customers import Resolution, with_released
from app.services.feedback import follow_ups, ideas, text_analysis
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.references import References, lock_for_change, named_by
from app.services.kit import intake
from app.services.kit.record_result import RecordResult
from app.store import sales as sales_store
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event

__all__ = ["FeedbackDraft", "revise", "rewrite", "take"]


async def take(ctx: Context, drafts: Sequence[FeedbackDraft]) -> list[RecordResult]:
    """Record feedback in order; one result for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    FeedbackDiffers. A reference to something that does not exist, or a time in the future: 422. Afterwards the
    drafts have their ids, customers and sales.
    """
    references = await References.load(ctx, drafts)
    decided = await intake.decide(
        ctx,
        store.FEEDBACK,
        drafts,
        references.existing,
        partial(references.resolve, ctx),
        intake.contents(ctx, store.FEEDBACK.get),
        _differs,
    )
    await _write(ctx, decided.accepted)
    references.policies.note(ctx, [draft.new.source for draft in decided.accepted])
    return decided.results


async def revise(ctx: Context, feedback_id: UUID, draft: FeedbackDraft) -> Document:
    """Replace the content, ratings and text of feedback.

    Its timestamp and customer stay unless `draft` has others; so do its loop and its follow-ups.
    """
    await lock_for_change(ctx, feedback_id, named_by(draft.new))
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    return await rewrite(ctx, row, draft)


async def rewrite(ctx: Context, row: FeedbackRow, draft: FeedbackDraft, *, fill: bool = True) -> Document:
    """`revise` for a row that is locked as by `lock_for_change`.

    With `fill` false, site, till, staff and product are not filled in from the sale.
    """
    draft.id, draft.taken_from = row.id, row.taken_from
    given = {name: getattr(draft, name) for name in ("site", "till", "staff", "sku")}
    references = await References.load(ctx, [draft], row.id)
    if (problem := references.resolve(ctx, 0, draft)) is not None:
        raise problem
    if not fill:
        for name, value in given.items():
            setattr(draft, name, value)
    draft.resolution = with_released(draft.resolution, row.match_reasons)
    if draft.new.collected_at is None:
        draft.collected_at = row.collected_at
    if _stays(row, draft):
        draft.customer_id, draft.origin_id = row.customer_id, row.customer_from_id
        draft.resolution = Resolution(row.match, row.customer_id, row.candidates, row.match_reasons)
    (draft.analysis,) = await text_analysis.analyse(ctx, [(draft.new.text, draft.new.language)])
    document = await store.FEEDBACK.get(ctx, draft.id)
    stored, after = json.loads(document.json), draft.as_stored()
    changes = differences({name: stored[name] for name in after}, after)
    if not changes:
        return document
    await sales_store.ensure_exist(ctx, [draft.site], [draft.sku])
    content = {**draft.content(), "collected_at": draft.collected_at}
    await store.FEEDBACK.change(ctx, draft.id, content)
    if draft.customer_id != row.customer_id:
        await events.repoint(ctx, "feedback", [draft.id], draft.customer_id)
        await ideas.carry_votes(ctx, row, row.customer_id, draft.customer_id, draft.collected_at)
    await store.replace_ratings(ctx, draft.id, draft.ratings())
    await events.record(ctx, _updated(ctx, draft, changes))
    if row.idea_id not in (None, draft.new.idea_id):
        await ideas.unvote_by_feedback(ctx, row.idea_id, draft.customer_id, draft.id)
    await _vote(ctx, [draft])
    await follow_ups.make(ctx, [draft], {UUID(follow_up["rule_id"]) for follow_up in stored["follow_ups"]})
    return await store.FEEDBACK.get(ctx, draft.id)


def _stays(row: FeedbackRow, draft: FeedbackDraft) -> bool:
    """Whether it stays whose it is: theirs unless what they were taken from is not linked any more, or nobody's unless
    it names somebody, or is about something else.
    """
    links = (
        (row.sale_id, draft.sale_id),
        (row.complaint_id, draft.new.complaint_id),
        (row.interaction_id, draft.new.interaction_id),
    )
    changed = [before for before, after in links if before != after]
    if row.customer_id is not None:
        return row.customer_from_id is None or row.customer_from_id not in changed
    return draft.new.customer_id is None and not changed


def _differs(errors: list[dict[str, Any]], feedback_id: UUID) -> Problem:
    return FeedbackDiffers(errors=errors, feedback_id=str(feedback_id))


async def _write(ctx: Context, drafts: Sequence[FeedbackDraft]) -> None:
    if not drafts:
        return
    analyses = await text_analysis.analyse(ctx, [(draft.new.text, draft.new.language) for draft in drafts])
    for draft, analysis in zip(drafts, analyses, strict=True):
        draft.analysis = analysis
    ordered = intake.ordered(drafts)
    await sales_store.ensure_exist(ctx, [draft.site for draft in drafts], [draft.sku for draft in drafts])
    await store.add(
        ctx, [draft.row() for draft in ordered], [rating for draft in ordered for rating in draft.ratings()]
    )
    await events.record_all(ctx, [_received(draft) for draft in drafts])
    await _vote(ctx, drafts)
    await follow_ups.make(ctx, drafts)


async def _vote(ctx: Context, drafts: Sequence[FeedbackDraft]) -> None:
    for idea_id, draft in sorted(
        ((draft.new.idea_id, draft) for draft in drafts if draft.new.idea_id), key=lambda pair: pair[0]
    ):
        await ideas.vote(ctx, idea_id, customer_id=draft.customer_id, feedback_id=draft.id, at=draft.collected_at)


def _received(draft: FeedbackDraft) -> Event:
    new, headline = draft.new, draft.headline
    values = {
        "method": new.method.value,
        **{name: str(headline[name]) for name in ("metric", "value", "best", "score", "nps_class") if headline[name]},
        "sentiment": draft.analysis.sentiment,
        "site": draft.site,
        "competitor": new.competitor,
    }
    data = {name: value for name, value in values.items() if value is not None}
    return Event(FEEDBACK_RECEIVED, draft.id, draft.customer_id, draft.title, draft.collected_at, new.channel, data)


def _updated(ctx: Context, draft: FeedbackDraft, changes: list[dict[str, object]]) -> Event:
    data = {"changes": changes[:MOST]}
    title = FEEDBACK_UPDATED.titled(feedback=draft.title)
    return Event(FEEDBACK_UPDATED, draft.id, draft.customer_id, title, ctx.now, draft.new.channel, data)
