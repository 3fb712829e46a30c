"""Invitations: who is invited to which survey, on which channel and when."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.kit.channels import Channel
from app.rules.surveys.surveys import InvitationState
from app.schemas.kit.types import Id, Label, Language, Line, Moment, Name, PageQuery, Resource, Schema, Version


class InvitationNew(Schema):
    """An invitation to create. Without a customer, it is for whoever receives it, such as by a card with a code."""

    survey_id: Id
    """The id of the survey, which has to be open."""
    customer_id: Id | None = None
    """The id of the customer to invite. Defaults to that of the sale, complaint or interaction that the survey is
    about; null for an invitation of nobody in particular.
    """
    channel: Channel | None = None
    """The channel on which to send it. Defaults to the first of the customer's preferred channels that reaches them and
    is not unwelcome.
    """
    language: Language | None = None
    """The language of the form, a BCP 47 tag. Defaults to the customer's; the closest language of the
    survey is used.
    """
    sale_id: Id | None = None
    """The id of the receipt that the survey is about, which has to be the customer's own. Site and staff default to
    those of the receipt.
    """
    complaint_id: Id | None = None
    """The id of the complaint whose handling the survey is about."""
    interaction_id: Id | None = None
    """The id of the interaction that the survey is about. If it is still planned, the invitation cannot be sent before
    it is held.
    """
    site: Label | None = None
    """The code of the site that the survey is about."""
    staff: Label | None = None
    """The member of staff whom the survey is about."""
    send_after: Moment | None = None
    """When the invitation may be sent at the earliest. Defaults to the present time, and is put off until the
    customer's quiet hours are over.
    """


class Invitation(Resource):
    """An invitation to answer a survey."""

    id: Id
    survey_id: Id
    """The id of the survey."""
    survey_version: Version
    """The version of the survey that is asked, whatever is published later."""
    customer_id: Id | None
    """The id of the invited customer. Null for an invitation of nobody in particular. While the invitation is pending,
    it changes with the customer of what the survey is about; once it was sent, it stays.
    """
    rule_id: Id | None
    """The id of the survey rule that created the invitation. Null if it was created by a request."""
    sale_id: Id | None
    """The id of the receipt that the survey is about."""
    complaint_id: Id | None
    """The id of the complaint whose handling the survey is about."""
    interaction_id: Id | None
    """The id of the interaction that the survey is about."""
    site: Label | None
    """The code of the site that the survey is about."""
    staff: Label | None
    """The member of staff whom the survey is about."""
    channel: Channel | None
    """The channel on which it is sent. Null if that is left to whoever sends it."""
    language: Language | None
    """The language of the form, a BCP 47 tag."""
    state: InvitationState
    """Whether the invitation was sent, answered, revoked or withdrawn. An expired one keeps its state."""
    send_after: Moment
    """When the invitation may be sent at the earliest."""
    expires_at: Moment
    """Until when the invitation can be answered."""
    sent_at: Moment | None
    """When the invitation was first sent. Null until then."""
    answered_at: Moment | None
    """When the invitation was answered. Null while it was not."""
    revoked_at: Moment | None
    """When the invitation was revoked. Null while it was not."""
    withdrawn_at: Moment | None
    """When the invitation was withdrawn, because what it is about fell away, or turned out to be nobody's, or that of
    somebody who cannot be invited. Null while it was not.
    """
    withdrawal_reason: Line | None
    """Why the invitation was withdrawn, such as that the sale was returned. Null while it was not."""
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
    expired: bool | None = None
    """Whether to return only invitations that expired before they were answered or revoked, or all others."""
    sendable: bool | None = None
    """If `true`, only invitations that are due now, those that expire soonest first; `sort` is ignored then. If
    `false`, all others.
    """
    channel: Channel | None = None
    site: Label | None = None
    created_since: Moment | None = None
    created_before: Moment | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class InvitationDelivery(Resource):
    """What is needed to deliver an invitation."""

    invitation: Invitation
    token: Annotated[str, Field(max_length=100)] | None
    """The token with which the survey can be answered. It is shown only once and is not stored; null in the response to
    a repeated request.
    """
    path: Annotated[str, Field(max_length=200)] | None
    """The path of the survey form. Null together with the token."""
    channel: Channel | None
    """The channel on which to send it. Null if that is left to whoever sends it."""
    address: Name | None
    """The customer's contact point on that channel, as it was entered. Null for channels without one."""
    language: Language | None
    """The language of the form, a BCP 47 tag."""
    note: Line
    """What to know about the token, for people."""
