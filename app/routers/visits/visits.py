from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.kit.types import BatchResult
from app.schemas.visits.visits import Visit, VisitCancel, VisitChange, VisitComplete, VisitNew, VisitPage, VisitQuery
from app.services.visits import visits
from app.web import batch, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

PATH = "/v1/visits"
router = resource("visits")


@router.get("", response_model=VisitPage)
async def list_visits(ctx: Ctx, request: Request, query: Annotated[VisitQuery, Query()]) -> Response:
    """List visits

    Latest first unless sorted otherwise. What is to be done: `state=planned&sort=happened_at`.
    """
    return replies.page(request, await visits.find(ctx, query))


@router.post("", response_model=Visit, status_code=201)
async def record_visit(ctx: Ctx, new: VisitNew) -> Response:
    """Plan a visit, or record one

    With `results` it is done, and counts at once: its score is a piece of feedback of its own, of no customer. Without,
    it is planned. Every item of the scorecard needs a result, and evidence where the item asks for it. Exactly once per
    `source` and `external_id`, where they are given: the same again answers 200 with what is stored, other content 409.
    """
    return replies.recorded(*await visits.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_visits(request: Request, caller: Caller) -> Response:
    """Plan or record visits in bulk

    One visit a line, of any number; one result a line, in order, as soon as it is recorded. One bad line stops nothing,
    and the whole can be sent again: lines with `source` and `external_id` are recorded once.
    """
    return await batch.answer(request, caller, VisitNew, visits.record_many)


@router.get("/{visit_id}", response_model=Visit)
async def get_visit(ctx: Ctx, visit_id: PathId) -> Response:
    """Get a visit"""
    return replies.resource(await visits.get(ctx, visit_id))


@router.patch("/{visit_id}", response_model=Visit)
async def change_visit(
    ctx: Ctx,
    visit_id: PathId,
    patch: Annotated[VisitChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a visit

    A JSON merge patch: what is left out stays, null takes a value away. The results of a visit that is done are
    replaced whole, by the scorecard that it was made with: it is scored anew, and so is what it counts as.
    """
    return replies.resource(await visits.change(ctx, visit_id, patch, version))


@router.post("/{visit_id}/complete", response_model=Visit)
async def complete_visit(ctx: Ctx, visit_id: PathId, done: VisitComplete) -> Response:
    """Complete a visit

    With a result for every item of its scorecard. Of planned visits only: otherwise 409, with the verbs that are
    possible in `allowed`.
    """
    return replies.resource(await visits.complete(ctx, visit_id, done))


@router.post("/{visit_id}/cancel", response_model=Visit)
async def cancel_visit(ctx: Ctx, visit_id: PathId, cancel: VisitCancel) -> Response:
    """Cancel a visit

    Of planned visits only: otherwise 409, with the verbs that are possible in `allowed`.
    """
    return replies.resource(await visits.cancel(ctx, visit_id, cancel.reason))
