from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import VersionQuery
from app.schemas.surveys.surveys import (
    AnswerCode,
    AnswerCodeQuery,
    Survey,
    SurveyChange,
    SurveyNew,
    SurveyPage,
    SurveyQuery,
    SurveyVersionPage,
)
from app.services.surveys import surveys
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/surveys"
router = resource("surveys")
codes = resource("surveys", "/v1/answer-codes")


@router.get("", response_model=SurveyPage)
async def list_surveys(ctx: Ctx, request: Request, query: Annotated[SurveyQuery, Query()]) -> Response:
    """List surveys"""
    return replies.page(request, await surveys.find(ctx, query))


@router.post("", response_model=Survey, status_code=201)
async def create_survey(ctx: Ctx, new: SurveyNew) -> Response:
    """Create a survey

    A draft: nobody is asked before it is opened. 409 when another one has its code.
    """
    return replies.created(await surveys.create(ctx, new), PATH)


@router.get("/{survey_id}", response_model=Survey)
async def get_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Get a survey

    As it was written last: what is asked is its `published_version`.
    """
    return replies.resource(await surveys.get(ctx, survey_id))


@router.patch("/{survey_id}", response_model=Survey)
async def change_survey(
    ctx: Ctx,
    survey_id: PathId,
    patch: Annotated[SurveyChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a survey

    A JSON merge patch: what is left out stays, null takes a value away, the list of questions is replaced whole. It
    becomes a new version, unless nothing changes. What is published stays as it is, and is what customers are asked,
    until the survey is opened again. 409 once it is closed.
    """
    return replies.resource(await surveys.change(ctx, survey_id, patch, version))


@router.get("/{survey_id}/versions", response_model=SurveyVersionPage)
async def list_survey_versions(
    ctx: Ctx, request: Request, survey_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a survey

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await surveys.versions(ctx, survey_id, query))


@router.post("/{survey_id}/open", response_model=Survey)
async def open_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Open a survey

    Its newest version is published: that is what customers are asked from now on. Opening one that is open publishes
    what was changed since. Whoever was invited before keeps the questions of their invitation. 409 once it is closed.
    """
    return replies.resource(await surveys.open_(ctx, survey_id))


@router.post("/{survey_id}/pause", response_model=Survey)
async def pause_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Pause a survey

    Nobody can answer it until it is opened again. 409 unless it is open.
    """
    return replies.resource(await surveys.pause(ctx, survey_id))


@router.post("/{survey_id}/close", response_model=Survey)
async def close_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Close a survey

    For good: nobody can answer it any more. 409 when it is closed already.
    """
    return replies.resource(await surveys.close(ctx, survey_id))


@codes.get("", response_model=AnswerCode)
async def get_answer_code(ctx: Ctx, query: Annotated[AnswerCodeQuery, Query()]) -> Response:
    """Get the code of a receipt

    To be printed on it, so that its holder can answer the survey that is asked on receipts. The receipt need not be
    known yet: a till may ask ahead for numbers that it is going to give. The code of a receipt never changes.
    """
    return replies.json_text(surveys.answer_code(ctx, query))
