from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.complaints.checklists import Checklist, StepChange
from app.schemas.complaints.clocks import ComplaintClocks
from app.schemas.complaints.complaints import (
    Complaint,
    ComplaintChange,
    ComplaintClaim,
    ComplaintNew,
    ComplaintPage,
    ComplaintQuery,
)
from app.schemas.complaints.moves import MovePage, MoveQuery
from app.schemas.kit.types import BatchResult
from app.services.complaints import checklist, clock_report, complaints
from app.web import batch, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId, PathKey
from app.web.route import resource, streams

router = resource("complaints")
PATH = "/v1/complaints"


@router.get("", response_model=ComplaintPage)
async def list_complaints(ctx: Ctx, request: Request, query: Annotated[ComplaintQuery, Query()]) -> Response:
    """List complaints

    Latest first unless sorted otherwise. `reference` finds one by its number, however it was said; a number with a
    wrong digit finds none. `overdue=true` lists those whose time has run out, `sort=due_at` those whose time will, the
    most urgent first.
    """
    return replies.page(request, await complaints.find(ctx, query))


@router.post("", response_model=Complaint, status_code=201)
async def record_complaint(ctx: Ctx, new: ComplaintNew) -> Response:
    """Record a complaint

    Exactly once per `source` and `external_id`, where they are given: the same again answers 200 with what is stored,
    other content 409 naming the differences. Without `customer_id`, it is that of whoever alone is known by the
    complainant's contact, else of the buyer or of the interaction's customer; where nobody is known, it is kept, to be
    claimed later. The service policy and the procedure that fit are chosen, and the clocks start at `received_at`. A
    complaint that was kept elsewhere brings the way it has come in `history`.
    """
    return replies.recorded(*await complaints.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_complaints(request: Request, caller: Caller) -> Response:
    """Record complaints in bulk

    One complaint a line, of any number; one result a line, in order, as soon as it is recorded. One bad line stops
    nothing, and the whole can be sent again: lines with `source` and `external_id` are recorded once.
    """
    return await batch.answer(request, caller, ComplaintNew, complaints.record_many)


@router.get("/{complaint_id}", response_model=Complaint)
async def get_complaint(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get a complaint"""
    return replies.resource(await complaints.get(ctx, complaint_id))


@router.patch("/{complaint_id}", response_model=Complaint)
async def change_complaint(
    ctx: Ctx,
    complaint_id: PathId,
    patch: Annotated[ComplaintChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a complaint

    A JSON merge patch: what is left out stays, null takes a value away. Its state changes by moves only. Where the
    policy or the procedure is chosen by what changes, they are chosen anew: what has run and what was paused stays, a
    breach stays one.
    """
    return replies.resource(await complaints.change(ctx, complaint_id, patch, version))


@router.post("/{complaint_id}/claim", response_model=Complaint)
async def claim_complaint(ctx: Ctx, complaint_id: PathId, claim: ComplaintClaim) -> Response:
    """Say whose complaint it is

    For complaints of somebody who was not known. 409 when it belongs to another customer already.
    """
    return replies.resource(await complaints.claim(ctx, complaint_id, claim.customer_id))


@router.get("/{complaint_id}/moves", response_model=MovePage)
async def list_complaint_moves(
    ctx: Ctx, request: Request, complaint_id: PathId, query: Annotated[MoveQuery, Query()]
) -> Response:
    """List the moves of a complaint

    The way it has come, first to last: when each move was made and when it was recorded, by whom, and what the
    customer was told with it.
    """
    return replies.page(request, await complaints.way(ctx, complaint_id, query))


@router.get("/{complaint_id}/clock", response_model=ComplaintClocks)
async def explain_complaint_clock(ctx: Ctx, complaint_id: PathId) -> Response:
    """Explain the clocks of a complaint

    Every interval of every clock, what it counts day by day in which calendar, and why it stood still; when it runs
    out, and what was or will be done then.
    """
    return replies.json_text(await clock_report.explain(ctx, complaint_id))


@router.get("/{complaint_id}/checklist", response_model=Checklist)
async def get_complaint_checklist(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get the checklist of a complaint

    The steps of its procedure and what was done of them, what is missing for each possible move, and what helps with a
    customer who feels as this one does.
    """
    return replies.json_text(await checklist.checklist(ctx, complaint_id))


@router.put("/{complaint_id}/checklist/{step}", response_model=Checklist)
async def mark_complaint_step(ctx: Ctx, complaint_id: PathId, step: PathKey, change: StepChange) -> Response:
    """Mark a step of the checklist

    As done, or as not done after all. 404 for a step that the procedure has not.
    """
    return replies.json_text(await checklist.mark(ctx, complaint_id, step, change))
