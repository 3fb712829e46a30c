"""Surveys: defined in versions, of which at most one is published."""

from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed
from app.rules.kit import event_types
from app.rules.surveys import receipt_codes
from app.rules.surveys import surveys as rules
from app.rules.surveys.surveys import SurveyStatus
from app.schemas.surveys.surveys import AnswerCode, AnswerCodeQuery
from app.services.kit.versioned import VersionedResource
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.surveys import surveys as store

SURVEYS = VersionedResource(store.SURVEYS)
_PAST_TENSE = {"open": "opened", "pause": "paused", "close": "closed"}


async def change(ctx: Context, survey_id: UUID, patch: Any, version: int | None) -> Document:
    """A new version, published when the survey is opened again. 409 once the survey is closed."""
    row = await store.lock(ctx, survey_id)
    if row["status"] == SurveyStatus.CLOSED:
        raise MoveNotAllowed("The survey is closed", allowed=[])
    return await SURVEYS.change(ctx, survey_id, patch, version)


async def open_(ctx: Context, survey_id: UUID) -> Document:
    """Publish the newest version. Nothing happens where it is published already."""
    row = await store.lock(ctx, survey_id)
    if row["status"] == SurveyStatus.OPEN and row["published_version"] == row["newest_version"]:
        return await SURVEYS.get(ctx, survey_id)
    return await _move(ctx, row, "open", {"published_version": row["newest_version"], "opened_at": ctx.now})


async def pause(ctx: Context, survey_id: UUID) -> Document:
    return await _move(ctx, await store.lock(ctx, survey_id), "pause", {})


async def close(ctx: Context, survey_id: UUID) -> Document:
    return await _move(ctx, await store.lock(ctx, survey_id), "close", {"closed_at": ctx.now})


def answer_code(ctx: Context, query: AnswerCodeQuery) -> str:
    """JSON of the code to be printed on a receipt."""
    code = receipt_codes.code(ctx.cursor_key, query.source, query.receipt_no)
    return AnswerCode(source=query.source, receipt_no=query.receipt_no, code=code).model_dump_json()


async def _move(ctx: Context, row: Record, move: str, values: dict[str, Any]) -> Document:
    status = SurveyStatus(row["status"])
    allowed_from, to = rules.MOVES[move]
    if status not in allowed_from:
        raise MoveNotAllowed(f"The survey is {status}", allowed=rules.allowed_moves(status))
    await store.SURVEYS.change(ctx, row["id"], {"status": to.value, **values})
    published = values.get("published_version", row["published_version"])
    data = {"published_version": published} if published is not None else {}
    type_ = event_types.get("survey", _PAST_TENSE[move])
    event = Event(type_, row["id"], None, type_.titled(name=row["name"]), ctx.now, data=data)
    await events.record(ctx, event)
    return await SURVEYS.get(ctx, row["id"])
