from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.interactions.interactions import (
    AnswerNew,
    Interaction,
    InteractionChange,
    InteractionClaim,
    InteractionNew,
    InteractionPage,
    InteractionQuery,
)
from app.schemas.kit.types import BatchResult
from app.services.interactions import enquiries, interactions
from app.web import batch, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("interactions")
PATH = "/v1/interactions"


@router.get("", response_model=InteractionPage)
async def list_interactions(ctx: Ctx, request: Request, query: Annotated[InteractionQuery, Query()]) -> Response:
    """List interactions

    Latest first unless sorted otherwise. `unanswered=true` lists the enquiries that wait for an answer, `claimed=false`
    what came from addresses that nobody is known by.
    """
    return replies.page(request, await interactions.find(ctx, query))


@router.post("", response_model=Interaction, status_code=201)
async def record_interaction(ctx: Ctx, new: InteractionNew) -> Response:
    """Record an interaction

    Exactly once per `source` and `external_id`, where they are given: the same again answers 200 with what is stored,
    other content 409 naming the differences. Without `customer_id`, whoever alone is known by the address in `contact`
    is found; where nobody or several are, it is kept, to be claimed later. An outbound contact on a channel that the
    customer does not want answers 409, unless `unwelcome_reason` says why it was made all the same. `next_step` becomes
    a task.
    """
    return replies.recorded(*await interactions.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_interactions(request: Request, caller: Caller) -> Response:
    """Record interactions in bulk

    One interaction a line, of any number; one result a line, in order, as soon as it is recorded. One bad line stops
    nothing, and the whole can be sent again: lines with `source` and `external_id` are recorded once.
    """
    return await batch.answer(request, caller, InteractionNew, interactions.record_many)


@router.get("/{interaction_id}", response_model=Interaction)
async def get_interaction(ctx: Ctx, interaction_id: PathId) -> Response:
    """Get an interaction"""
    return replies.resource(await interactions.get(ctx, interaction_id))


@router.patch("/{interaction_id}", response_model=Interaction)
async def change_interaction(
    ctx: Ctx,
    interaction_id: PathId,
    patch: Annotated[InteractionChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Change an interaction

    A JSON merge patch: what is left out stays, null takes a value away, lists are replaced whole.
    """
    return replies.resource(await interactions.change(ctx, interaction_id, patch, version))


@router.post("/{interaction_id}/claim", response_model=Interaction)
async def claim_interaction(ctx: Ctx, interaction_id: PathId, claim: InteractionClaim) -> Response:
    """Say whose interaction it is

    For contacts from addresses that nobody was known by. What was promised in it, and its answer, become the customer's
    too. 409 when it belongs to another customer already.
    """
    return replies.resource(
        await enquiries.claim(ctx, interaction_id, claim.customer_id, keep_contact=claim.keep_contact)
    )


@router.post("/{interaction_id}/answer", response_model=Interaction, status_code=201)
async def answer_interaction(ctx: Ctx, interaction_id: PathId, answer: AnswerNew) -> Response:
    """Answer an enquiry

    Records the answer as an outbound interaction of the same customer and thread, on the same channel unless another is
    named, and answers with it; the enquiry no longer waits. 409 when it does not wait for an answer, or when the
    customer does not want the channel and no `unwelcome_reason` is given.
    """
    return replies.created(await enquiries.answer(ctx, interaction_id, answer), PATH)
