from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.feedback.feedback import Feedback, FeedbackChange, FeedbackNew, FeedbackPage, FeedbackQuery
from app.schemas.feedback.loop import Acknowledgement, Deed, FeedbackClaim, Told
from app.schemas.kit.types import BatchResult
from app.services.feedback import claims, feedback, loop
from app.web import batch, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("feedback")
PATH = "/v1/feedback"


@router.get("", response_model=FeedbackPage)
async def list_feedback(ctx: Ctx, request: Request, query: Annotated[FeedbackQuery, Query()]) -> Response:
    """List feedback

    Whatever was said, however it came: latest first unless sorted otherwise. `acknowledged=false` lists what nobody
    has thanked for yet, `closed=false` the loops that are open, `claimed=false` what is of nobody who is known.
    """
    return replies.page(request, await feedback.find(ctx, query))


@router.post("", response_model=Feedback, status_code=201)
async def record_feedback(ctx: Ctx, new: FeedbackNew) -> Response:
    """Record feedback

    Exactly once per `source` and `external_id`, where they are given: the same again answers 200 with what is stored,
    other content 409 naming the differences. Each rating is kept as it was given and brought onto the scale from 0 to
    100; the text is judged, where its language can be. Without `customer_id`, it is that of the buyer, of whoever
    complained or was spoken to, or of whoever alone is known by the author's contact; where nobody is known, it is
    kept, to be claimed later. Where it was and who served is taken from the sale, where it is not given; a receipt
    that is not known yet is waited for. Feedback rules make tasks and complaints of it at once.
    """
    return replies.recorded(*await feedback.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_feedback_batch(request: Request, caller: Caller) -> Response:
    """Record feedback in bulk

    One piece of feedback a line, of any number; one result a line, in order, as soon as it is recorded. One bad line
    stops nothing, and the whole can be sent again: lines with `source` and `external_id` are recorded once.
    """
    return await batch.answer(request, caller, FeedbackNew, feedback.record_many)


@router.get("/{feedback_id}", response_model=Feedback)
async def get_feedback(ctx: Ctx, feedback_id: PathId) -> Response:
    """Get a piece of feedback"""
    return replies.resource(await feedback.get(ctx, feedback_id))


@router.patch("/{feedback_id}", response_model=Feedback)
async def change_feedback(
    ctx: Ctx,
    feedback_id: PathId,
    patch: Annotated[FeedbackChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change a piece of feedback

    A JSON merge patch: what is left out stays, null takes a value away, the list of ratings is replaced whole. A
    changed text is judged anew. 409 for what a visit found: it goes with the visit.
    """
    return replies.resource(await feedback.change(ctx, feedback_id, patch, version))


@router.post("/{feedback_id}/claim", response_model=Feedback)
async def claim_feedback(ctx: Ctx, feedback_id: PathId, claim: FeedbackClaim) -> Response:
    """Say whose feedback it is

    For feedback of somebody who was not known; what was written to them about it becomes theirs too. 409 when it
    belongs to another customer already.
    """
    return replies.resource(await claims.claim(ctx, feedback_id, claim.customer_id))


@router.post("/{feedback_id}/acknowledge", response_model=Feedback)
async def acknowledge_feedback(ctx: Ctx, feedback_id: PathId, thanks: Acknowledgement) -> Response:
    """Thank for feedback

    With a `message` and the `channel` that it went out on, it is kept as an interaction, of the customer where one is
    known. 409 when it was acknowledged otherwise already, or when the customer does not want the channel and no
    `unwelcome_reason` is given. The same again changes nothing.
    """
    return replies.resource(await loop.acknowledge(ctx, feedback_id, thanks))


@router.post("/{feedback_id}/act", response_model=Feedback)
async def act_on_feedback(ctx: Ctx, feedback_id: PathId, deed: Deed) -> Response:
    """Say what was changed because of it

    Where there is nobody to tell, neither a customer nor an author who can be reached, this closes the loop. 409 when
    something else was done because of it already.
    """
    return replies.resource(await loop.act(ctx, feedback_id, deed))


@router.post("/{feedback_id}/tell", response_model=Feedback)
async def tell_of_feedback(ctx: Ctx, feedback_id: PathId, told: Told) -> Response:
    """Tell the customer what was changed

    Closes the loop. 409 as long as nothing was changed, when the customer was told otherwise already, or when they do
    not want the channel and no `unwelcome_reason` is given. A `message` is kept as an interaction.
    """
    return replies.resource(await loop.tell(ctx, feedback_id, told))
