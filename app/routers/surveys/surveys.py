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
from app.services.surveys.surveys import SURVEYS
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/surveys"
router = resource("surveys")
codes = resource("surveys", "/v1/answer-codes")


@router.get("", response_model=SurveyPage)
async def list_surveys(ctx: Ctx, request: Request, query: Annotated[SurveyQuery, Query()]) -> Response:
    """List surveys

    Newest first by default, in every status.
    """
    return replies.page(request, await SURVEYS.find(ctx, query))


export_routes.add(router, list_surveys, Survey, SURVEYS.find)


@router.post("", response_model=Survey, status_code=201)
async def create_survey(ctx: Ctx, new: SurveyNew) -> Response:
    """Create a survey

    It starts as a draft: nobody is invited before it is opened. 409 when the code is already in use.
    """
    return replies.created(await SURVEYS.create(ctx, new), PATH)


@router.get("/{survey_id}", response_model=Survey)
async def get_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Get a survey

    The latest version, including changes that are not published. Customers see `published_version`.
    """
    return replies.resource(await SURVEYS.get(ctx, survey_id))


@router.patch("/{survey_id}", response_model=Survey)
async def update_survey(
    ctx: Ctx,
    survey_id: PathId,
    patch: Annotated[SurveyChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a survey

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, the list of questions
    is replaced as a whole. Creates a new version unless nothing changes. Customers keep seeing the published version
    until the survey is opened again. 409 once it is closed.
    """
    return replies.resource(await surveys.change(ctx, survey_id, patch, version))


@router.get("/{survey_id}/versions", response_model=SurveyVersionPage)
async def list_survey_versions(
    ctx: Ctx, request: Request, survey_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a survey

    Every version of its definition, the API key that made it and when, newest first by default. Opening, pausing and
    closing raise the version of the survey, and are not listed here.
    """
    return replies.page(request, await SURVEYS.versions(ctx, survey_id, query))


@router.post("/{survey_id}/open", response_model=Survey)
async def open_survey(ctx: Ctx, survey_id: PathId) -> Response:
    """Open a survey

    Publishes the latest version, which customers see from now on. Opening an open survey publishes later changes.
    Customers who were invited before keep the questions of their invitation. 409 once it is closed.
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

    Nobody can answer it any more, and it cannot be opened again. 409 when it is already closed.
    """
    return replies.resource(await surveys.close(ctx, survey_id))


@codes.get("", response_model=AnswerCode)
async def get_answer_code(ctx: Ctx, query: Annotated[AnswerCodeQuery, Query()]) -> Response:
    """Get the answer code of a receipt

    The code is printed on the receipt, so that its holder can answer the survey asked on receipts. The receipt need not
    be recorded yet: a till may request codes in advance for the numbers it will use. The code of a receipt never
    changes.
    """
    return replies.json_text(surveys.answer_code(ctx, query))
