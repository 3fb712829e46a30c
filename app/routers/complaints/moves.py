"""The moves of a complaint, one verb each. All answer 409 with the allowed moves where the state refuses theirs."""

from fastapi import Response

from app.schemas.complaints.complaints import Complaint
from app.schemas.complaints.moves import (
    ComplaintAssessment,
    ComplaintClosure,
    ComplaintHold,
    ComplaintInvestigation,
    ComplaintMessage,
    ComplaintReferral,
    ComplaintResponse,
    ComplaintSettlement,
    MoveDetails,
    MoveWithReason,
    ResponseAcceptance,
)
from app.services.complaints import moves
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("complaints", "/v1/complaints/{complaint_id}")


@router.post("/acknowledge", response_model=Complaint)
async def acknowledge_complaint(ctx: Ctx, complaint_id: PathId, step: MoveDetails) -> Response:
    """Acknowledge a complaint

    Confirms to the customer that the complaint was received, and stops the acknowledge clock. Where `message` is given,
    it is recorded as an outbound interaction with the customer. 409 with the moves that are `allowed` where the state
    does not permit it.
    """
    return replies.resource(await moves.acknowledge(ctx, complaint_id, step))


@router.post("/assess", response_model=Complaint)
async def assess_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintAssessment) -> Response:
    """Assess a complaint

    Sets severity, complexity and impact. The service policy and the procedure are selected again accordingly. 409 with
    the moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.assess(ctx, complaint_id, step))


@router.post("/investigate", response_model=Complaint)
async def investigate_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintInvestigation) -> Response:
    """Investigate a complaint

    Starts the investigation, or resumes it after a rejected response, a deadlock or a reopening. 409 with the moves
    that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.investigate(ctx, complaint_id, step))


@router.post("/respond", response_model=Complaint)
async def respond_to_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintResponse) -> Response:
    """Respond to a complaint

    Records the decision and the remedies offered. `notified_at` is set when the customer is notified in the same
    request, by `message` or `interaction_id`. 409 with the moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.respond(ctx, complaint_id, step))


@router.post("/accept", response_model=Complaint)
async def accept_complaint_response(ctx: Ctx, complaint_id: PathId, step: ResponseAcceptance) -> Response:
    """Accept a response

    The customer accepts the response and all remedies on offer, or those in `remedy_ids`; the others are refused. 409
    with the moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.accept(ctx, complaint_id, step))


@router.post("/reject", response_model=Complaint)
async def reject_complaint_response(ctx: Ctx, complaint_id: PathId, step: MoveDetails) -> Response:
    """Reject a response

    The customer rejects the response and the remedies on offer. 409 with the moves that are `allowed` where the state
    does not permit it.
    """
    return replies.resource(await moves.reject(ctx, complaint_id, step))


@router.post("/deadlock", response_model=Complaint)
async def declare_complaint_deadlock(ctx: Ctx, complaint_id: PathId, step: MoveDetails) -> Response:
    """Declare a deadlock

    The customer rejected the response and neither side moves. Starts the deadlock clock, which has its own target and
    escalation steps. 409 with the moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.deadlock(ctx, complaint_id, step))


@router.post("/refer", response_model=Complaint)
async def refer_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintReferral) -> Response:
    """Refer a complaint

    Hands the dispute to an external body: an ombudsman, an arbitrator or a court. 409 with the moves that are `allowed`
    where the state does not permit it.
    """
    return replies.resource(await moves.refer(ctx, complaint_id, step))


@router.post("/settle", response_model=Complaint)
async def settle_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintSettlement) -> Response:
    """Settle a complaint

    Records how a dispute ended: by a decision of the external body, or by agreement after a deadlock. 409 with the
    moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.settle(ctx, complaint_id, step))


@router.post("/close", response_model=Complaint)
async def close_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintClosure) -> Response:
    """Close a complaint

    With the root cause, where it is known. Stops the resolve clock and cancels the others. 409 with the moves that are
    `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.close(ctx, complaint_id, step))


@router.post("/withdraw", response_model=Complaint)
async def withdraw_complaint(ctx: Ctx, complaint_id: PathId, step: MoveWithReason) -> Response:
    """Withdraw a complaint

    The customer takes the complaint back. All running clocks are cancelled. 409 with the moves that are `allowed` where
    the state does not permit it.
    """
    return replies.resource(await moves.withdraw(ctx, complaint_id, step))


@router.post("/reopen", response_model=Complaint)
async def reopen_complaint(ctx: Ctx, complaint_id: PathId, step: MoveWithReason) -> Response:
    """Reopen a complaint

    Within the time and the number of times that the service policy allows. Starts a new cycle of clocks; those of
    earlier cycles are kept as they were. 409 with the moves that are `allowed` where the state does not permit it.
    """
    return replies.resource(await moves.reopen(ctx, complaint_id, step))


@router.post("/hold", response_model=Complaint)
async def hold_complaint(ctx: Ctx, complaint_id: PathId, step: ComplaintHold) -> Response:
    """Put a complaint on hold

    While it is waiting on the customer, a supplier or another party. The state does not change; the service policy says
    whether clocks are paused meanwhile.
    """
    return replies.resource(await moves.hold(ctx, complaint_id, step))


@router.post("/resume", response_model=Complaint)
async def resume_complaint(ctx: Ctx, complaint_id: PathId, step: MoveDetails) -> Response:
    """Resume a complaint

    Takes a complaint off hold, so that paused clocks run again. 409 when it is not on hold.
    """
    return replies.resource(await moves.resume(ctx, complaint_id, step))


@router.post("/messages", response_model=Complaint)
async def send_complaint_update(ctx: Ctx, complaint_id: PathId, message: ComplaintMessage) -> Response:
    """Send the customer an update

    Recorded as an outbound interaction about the complaint. Restarts the clock for the next update.
    """
    return replies.resource(await moves.send_update(ctx, complaint_id, message))
