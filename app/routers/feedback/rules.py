from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.rules import (
    FeedbackRule,
    FeedbackRuleChange,
    FeedbackRuleNew,
    FeedbackRulePage,
    FeedbackRuleQuery,
    FeedbackRuleVersionPage,
)
from app.schemas.kit.types import VersionQuery
from app.services.feedback.rules import FEEDBACK_RULES
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/feedback-rules"
router = resource("feedback", PATH)


@router.get("", response_model=FeedbackRulePage)
async def list_feedback_rules(ctx: Ctx, request: Request, query: Annotated[FeedbackRuleQuery, Query()]) -> Response:
    """List feedback rules

    Newest first by default. A rule creates a task or a complaint from feedback that matches it.
    """
    return replies.page(request, await FEEDBACK_RULES.find(ctx, query))


export_routes.add(router, list_feedback_rules, FeedbackRule, FEEDBACK_RULES.find)


@router.post("", response_model=FeedbackRule, status_code=201)
async def create_feedback_rule(ctx: Ctx, new: FeedbackRuleNew) -> Response:
    """Create a feedback rule

    Creates a task or a complaint from each piece of matching feedback, once: when the feedback is recorded, or when it
    comes to match because it is corrected. For every score below 50, for example, or for negative reviews. 409 when the
    code is already in use.
    """
    return replies.created(await FEEDBACK_RULES.create(ctx, new), PATH)


@router.get("/{feedback_rule_id}", response_model=FeedbackRule)
async def get_feedback_rule(ctx: Ctx, feedback_rule_id: PathId) -> Response:
    """Get a feedback rule

    The current version of the rule. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await FEEDBACK_RULES.get(ctx, feedback_rule_id))


@router.patch("/{feedback_rule_id}", response_model=FeedbackRule)
async def update_feedback_rule(
    ctx: Ctx,
    feedback_rule_id: PathId,
    patch: Annotated[FeedbackRuleChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a feedback rule

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are replaced as
    a whole. Creates a new version unless nothing changes; tasks and complaints that it created stay. Set `active` to
    false to stop a rule.
    """
    return replies.resource(await FEEDBACK_RULES.change(ctx, feedback_rule_id, patch, version))


@router.get("/{feedback_rule_id}/versions", response_model=FeedbackRuleVersionPage)
async def list_feedback_rule_versions(
    ctx: Ctx, request: Request, feedback_rule_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a feedback rule

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await FEEDBACK_RULES.versions(ctx, feedback_rule_id, query))
