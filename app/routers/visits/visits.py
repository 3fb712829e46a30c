from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import BatchResult
from app.schemas.visits.visits import Visit, VisitCancel, VisitChange, VisitComplete, VisitNew, VisitPage, VisitQuery
from app.services.visits import visits
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

PATH = "/v1/visits"
router = resource("visits")


@router.get("", response_model=VisitPage)
async def list_visits(ctx: Ctx, request: Request, query: Annotated[VisitQuery, Query()]) -> Response:
    """List visits

    Latest first by default. For planned visits in order, use `state=planned` and `sort=happened_at`.
    """
    return replies.page(request, await visits.find(ctx, query))


export_routes.add(router, list_visits, Visit, visits.find)


@router.post("", response_model=Visit, status_code=201)
async def record_visit(ctx: Ctx, new: VisitNew) -> Response:
    """Record a visit

    With `results`, the visit is done: it is scored, and its score is recorded as feedback without a customer. Without
    `results`, it is planned. Every item of the scorecard needs a result, and evidence where the item requires it.
    Idempotent by `source` and `external_id` where they are given: the same content again answers 200 with what is
    stored, other content 409.
    """
    return replies.recorded(*await visits.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_visits(request: Request, caller: Caller) -> Response:
    """Record visits in bulk

    JSON Lines: one visit per line, any number of lines. Answers one result per line, in order, as soon as the visit is
    recorded. A line that is refused does not affect the others. The same file can be sent again: lines with `source`
    and `external_id` are recorded once.
    """
    return await batch.record_lines(request, caller, VisitNew, visits.record_many)


@router.get("/{visit_id}", response_model=Visit)
async def get_visit(ctx: Ctx, visit_id: PathId) -> Response:
    """Get a visit

    With the score of each item and of the whole.
    """
    return replies.resource(await visits.get(ctx, visit_id))


@router.patch("/{visit_id}", response_model=Visit)
async def update_visit(
    ctx: Ctx,
    visit_id: PathId,
    patch: Annotated[VisitChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a visit

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. The results of a
    completed visit are replaced as a whole, and scored again by the version of the scorecard it was created with; its
    feedback follows.
    """
    return replies.resource(await visits.change(ctx, visit_id, patch, version))


@router.post("/{visit_id}/complete", response_model=Visit)
async def complete_visit(ctx: Ctx, visit_id: PathId, done: VisitComplete) -> Response:
    """Complete a visit

    With a result for every item of its scorecard. 409 unless the visit is planned, with the moves that are possible in
    `allowed`.
    """
    return replies.resource(await visits.complete(ctx, visit_id, done))


@router.post("/{visit_id}/cancel", response_model=Visit)
async def cancel_visit(ctx: Ctx, visit_id: PathId, cancel: VisitCancel) -> Response:
    """Cancel a visit

    The reason is kept with the visit. 409 unless the visit is planned, with the moves that are possible in `allowed`.
    """
    return replies.resource(await visits.cancel(ctx, visit_id, cancel.reason))
