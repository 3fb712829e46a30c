from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.kit.types import BatchResult
from app.schemas.surveys.invitations import (
    Invitation,
    InvitationDelivery,
    InvitationNew,
    InvitationPage,
    InvitationQuery,
)
from app.services.surveys import invitations
from app.web import batch, export_routes, replies
from app.web.deps import Caller, Ctx, PathId
from app.web.route import resource, streams

PATH = "/v1/invitations"
router = resource("surveys", PATH)


@router.get("", response_model=InvitationPage)
async def list_invitations(ctx: Ctx, request: Request, query: Annotated[InvitationQuery, Query()]) -> Response:
    """List invitations

    Latest first by default. `sendable=true` is the work list of whoever delivers them: pending invitations that are due
    and not expired, of open surveys, and not about an interaction that is still planned. Whether the customer may still
    be asked is only seen by `/send`: it refuses if they have been archived, do not want the channel any more, have no
    address left, or it is in their quiet hours.
    """
    return replies.page(request, await invitations.find(ctx, query))


export_routes.add(router, list_invitations, Invitation, invitations.find)


@router.post("", response_model=Invitation, status_code=201)
async def create_invitation(ctx: Ctx, new: InvitationNew) -> Response:
    """Create an invitation

    The service does not deliver it: whoever does finds it with `sendable=true` or by the event `invitation.created`,
    and gets its token with `/send`. 422 when what it is about fell away: a sale that was voided or returned, a
    complaint that was withdrawn, an interaction that was cancelled or missed. 409 when the survey is not open, or when
    the customer is archived, does not want the channel, or was invited too recently (`allowed_at` says when it is
    possible).
    """
    return replies.created(await invitations.invite(ctx, new), PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def create_invitations(request: Request, caller: Caller) -> Response:
    """Create invitations in bulk

    JSON Lines: one invitation per line, any number of lines. Answers one result per line, in order. A line that is
    refused does not affect the others. Customers who were invited recently are not invited again, so the same file can
    be sent again where the survey keeps at least a day between invitations.
    """
    return await batch.record_lines(request, caller, InvitationNew, invitations.invite_many)


@router.get("/{invitation_id}", response_model=Invitation)
async def get_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Get an invitation

    With its state, its channel, and when it may be sent and expires.
    """
    return replies.resource(await invitations.get(ctx, invitation_id))


@router.post("/{invitation_id}/send", response_model=InvitationDelivery)
async def send_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Send an invitation

    Marks it as sent and answers with what is needed to deliver it: the customer's address and a token for the survey
    form. The token is shown only once and is not stored: repeating the request with the same idempotency key answers
    with null in its place. Sending again creates a new token and invalidates the previous one. 409 before `send_after`
    or in the customer's quiet hours (`allowed_at` says when it is possible), on a channel that has become unwelcome,
    while the interaction that it is about is still planned, and when it was answered, revoked or has expired. From then
    on it stays with the customer whom it was sent to, and so does the answer, whoever the sale, complaint or
    interaction belongs to later.
    """
    return replies.shown_once(*await invitations.send(ctx, invitation_id))


@router.post("/{invitation_id}/revoke", response_model=Invitation)
async def revoke_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Revoke an invitation

    Invalidates its token; it no longer counts as an invitation of the customer. 409 when it was already answered or
    revoked.
    """
    return replies.resource(await invitations.revoke(ctx, invitation_id))
