"""Invitations: who is asked which survey, on which channel, from when and until when."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.kit.channels import Channel
from app.rules.surveys.surveys import InvitationState
from app.schemas.kit.types import Id, Label, Language, Line, Moment, Name, PageQuery, Resource, Schema, Version


class InvitationNew(Schema):
    """Somebody to be asked. Without a customer it is nobody's, such as a code printed on a card."""

    survey_id: Id
    customer_id: Id | None = None
    channel: Channel | None = None
    """Left out: the first that the customer prefers, is reached on and does not mind; none without a customer."""
    language: Language | None = None
    """Left out: the customer's. Of those that the survey has, the nearest is taken."""
    sale_id: Id | None = None
    """What it is about: the customer's own, where both are given. Site and staff are taken from it when left out."""
    complaint_id: Id | None = None
    interaction_id: Id | None = None
    site: Label | None = None
    """Code of a site."""
    staff: Label | None = None
    send_after: Moment | None = None
    """Left out: now. What would fall in the customer's quiet hours is put off until they are over."""


class Invitation(Resource):
    id: Id
    survey_id: Id
    survey_version: Version
    """What will be asked, whatever becomes of the survey meanwhile."""
    customer_id: Id | None
    rule_id: Id | None
    """The survey rule that asks; null where somebody did by hand."""
    sale_id: Id | None
    complaint_id: Id | None
    interaction_id: Id | None
    site: Label | None
    staff: Label | None
    channel: Channel | None
    language: Language | None
    state: InvitationState
    """One that ran out unanswered stays what it was: `expires_at` says so, and the filter `expired`."""
    send_after: Moment
    expires_at: Moment
    sent_at: Moment | None
    """When it was sent first."""
    answered_at: Moment | None
    revoked_at: Moment | None
    version: Version
    created_at: Moment
    updated_at: Moment


class InvitationPage(Resource):
    items: Annotated[list[Invitation], Field(max_length=200)]
    next_cursor: str | None


class InvitationQuery(PageQuery):
    survey_id: Id | None = None
    customer_id: Id | None = None
    state: InvitationState | None = None
    expired: Annotated[
        bool | None, Field(description="Those that ran out before they were answered or revoked, or all others.")
    ] = None
    sendable: Annotated[
        bool | None,
        Field(
            description="`true`: what is to be sent now; what runs out soonest stands first, so `sort` does not apply."
        ),
    ] = None
    channel: Channel | None = None
    site: Label | None = None
    created_since: Moment | None = None
    created_before: Moment | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class InvitationDelivery(Resource):
    """What whoever delivers an invitation needs."""

    invitation: Invitation
    token: Annotated[str, Field(max_length=100)] | None
    """Whoever has it may answer. It is shown this once, and kept nowhere; null in the answer to a repeated request."""
    path: Annotated[str, Field(max_length=200)] | None
    """Where it is answered; null with the token."""
    channel: Channel | None
    address: Name | None
    """The customer's contact point on that channel, as it was entered; null where the channel has none."""
    language: Language | None
    note: Line
    """What to know about the token."""
