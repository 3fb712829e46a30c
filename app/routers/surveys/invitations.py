from typing import Annotated

from fastapi import Query, Request, Response

from app.schemas.kit.types import BatchResult
from app.schemas.surveys.invitations import Invitation, InvitationNew, InvitationPage, InvitationQuery, Sending
from app.services.surveys import invitations
from app.web import batch, replies
from app.web.deps import Caller, Ctx, PathId
from app.web.route import resource, streams

PATH = "/v1/invitations"
router = resource("surveys", PATH)


@router.get("", response_model=InvitationPage)
async def list_invitations(ctx: Ctx, request: Request, query: Annotated[InvitationQuery, Query()]) -> Response:
    """List invitations

    Latest first unless sorted otherwise. `sendable=true` is the list of whoever delivers them: pending, their time has
    come, not run out, and the survey is open.
    """
    return replies.page(request, await invitations.find(ctx, query))


@router.post("", response_model=Invitation, status_code=201)
async def create_invitation(ctx: Ctx, new: InvitationNew) -> Response:
    """Invite somebody to a survey

    It is not sent by this, but by whoever delivers it: they see it in `sendable=true` or by the event
    `invitation.created`, and ask for its token with `send`. 409 when the survey is not open, the customer is archived,
    does not want the channel, or was asked in the last days (`allowed_at` says when it may be done).
    """
    return replies.created(await invitations.invite(ctx, new), PATH)


@router.post("/batch", response_model=BatchResult)
@streams
async def create_invitations(request: Request, caller: Caller) -> Response:
    """Invite in bulk

    One invitation a line, of any number; one result a line, in order. One bad line stops nothing. Who was asked in the
    last days is not asked again, so that the whole can be sent again where the survey leaves customers in peace for a
    day or more.
    """
    return await batch.answer(request, caller, InvitationNew, invitations.invite_many)


@router.get("/{invitation_id}", response_model=Invitation)
async def get_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Get an invitation"""
    return replies.resource(await invitations.get(ctx, invitation_id))


@router.post("/{invitation_id}/send", response_model=Sending)
async def send_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Hand an invitation over to be delivered

    Marks it as sent and answers with what its deliverer needs: the address, and a token with which it can be answered
    once. The token is shown this once, and kept nowhere: a repeated request with the same idempotency key answers with
    null in its place. Sending again makes a new one, and the one before is worth nothing. 409 before its time or in the
    customer's quiet hours (`allowed_at` says from when on), on a channel that has become unwelcome, and when it was
    answered, was revoked or has run out.
    """
    return replies.shown_once(*await invitations.send(ctx, invitation_id))


@router.post("/{invitation_id}/revoke", response_model=Invitation)
async def revoke_invitation(ctx: Ctx, invitation_id: PathId) -> Response:
    """Take an invitation back

    Its token is worth nothing any more, and it no longer counts as having asked the customer. 409 when it was answered
    or revoked.
    """
    return replies.resource(await invitations.revoke(ctx, invitation_id))
