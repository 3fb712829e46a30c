"""The path of a complaint: one verb a move. All answer 409 with the moves that are allowed, when theirs is not."""

from fastapi import Response

from app.schemas.complaints.complaints import Complaint
from app.schemas.complaints.moves import (
    Acceptance,
    Answer,
    Assessment,
    Closing,
    Investigation,
    Message,
    Reason,
    Referring,
    Settlement,
    Step,
    Waits,
)
from app.services.complaints import moves
from app.web import replies
from app.web.deps import Ctx, PathId
from app.web.route import resource

router = resource("complaints", "/v1/complaints/{complaint_id}")


@router.post("/acknowledge", response_model=Complaint)
async def acknowledge_complaint(ctx: Ctx, complaint_id: PathId, step: Step) -> Response:
    """Acknowledge a complaint

    Tell the customer that it has come in; ends the clock of that name. What they are told goes into `message`, and
    becomes an interaction.
    """
    return replies.resource(await moves.acknowledge(ctx, complaint_id, step))


@router.post("/assess", response_model=Complaint)
async def assess_complaint(ctx: Ctx, complaint_id: PathId, step: Assessment) -> Response:
    """Assess a complaint

    How grave, how intricate, whom it touches. The policy and the procedure are chosen anew by that.
    """
    return replies.resource(await moves.assess(ctx, complaint_id, step))


@router.post("/investigate", response_model=Complaint)
async def investigate_complaint(ctx: Ctx, complaint_id: PathId, step: Investigation) -> Response:
    """Investigate a complaint

    Also after a rejection, a deadlock or a reopening: when it is looked at again.
    """
    return replies.resource(await moves.investigate(ctx, complaint_id, step))


@router.post("/respond", response_model=Complaint)
async def respond_to_complaint(ctx: Ctx, complaint_id: PathId, step: Answer) -> Response:
    """Respond to a complaint

    The decision, and what is offered. `told_at` is set when the customer is told with it.
    """
    return replies.resource(await moves.respond(ctx, complaint_id, step))


@router.post("/accept", response_model=Complaint)
async def accept_complaint_response(ctx: Ctx, complaint_id: PathId, step: Acceptance) -> Response:
    """Accept the response

    The customer accepts the response, and the remedies on offer, or some of them: the others are refused.
    """
    return replies.resource(await moves.accept(ctx, complaint_id, step))


@router.post("/reject", response_model=Complaint)
async def reject_complaint_response(ctx: Ctx, complaint_id: PathId, step: Step) -> Response:
    """Reject the response

    The customer rejects the response, and what was offered.
    """
    return replies.resource(await moves.reject(ctx, complaint_id, step))


@router.post("/deadlock", response_model=Complaint)
async def declare_complaint_deadlock(ctx: Ctx, complaint_id: PathId, step: Step) -> Response:
    """Declare a deadlock

    The customer rejected the response, and neither side moves. It has a clock and an escalation of its own.
    """
    return replies.resource(await moves.deadlock(ctx, complaint_id, step))


@router.post("/refer", response_model=Complaint)
async def refer_complaint(ctx: Ctx, complaint_id: PathId, step: Referring) -> Response:
    """Refer a complaint outside

    To an ombudsman, an arbitrator, a court.
    """
    return replies.resource(await moves.refer(ctx, complaint_id, step))


@router.post("/settle", response_model=Complaint)
async def settle_complaint(ctx: Ctx, complaint_id: PathId, step: Settlement) -> Response:
    """Settle a dispute

    By the body it was referred to, or by agreement out of a deadlock.
    """
    return replies.resource(await moves.settle(ctx, complaint_id, step))


@router.post("/close", response_model=Complaint)
async def close_complaint(ctx: Ctx, complaint_id: PathId, step: Closing) -> Response:
    """Close a complaint

    With the root cause, where it is known. Ends the clock to resolve; the others are called off.
    """
    return replies.resource(await moves.close(ctx, complaint_id, step))


@router.post("/withdraw", response_model=Complaint)
async def withdraw_complaint(ctx: Ctx, complaint_id: PathId, step: Reason) -> Response:
    """Withdraw a complaint

    The customer takes it back. All clocks are called off.
    """
    return replies.resource(await moves.withdraw(ctx, complaint_id, step))


@router.post("/reopen", response_model=Complaint)
async def reopen_complaint(ctx: Ctx, complaint_id: PathId, step: Reason) -> Response:
    """Reopen a complaint

    As long, and as often, as the policy allows. It gets new clocks; the old ones stay as they were.
    """
    return replies.resource(await moves.reopen(ctx, complaint_id, step))


@router.post("/wait", response_model=Complaint)
async def await_others_on_complaint(ctx: Ctx, complaint_id: PathId, step: Waits) -> Response:
    """Wait for somebody else

    For the customer, a supplier, somebody else. The policy says whether clocks stand still meanwhile; the state stays.
    """
    return replies.resource(await moves.wait(ctx, complaint_id, step))


@router.post("/resume", response_model=Complaint)
async def resume_complaint(ctx: Ctx, complaint_id: PathId, step: Step) -> Response:
    """Take it up again

    What it waited for has come.
    """
    return replies.resource(await moves.resume(ctx, complaint_id, step))


@router.post("/messages", response_model=Complaint)
async def tell_complainant(ctx: Ctx, complaint_id: PathId, message: Message) -> Response:
    """Tell the customer how it goes

    Becomes an outbound interaction of the complaint, and starts the clock of the next update anew.
    """
    return replies.resource(await moves.tell(ctx, complaint_id, message))
