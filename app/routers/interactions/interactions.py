from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.schemas.interactions.interactions import (
    Interaction,
    InteractionChange,
    InteractionNew,
    InteractionPage,
    InteractionQuery,
)
from app.schemas.interactions.moves import (
    EnquiryAnswerNew,
    InteractionClaim,
    InteractionHeld,
    InteractionNotHeld,
)
from app.schemas.kit.claims import Release
from app.schemas.kit.types import BatchResult
from app.services.interactions import claims, enquiries, interactions, planning
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, IfMatch, PathId
from app.web.route import resource, streams

router = resource("interactions")
PATH = "/v1/interactions"


@router.get("", response_model=InteractionPage)
async def list_interactions(ctx: Ctx, request: Request, query: Annotated[InteractionQuery, Query()]) -> Response:
    """List interactions

    Latest first by default. Use `unanswered=true` for enquiries that await an answer, and `claimed=false` for
    interactions that do not belong to a customer yet.
    """
    return replies.page(request, await interactions.find(ctx, query))


export_routes.add(router, list_interactions, Interaction, interactions.find)


@router.post("", response_model=Interaction, status_code=201)
async def record_interaction(ctx: Ctx, new: InteractionNew) -> Response:
    """Record an interaction

    Idempotent by `source` and `external_id` where they are given: the same content again answers 200 with what is
    stored, other content answers 409 and names the differences. Without `customer_id`, the interaction is assigned
    to the only customer who has `contact` as a contact point, or else to the customer of the complaint that it is
    about, or of the enquiry that it answers; if there is none, or more than one, it stays unassigned until it is
    claimed. A contact that is to come is recorded with the state `planned`. Outbound contact on a channel that the
    customer does not want answers 409, unless `unwelcome_reason` explains it. A task is created from `next_step`.
    """
    return replies.recorded(*await interactions.record(ctx, new), path=PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def record_interactions(request: Request, caller: Caller) -> Response:
    """Record interactions in bulk

    JSON Lines: one interaction per line, any number of lines. Answers one result per line, in order, as soon as the
    interaction is recorded. A line that is refused does not affect the others. The same file can be sent again:
    lines with `source` and `external_id` are recorded once.
    """
    return await batch.record_lines(request, caller, InteractionNew, interactions.record_many)


@router.get("/{interaction_id}", response_model=Interaction)
async def get_interaction(ctx: Ctx, interaction_id: PathId) -> Response:
    """Get an interaction

    With its participants and documents, and the answer if it is an enquiry.
    """
    return replies.resource(await interactions.get(ctx, interaction_id))


@router.patch("/{interaction_id}", response_model=Interaction)
async def update_interaction(
    ctx: Ctx,
    interaction_id: PathId,
    patch: Annotated[InteractionChange, Body(media_type="application/merge-patch+json")],  # type: ignore[valid-type]
    version: IfMatch,
) -> Response:
    """Update an interaction

    A JSON merge patch (RFC 7396): fields that are left out keep their value, null clears a value, lists are
    replaced as a whole. A `happened_at` that would put an answer which somebody named, or that was given in another
    system, before its enquiry is refused; other answers are looked for anew.
    """
    return replies.resource(await interactions.change(ctx, interaction_id, patch, version))


@router.post("/{interaction_id}/claim", response_model=Interaction)
async def claim_interaction(ctx: Ctx, interaction_id: PathId, claim: InteractionClaim) -> Response:
    """Assign an interaction to a customer

    Whatever is linked to the interaction and has no customer of its own goes along: its tasks, the answer to it,
    complaints and feedback about it. Answers 409 if it already belongs to another customer, unless `moved_from` names
    that one: then it is moved.
    """
    return replies.resource(await claims.claim(ctx, interaction_id, claim))


@router.post("/{interaction_id}/release", response_model=Interaction)
async def release_interaction(ctx: Ctx, interaction_id: PathId, release: Release) -> Response:
    """Take an interaction from its customer

    For an interaction that was assigned by mistake. It belongs to nobody again, and so does what followed it; their
    timelines are corrected. An interaction without a customer stays as it is.
    """
    return replies.resource(await claims.release(ctx, interaction_id, release.reason))


@router.post("/{interaction_id}/hold", response_model=Interaction)
async def mark_interaction_held(ctx: Ctx, interaction_id: PathId, held: InteractionHeld) -> Response:
    """Mark a planned contact as held

    From now on it counts as a contact with the customer. A contact that was thought missed can be held as well.
    Answers 409 otherwise, and `allowed` lists what can be done with it.
    """
    return replies.resource(await planning.hold(ctx, interaction_id, held))


@router.post("/{interaction_id}/miss", response_model=Interaction)
async def mark_interaction_missed(ctx: Ctx, interaction_id: PathId, missed: InteractionNotHeld) -> Response:
    """Mark a planned contact as missed

    The time has come and somebody was not there. Answers 409 before that time, or if the contact is not planned;
    then `allowed` lists what can be done with it.
    """
    return replies.resource(await planning.miss(ctx, interaction_id, missed.reason))


@router.post("/{interaction_id}/cancel", response_model=Interaction)
async def cancel_interaction(ctx: Ctx, interaction_id: PathId, cancelled: InteractionNotHeld) -> Response:
    """Cancel a planned contact

    It stays on the timeline as cancelled. Answers 409 if the contact is not planned; then `allowed` lists what can be
    done with it. To plan it for another time, change `happened_at` instead.
    """
    return replies.resource(await planning.cancel(ctx, interaction_id, cancelled.reason))


@router.post("/{interaction_id}/answer", response_model=Interaction, status_code=201)
async def answer_interaction(ctx: Ctx, interaction_id: PathId, answer: EnquiryAnswerNew) -> Response:
    """Answer an enquiry

    Records the answer as an outbound interaction with the same customer and thread, and returns it; the enquiry no
    longer awaits an answer. With `interaction_id`, a contact that is recorded already is the answer. The channel is
    that of the enquiry unless another one is given. Answers 409 if the interaction does not await an answer, or if the
    customer does not want the channel and `unwelcome_reason` is missing.
    """
    return replies.created(await enquiries.answer(ctx, interaction_id, answer), PATH)
