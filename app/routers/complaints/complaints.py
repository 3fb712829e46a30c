from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.complaints.checklists import Checklist, StepChange
from app.schemas.complaints.clocks import ComplaintClocks
from app.schemas.complaints.complaints import Complaint, ComplaintClaim, ComplaintPage, ComplaintQuery
from app.schemas.complaints.intake import ComplaintChange, ComplaintNew
from app.schemas.complaints.moves import ComplaintMovePage, ComplaintMoveQuery
from app.schemas.kit.claims import Release
from app.schemas.kit.types import BatchResult
from app.services.complaints import checklist, claims, clock_report, complaints
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId, PathKey
from app.web.route import resource, streams

router = resource("complaints")
PATH = "/v1/complaints"


@router.get("", response_model=ComplaintPage)
async def list_complaints(ctx: Ctx, request: Request, query: Annotated[ComplaintQuery, Query()]) -> Response:
    """List complaints

    Latest first by default. `reference` looks a complaint up by its number in any spelling; a mistyped number finds
    nothing. `overdue=true` lists open complaints whose next due time has passed, `sort=due_at` lists those with a
    running clock, the most urgent first.
    """
    return replies.page(request, await complaints.find(ctx, query))


export_routes.add(router, list_complaints, Complaint, complaints.find)


@router.post("", response_model=Complaint, status_code=201)
async def record_complaint(ctx: Ctx, new: ComplaintNew) -> Response:
    """Record a complaint

    Idempotent by `source` and `external_id` where they are given: the same content again answers 200 with what is
    stored, other content answers 409 and names the differences. Without `customer_id`, the complaint is assigned to the
    only customer with the complainant's contact point, else to the buyer of the sale or the customer of the
    interaction; otherwise it stays unassigned until it is claimed. The service policy and the procedure that match are
    selected, and the clocks start at `received_at`. A complaint migrated from another system brings its earlier moves
    in `history`.
    """
    return replies.recorded(*await complaints.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_complaints(request: Request, caller: Caller) -> Response:
    """Record complaints in bulk

    JSON Lines: one complaint per line, any number of lines. Answers one result per line, in order, as soon as the
    complaint is recorded. A line that is refused does not affect the others. The same file can be sent again: lines
    with `source` and `external_id` are recorded once.
    """
    return await batch.record_lines(request, caller, ComplaintNew, complaints.record_many)


@router.get("/{complaint_id}", response_model=Complaint)
async def get_complaint(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get a complaint

    With its remedies, actions and clocks, and the moves that its state allows.
    """
    return replies.resource(await complaints.get(ctx, complaint_id))


@router.patch("/{complaint_id}", response_model=Complaint)
async def update_complaint(
    ctx: Ctx,
    complaint_id: PathId,
    patch: Annotated[ComplaintChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a complaint

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value. The state changes
    only by moves such as `/acknowledge`. The policy and the procedure are selected again when the fields that they
    depend on change; elapsed time, pauses and breaches are kept.
    """
    return replies.resource(await complaints.change(ctx, complaint_id, patch, version))


@router.post("/{complaint_id}/claim", response_model=Complaint)
async def claim_complaint(ctx: Ctx, complaint_id: PathId, claim: ComplaintClaim) -> Response:
    """Assign a complaint to a customer

    Whatever is linked to the complaint and has no customer of its own goes along: messages, feedback, tasks and
    invitations about it. 409 when it already belongs to another customer, unless `moved_from` names that one: then it
    is moved.
    """
    return replies.resource(await claims.claim(ctx, complaint_id, claim))


@router.post("/{complaint_id}/release", response_model=Complaint)
async def release_complaint(ctx: Ctx, complaint_id: PathId, release: Release) -> Response:
    """Take a complaint from its customer

    For a complaint that was assigned by mistake. It belongs to nobody again, and so does what followed it; their
    timelines are corrected. A complaint without a customer stays as it is.
    """
    return replies.resource(await claims.release(ctx, complaint_id, release.reason))


@router.get("/{complaint_id}/moves", response_model=ComplaintMovePage)
async def list_complaint_moves(
    ctx: Ctx, request: Request, complaint_id: PathId, query: Annotated[ComplaintMoveQuery, Query()]
) -> Response:
    """List the moves of a complaint

    The history of the complaint, oldest first: when each move happened and when it was recorded, by whom, and the
    interaction in which the customer was notified.
    """
    return replies.page(request, await complaints.history(ctx, complaint_id, query))


@router.get("/{complaint_id}/clocks", response_model=ComplaintClocks)
async def get_complaint_clocks(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get the clocks of a complaint

    Explains every due time: each interval in which a clock ran or was paused and why, the working time counted on each
    day, when the clock runs out, and the escalation steps that were or will be taken.
    """
    return replies.json_text(await clock_report.explain(ctx, complaint_id))


@router.get("/{complaint_id}/checklist", response_model=Checklist)
async def get_complaint_checklist(ctx: Ctx, complaint_id: PathId) -> Response:
    """Get the checklist of a complaint

    The steps of its procedure and whether they are done, the mandatory steps still open before each possible move, and
    guidance for dealing with the customer's feeling.
    """
    return replies.json_text(await checklist.checklist(ctx, complaint_id))


@router.put("/{complaint_id}/checklist/{step}", response_model=Checklist)
async def mark_complaint_step(ctx: Ctx, complaint_id: PathId, step: PathKey, change: StepChange) -> Response:
    """Mark a checklist step as done

    With `done` false, the step is marked as not done after all. 404 when the procedure has no step with this key.
    """
    return replies.json_text(await checklist.mark(ctx, complaint_id, step, change))
