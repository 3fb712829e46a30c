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
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/ideas"
router = resource("feedback", PATH)


@router.get("", response_model=IdeaPage)
async def list_ideas(ctx: Ctx, request: Request, query: Annotated[IdeaQuery, Query()]) -> Response:
    """List ideas

    What most people want stands first, unless sorted otherwise.
    """
    return replies.page(request, await ideas.find(ctx, query))


@router.post("", response_model=Idea, status_code=201)
async def create_idea(ctx: Ctx, new: IdeaNew) -> Response:
    """Create an idea

    With `customer_id` or `feedback_id`, whoever voices it has cast the first vote.
    """
    return replies.created(await ideas.create(ctx, new), PATH)


@router.get("/{idea_id}", response_model=Idea)
async def get_idea(ctx: Ctx, idea_id: PathId) -> Response:
    """Get an idea"""
    return replies.resource(await ideas.get(ctx, idea_id))


@router.patch("/{idea_id}", response_model=Idea)
async def change_idea(
    ctx: Ctx,
    idea_id: PathId,
    patch: Annotated[IdeaChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change an idea

    A JSON merge patch: what is left out stays, null takes a value away. A new `status` is an event of its own, such as
    `idea.planned`; it is not written on the timelines of those who voted, who may be thousands: the idea's votes say
    whom to tell. The version rises with every vote: without `If-Match`, votes are not in the way of a change.
    """
    return replies.resource(await ideas.change(ctx, idea_id, patch, version))


@router.post("/{idea_id}/vote", response_model=Idea)
async def vote_for_idea(ctx: Ctx, idea_id: PathId, voter: Voter) -> Response:
    """Vote for an idea

    Once per customer, and once per piece of feedback of nobody who is known: again changes nothing.
    """
    return replies.resource(await ideas.support(ctx, idea_id, voter))


@router.post("/{idea_id}/unvote", response_model=Idea)
async def unvote_for_idea(ctx: Ctx, idea_id: PathId, voter: Voter) -> Response:
    """Take a vote back

    Where there is none, nothing changes.
    """
    return replies.resource(await ideas.withdraw(ctx, idea_id, voter))


@router.get("/{idea_id}/votes", response_model=IdeaVotePage)
async def list_idea_votes(
    ctx: Ctx, request: Request, idea_id: PathId, query: Annotated[IdeaVoteQuery, Query()]
) -> Response:
    """List the votes for an idea

    Who wants it, so that they can be told what became of it: the first who did stands first, unless sorted otherwise.
    """
    return replies.page(request, await ideas.votes(ctx, idea_id, query))
