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
from app.web import export_routes, replies
from app.web.deps import Ctx, IfMatch, PathId
from app.web.route import resource

PATH = "/v1/scorecards"
router = resource("visits", PATH)


@router.get("", response_model=ScorecardPage)
async def list_scorecards(ctx: Ctx, request: Request, query: Annotated[ScorecardQuery, Query()]) -> Response:
    """List scorecards

    Newest first by default. A scorecard lists the criteria that a visit is scored by.
    """
    return replies.page(request, await SCORECARDS.find(ctx, query))


export_routes.add(router, list_scorecards, Scorecard, SCORECARDS.find)


@router.post("", response_model=Scorecard, status_code=201)
async def create_scorecard(ctx: Ctx, new: ScorecardNew) -> Response:
    """Create a scorecard

    The criteria that mystery shoppers and observers score, with their weights. The score of a visit is the weighted
    mean of its items' scores, from 0 to 100; items that did not apply are left out. When a critical item fails, the
    visit scores at most that item's `cap`. 409 when the code is already in use.
    """
    return replies.created(await SCORECARDS.create(ctx, new), PATH)


@router.get("/{scorecard_id}", response_model=Scorecard)
async def get_scorecard(ctx: Ctx, scorecard_id: PathId) -> Response:
    """Get a scorecard

    The current version of the scorecard. Earlier ones are listed under `/versions`.
    """
    return replies.resource(await SCORECARDS.get(ctx, scorecard_id))


@router.patch("/{scorecard_id}", response_model=Scorecard)
async def update_scorecard(
    ctx: Ctx,
    scorecard_id: PathId,
    patch: Annotated[ScorecardChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a scorecard

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, the list of items is
    replaced as a whole. Creates a new version unless nothing changes; visits keep the version they were created with.
    """
    return replies.resource(await SCORECARDS.change(ctx, scorecard_id, patch, version))


@router.get("/{scorecard_id}/versions", response_model=ScorecardVersionPage)
async def list_scorecard_versions(
    ctx: Ctx, request: Request, scorecard_id: PathId, query: Annotated[VersionQuery, Query()]
) -> Response:
    """List the versions of a scorecard

    Every version with its full definition, the API key that made it and when, newest first by default.
    """
    return replies.page(request, await SCORECARDS.versions(ctx, scorecard_id, query))
