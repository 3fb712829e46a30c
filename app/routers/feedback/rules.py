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
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/feedback-rules"
router = resource("feedback", PATH)


@router.get("", response_model=FeedbackRulePage)
async def list_feedback_rules(ctx: Ctx, request: Request, query: Annotated[FeedbackRuleQuery, Query()]) -> Response:
    """List feedback rules"""
    return replies.page(request, await FEEDBACK_RULES.find(ctx, query))


@router.post("", response_model=FeedbackRule, status_code=201)
async def create_feedback_rule(ctx: Ctx, new: FeedbackRuleNew) -> Response:
    """Create a feedback rule

    Makes a task or a complaint of feedback that falls under it, once, at the moment it comes in: of every score below
    50, say, or of what sounds angry. 409 when another rule has the code.
    """
    return replies.created(await FEEDBACK_RULES.create(ctx, new), PATH)


@router.get("/{feedback_rule_id}", response_model=FeedbackRule)
async def get_feedback_rule(ctx: Ctx, feedback_rule_id: PathId) -> Response:
    """Get a feedback rule"""
    return replies.resource(await FEEDBACK_RULES.get(ctx, feedback_rule_id))


@router.patch("/{feedback_rule_id}", response_model=FeedbackRule)
async def change_feedback_rule(
    ctx: Ctx,
    feedback_rule_id: PathId,
    patch: Annotated[FeedbackRuleChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a feedback rule

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole. It becomes a new
    version, unless nothing changes; what was made by it stays. A rule that is not to be applied any more is made
    inactive.
    """
    return replies.resource(await FEEDBACK_RULES.change(ctx, feedback_rule_id, patch, version))


@router.get("/{feedback_rule_id}/versions", response_model=FeedbackRuleVersionPage)
async def list_feedback_rule_versions(
    ctx: Ctx, request: Request, feedback_rule_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a feedback rule

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await FEEDBACK_RULES.versions(ctx, feedback_rule_id, query))
