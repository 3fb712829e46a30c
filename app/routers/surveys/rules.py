from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import VersionQuery
from app.schemas.surveys.rules import (
    SurveyRule,
    SurveyRuleChange,
    SurveyRuleNew,
    SurveyRulePage,
    SurveyRuleQuery,
    SurveyRuleVersionPage,
)
from app.services.surveys.rules import SURVEY_RULES
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/survey-rules"
router = resource("surveys", PATH)


@router.get("", response_model=SurveyRulePage)
async def list_survey_rules(ctx: Ctx, request: Request, query: Annotated[SurveyRuleQuery, Query()]) -> Response:
    """List survey rules"""
    return replies.page(request, await SURVEY_RULES.find(ctx, query))


@router.post("", response_model=SurveyRule, status_code=201)
async def create_survey_rule(ctx: Ctx, new: SurveyRuleNew) -> Response:
    """Create a survey rule

    From now on, customers are invited after what it names, once for each sale, complaint or interaction: while the
    survey is open, the customer is not archived, and was not asked in the survey's `not_again_days`; on the channel
    that they prefer among those allowed that reach them, never on an unwelcome one, and never in their quiet hours:
    then the invitation is to be sent when these are over. What happened more than 7 days and the delay ago asks
    nobody, so that old receipts can come in. Outbound interactions count where they name who made them. 409 when the
    code is taken.
    """
    return replies.created(await SURVEY_RULES.create(ctx, new), PATH)


@router.get("/{survey_rule_id}", response_model=SurveyRule)
async def get_survey_rule(ctx: Ctx, survey_rule_id: PathId) -> Response:
    """Get a survey rule"""
    return replies.resource(await SURVEY_RULES.get(ctx, survey_rule_id))


@router.patch("/{survey_rule_id}", response_model=SurveyRule)
async def change_survey_rule(
    ctx: Ctx,
    survey_rule_id: PathId,
    patch: Annotated[SurveyRuleChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a survey rule

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole. It becomes a new
    version, unless nothing changes. Whom it is about to ask, it asks as it is then: not at all when it is no longer
    active.
    """
    return replies.resource(await SURVEY_RULES.change(ctx, survey_rule_id, patch, version))


@router.get("/{survey_rule_id}/versions", response_model=SurveyRuleVersionPage)
async def list_survey_rule_versions(
    ctx: Ctx, request: Request, survey_rule_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a survey rule

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await SURVEY_RULES.versions(ctx, survey_rule_id, query))
