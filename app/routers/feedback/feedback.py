from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.feedback import Feedback, FeedbackPage, FeedbackQuery
from app.schemas.feedback.intake import FeedbackChange, FeedbackNew
from app.schemas.feedback.loop import FeedbackAcknowledgement, FeedbackAction, FeedbackClaim, FeedbackNotification
from app.schemas.kit.claims import Release
from app.schemas.kit.types import BatchResult
from app.services.feedback import claims, feedback, loop
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("feedback")
PATH = "/v1/feedback"


@router.get("", response_model=FeedbackPage)
async def list_feedback(ctx: Ctx, request: Request, query: Annotated[FeedbackQuery, Query()]) -> Response:
    """List feedback

    All feedback, whichever way it was collected, latest first by default. `acknowledged=false` lists what nobody has
    responded to yet, `closed=false` open loops, and `claimed=false` feedback without a customer.
    """
    return replies.page(request, await feedback.find(ctx, query))


export_routes.add(router, list_feedback, Feedback, feedback.find)


@router.post("", response_model=Feedback, status_code=201)
async def record_feedback(ctx: Ctx, new: FeedbackNew) -> Response:
    """Record feedback

    Idempotent by `source` and `external_id` where they are given: the same content again answers 200 with what is
    stored, other content answers 409 and names the differences. Each rating is stored on its original scale and
    converted to a score from 0 to 100; the text is analyzed in supported languages. Without `customer_id`, the feedback
    is assigned to the buyer, to the customer of the complaint or interaction, or to the only customer with the author's
    contact point; otherwise it stays unassigned until it is claimed. Site and staff are taken from the sale when they
    are left out. A receipt that is not known yet is linked as soon as it arrives. Feedback rules create tasks and
    complaints immediately.
    """
    return replies.recorded(*await feedback.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_feedback_batch(request: Request, caller: Caller) -> Response:
    """Record feedback in bulk

    JSON Lines: one piece of feedback per line, any number of lines. Answers one result per line, in order, as soon as
    the feedback is recorded. A line that is refused does not affect the others. The same file can be sent again: lines
    with `source` and `external_id` are recorded once.
    """
    return await batch.record_lines(request, caller, FeedbackNew, feedback.record_many)


@router.get("/{feedback_id}", response_model=Feedback)
async def get_feedback(ctx: Ctx, feedback_id: PathId) -> Response:
    """Get a piece of feedback

    With its ratings, its text analysis, and what was done about it.
    """
    return replies.resource(await feedback.get(ctx, feedback_id))


@router.patch("/{feedback_id}", response_model=Feedback)
async def update_feedback(
    ctx: Ctx,
    feedback_id: PathId,
    patch: Annotated[FeedbackChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update a piece of feedback

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, the list of ratings
    is replaced as a whole. A changed text is analyzed again. 409 for the feedback of a visit, which is changed by
    updating the visit.
    """
    return replies.resource(await feedback.change(ctx, feedback_id, patch, version))


@router.post("/{feedback_id}/claim", response_model=Feedback)
async def claim_feedback(ctx: Ctx, feedback_id: PathId, claim: FeedbackClaim) -> Response:
    """Assign feedback to a customer

    Whatever is linked to the feedback and has no customer of its own goes along: messages, tasks, the complaint that
    was made of it, its vote for an idea. 409 when it already belongs to another customer, unless `moved_from` names
    that one: then it is moved.
    """
    return replies.resource(await claims.claim(ctx, feedback_id, claim))


@router.post("/{feedback_id}/release", response_model=Feedback)
async def release_feedback(ctx: Ctx, feedback_id: PathId, release: Release) -> Response:
    """Take feedback from its customer

    For feedback that was assigned by mistake. It belongs to nobody again, and so does what followed it; their timelines
    are corrected. Feedback without a customer stays as it is.
    """
    return replies.resource(await claims.release(ctx, feedback_id, release.reason))


@router.post("/{feedback_id}/acknowledge", response_model=Feedback)
async def acknowledge_feedback(ctx: Ctx, feedback_id: PathId, thanks: FeedbackAcknowledgement) -> Response:
    """Acknowledge feedback

    Records that the author was thanked. With `message` and `channel`, the message is recorded as an interaction, of the
    customer where one is known. Repeating the same request changes nothing. 409 when it was already acknowledged
    otherwise, or when the customer does not want the channel and no `unwelcome_reason` is given.
    """
    return replies.resource(await loop.acknowledge(ctx, feedback_id, thanks))


@router.post("/{feedback_id}/act", response_model=Feedback)
async def record_feedback_action(ctx: Ctx, feedback_id: PathId, deed: FeedbackAction) -> Response:
    """Record what was changed

    Records the improvement made because of the feedback. Closes the loop when there is nobody to notify: neither a
    customer nor an author with a contact point. Repeating the same request changes nothing. 409 when another action is
    already recorded.
    """
    return replies.resource(await loop.act(ctx, feedback_id, deed))


@router.post("/{feedback_id}/notify", response_model=Feedback)
async def notify_feedback_customer(ctx: Ctx, feedback_id: PathId, told: FeedbackNotification) -> Response:
    """Notify the customer of what was changed

    Closes the loop. With `message` and `channel`, the message is recorded as an interaction. 409 while no action is
    recorded, when the customer was already notified otherwise, or when they do not want the channel and no
    `unwelcome_reason` is given.
    """
    return replies.resource(await loop.notify(ctx, feedback_id, told))
