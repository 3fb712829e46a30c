from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.ideas import (
    Idea,
    IdeaChange,
    IdeaNew,
    IdeaPage,
    IdeaQuery,
    IdeaVotePage,
    IdeaVoteQuery,
    Voter,
)
from app.services.feedback import ideas
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/ideas"
router = resource("feedback", PATH)


@router.get("", response_model=IdeaPage)
async def list_ideas(ctx: Ctx, request: Request, query: Annotated[IdeaQuery, Query()]) -> Response:
    """List ideas

    Those with the most votes first by default.
    """
    return replies.page(request, await ideas.find(ctx, query))


export_routes.add(router, list_ideas, Idea, ideas.find)


@router.post("", response_model=Idea, status_code=201)
async def create_idea(ctx: Ctx, new: IdeaNew) -> Response:
    """Create an idea

    With `customer_id` or `feedback_id`, the first vote is cast for whoever suggested it.
    """
    return replies.created(await ideas.create(ctx, new), PATH)


@router.get("/{idea_id}", response_model=Idea)
async def get_idea(ctx: Ctx, idea_id: PathId) -> Response:
    """Get an idea

    With its status and its number of votes.
    """
    return replies.resource(await ideas.get(ctx, idea_id))


@router.patch("/{idea_id}", response_model=Idea)
async def update_idea(
    ctx: Ctx,
    idea_id: PathId,
    patch: Annotated[IdeaChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update an idea

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. A new `status` is
    recorded as an event such as `idea.planned`. The event does not appear on the timelines of the voters, who may be
    thousands; list the votes to notify them. Every vote increments the version: leave `If-Match` out to update
    regardless of votes.
    """
    return replies.resource(await ideas.change(ctx, idea_id, patch, version))


@router.post("/{idea_id}/vote", response_model=Idea)
async def vote_for_idea(ctx: Ctx, idea_id: PathId, voter: Voter) -> Response:
    """Vote for an idea

    One vote per customer, and one per piece of feedback without a customer. Voting again changes nothing.
    """
    return replies.resource(await ideas.support(ctx, idea_id, voter))


@router.post("/{idea_id}/unvote", response_model=Idea)
async def withdraw_idea_vote(ctx: Ctx, idea_id: PathId, voter: Voter) -> Response:
    """Withdraw a vote

    Where there is no such vote, nothing changes.
    """
    return replies.resource(await ideas.withdraw(ctx, idea_id, voter))


@router.get("/{idea_id}/votes", response_model=IdeaVotePage)
async def list_idea_votes(
    ctx: Ctx, request: Request, idea_id: PathId, query: Annotated[IdeaVoteQuery, Query()]
) -> Response:
    """List the votes for an idea

    Who voted, so that they can be notified of the outcome. Earliest vote first by default.
    """
    return replies.page(request, await ideas.votes(ctx, idea_id, query))
