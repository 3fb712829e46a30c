"""Feedback: recording, reading and changing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.schemas.feedback.feedback import FeedbackQuery
from app.schemas.feedback.intake import FeedbackContent, FeedbackNew, RatingNew
from app.schemas.kit import validation
from app.services.feedback import intake
from app.services.feedback.drafts import CONTENT, FeedbackDraft
from app.services.feedback.references import lock_for_change, named_by
from app.services.kit import patching
from app.services.kit.record_result import RecordResult
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.kit.documents import Document
from app.store.kit.listing import Page


async def find(ctx: Context, query: FeedbackQuery) -> Page:
    return await store.FEEDBACK.page(ctx, query)


async def get(ctx: Context, feedback_id: UUID) -> Document:
    return await store.FEEDBACK.get(ctx, feedback_id)


async def record(ctx: Context, new: FeedbackNew) -> tuple[Document, RecordResult]:
    """Record feedback; see `intake.take`. Raises the problem of refused feedback."""
    (result,) = await record_many(ctx, [new])
    return await store.FEEDBACK.get(ctx, result.recorded_id()), result


async def record_many(ctx: Context, news: Sequence[FeedbackNew]) -> list[RecordResult]:
    return await intake.take(ctx, [FeedbackDraft(new) for new in news])


async def change(ctx: Context, feedback_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a FeedbackChange: a merge patch. 412 if it is no longer at `version`, 409 if it is from a visit.

    Another sale fills in site, till, staff and product, as when feedback is recorded. The language of another text is
    detected unless it is given.
    """
    await lock_for_change(ctx, feedback_id, named_by(patch))
    current = await patching.lock(ctx, store.FEEDBACK, feedback_id, version)
    row, stored, sent = FeedbackRow.from_record(current.row), current.stored, patching.sent(patch)
    if row.visit_id is not None:
        raise Conflict("Feedback from a visit cannot be changed: change the visit", visit_id=str(row.visit_id))
    before = {name: stored[name] for name in CONTENT}
    before["ratings"] = [{name: r[name] for name in RatingNew.model_fields} for r in stored["ratings"]]
    if sent.get("text", before["text"]) != before["text"]:
        del before["language"]
    content = patching.patched(FeedbackContent, before, sent).content.model_dump(mode="json")
    new = validation.validate_stored(FeedbackNew, {**content, "method": row.method, "author": stored["author"]})
    draft = FeedbackDraft(
        new,
        survey_id=row.survey_id,
        survey_version=row.survey_version,
        answers=stored["answers"],
    )
    other_sale = (row.sale_id, row.sale_line_no) != (new.sale_id, new.sale_line_no)
    return await intake.rewrite(ctx, row, draft, fill=other_sale)
