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
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/survey-rules"
router = resource("surveys", PATH)


@router.get("", response_model=SurveyRulePage)
async def list_survey_rules(ctx: Ctx, request: Request, query: Annotated[SurveyRuleQuery, Query()]) -> Response:
    """List survey rules

    Newest first by default. A rule invites customers automatically, after a sale, a closed complaint or an interaction.
    """
    return replies.page(request, await SURVEY_RULES.find(ctx, query))


export_routes.add(router, list_survey_rules, SurveyRule, SURVEY_RULES.find)


@router.post("", response_model=SurveyRule, status_code=201)
async def create_survey_rule(ctx: Ctx, new: SurveyRuleNew) -> Response:
    """Create a survey rule

    From now on, customers are invited once for each sale, complaint or interaction that matches, while the survey is
    open and unless the customer is archived or was invited too recently. The channel is the customer's preferred one
    among those allowed that reach them, never an unwelcome one; in quiet hours, the invitation waits until they are
    over. Nobody is invited for what happened more than 7 days plus the delay ago, so that old receipts can be imported.
    Outbound interactions count when they name a staff member. 409 when the code is already in use.
    """
    return replies.created(await SURVEY_RULES.create(ctx, new), PATH)


@router.get("/{survey_rule_id}", response_model=SurveyRule)
async def get_survey_rule(ctx: Ctx, survey_rule_id: PathId) -> Response:
    """Get a survey rule

    The current version of the rule. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await SURVEY_RULES.get(ctx, survey_rule_id))


@router.patch("/{survey_rule_id}", response_model=SurveyRule)
async def update_survey_rule(
    ctx: Ctx,
    survey_rule_id: PathId,
    patch: Annotated[SurveyRuleChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a survey rule

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are replaced as
    a whole. Creates a new version unless nothing changes. Invitations that are already scheduled are decided by the new
    version; none are made once the rule is inactive.
    """
    return replies.resource(await SURVEY_RULES.change(ctx, survey_rule_id, patch, version))


@router.get("/{survey_rule_id}/versions", response_model=SurveyRuleVersionPage)
async def list_survey_rule_versions(
    ctx: Ctx, request: Request, survey_rule_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a survey rule

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await SURVEY_RULES.versions(ctx, survey_rule_id, query))
