from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import VersionQuery
from app.schemas.visits.scorecards import (
    Scorecard,
    ScorecardChange,
    ScorecardNew,
    ScorecardPage,
    ScorecardQuery,
    ScorecardVersionPage,
)
from app.services.visits.scorecards import SCORECARDS
from app.web import replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/scorecards"
router = resource("visits", PATH)


@router.get("", response_model=ScorecardPage)
async def list_scorecards(ctx: Ctx, request: Request, query: Annotated[ScorecardQuery, Query()]) -> Response:
    """List scorecards"""
    return replies.page(request, await SCORECARDS.find(ctx, query))


@router.post("", response_model=Scorecard, status_code=201)
async def create_scorecard(ctx: Ctx, new: ScorecardNew) -> Response:
    """Create a scorecard

    What mystery shoppers and observers look at, and how much each of it weighs. The score of a visit is the mean of its
    items' scores, from 0 to 100, each counted by its weight; items that did not apply count for nothing. Where a
    critical item fails, the visit scores at most that item's `cap`. 409 when another one has the code.
    """
    return replies.created(await SCORECARDS.create(ctx, new), PATH)


@router.get("/{scorecard_id}", response_model=Scorecard)
async def get_scorecard(ctx: Ctx, scorecard_id: PathId) -> Response:
    """Get a scorecard"""
    return replies.resource(await SCORECARDS.get(ctx, scorecard_id))


@router.patch("/{scorecard_id}", response_model=Scorecard)
async def change_scorecard(
    ctx: Ctx,
    scorecard_id: PathId,
    patch: Annotated[ScorecardChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a scorecard

    A JSON merge patch: what is left out stays, null takes a value away, the list of items is replaced whole. It becomes
    a new version, unless nothing changes; visits keep the version that they were made with.
    """
    return replies.resource(await SCORECARDS.change(ctx, scorecard_id, patch, version))


@router.get("/{scorecard_id}/versions", response_model=ScorecardVersionPage)
async def list_scorecard_versions(
    ctx: Ctx, request: Request, scorecard_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a scorecard

    What it was, who made it so and when: the newest first, unless sorted otherwise.
    """
    return replies.page(request, await SCORECARDS.versions(ctx, scorecard_id, query))
