"""Feedback: taken in once each, found again, and corrected."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.rules.merge_patch import merged
from app.schemas import faults
from app.schemas.feedback import FeedbackContent, FeedbackNew, FeedbackQuery, RatingNew
from app.services import feedback_intake as intake
from app.services import versions
from app.services.heard import CONTENT, Heard
from app.services.outcomes import Outcome
from app.store import feedback as store
from app.store.documents import Document
from app.store.listing import Page


async def find(ctx: Context, query: FeedbackQuery) -> Page:
    return await store.page(ctx, query)


async def get(ctx: Context, feedback_id: UUID) -> Document:
    return await store.get(ctx, feedback_id)


async def record(ctx: Context, new: FeedbackNew) -> tuple[Document, Outcome]:
    """Take one piece of feedback in; see `feedback_intake.take`. Raises what was wrong with it."""
    (outcome,) = await record_many(ctx, [new])
    if outcome.problem is not None:
        raise outcome.problem
    assert outcome.id is not None
    return await store.get(ctx, outcome.id), outcome


async def record_many(ctx: Context, wanted: Sequence[FeedbackNew]) -> list[Outcome]:
    return await intake.take(ctx, [Heard(new) for new in wanted])


async def change(ctx: Context, feedback_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is a FeedbackChange: a merge patch. 412 if it is no longer at `version`, 409 if a visit found it.

    What is named by a sale that is new to it fills where it was, as it does when feedback comes in; a changed text is
    judged anew, and its language found out, unless it is given.
    """
    row = await store.lock(ctx, feedback_id)
    versions.must_be(row["version"], version)
    if row["visit_id"] is not None:
        raise Conflict("It is what a visit found: the visit is what can be corrected", visit_id=str(row["visit_id"]))
    stored = json.loads((await store.get(ctx, feedback_id)).json)
    before = {name: stored[name] for name in CONTENT}
    before["ratings"] = [{name: r[name] for name in RatingNew.model_fields} for r in stored["ratings"]]
    sent = patch.model_dump(mode="json", exclude_unset=True)
    if sent.get("text", before["text"]) != before["text"]:
        del before["language"]
    content = faults.checked(FeedbackContent, merged(before, sent)).model_dump(mode="json")
    new = faults.checked(FeedbackNew, {**content, "method": row["method"], "author": stored["author"]})
    heard = Heard(
        new,
        survey_id=row["survey_id"],
        survey_version=row["survey_version"],
        answers=stored["answers"],
    )
    sold = (row["sale_id"], row["sale_line_no"]) != (new.sale_id, new.sale_line_no)
    return await intake.rewrite(ctx, row, heard, fill=sold)
