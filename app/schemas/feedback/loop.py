"""Closing the loop: assigning, acknowledging and acting on feedback, and notifying the customer."""

from app.rules.kit.channels import Channel
from app.schemas.kit.claims import Claim
from app.schemas.kit.types import Label, Line, Moment, Note, Schema


class PastLoop(Schema):
    """What was done about feedback before it was recorded in Rapport."""

    acknowledged_at: Moment | None = None
    """When the author was thanked for the feedback."""
    acknowledged_by: Label | None = None
    """Who thanked the author for the feedback."""
    acknowledged_channel: Channel | None = None
    """The channel on which it was acknowledged."""
    acted_at: Moment | None = None
    """When something was changed because of the feedback."""
    acted_by: Label | None = None
    """Who changed something because of the feedback."""
    action: Note | None = None
    """What was changed because of the feedback."""
    notified_at: Moment | None = None
    """When the customer was notified of what was changed."""
    notified_by: Label | None = None
    """Who notified the customer of what was changed."""
    notified_channel: Channel | None = None
    """The channel on which the customer was notified."""


class FeedbackClaim(Claim):
    """The customer to assign feedback to."""


class FeedbackAcknowledgement(Schema):
    """An acknowledgement of feedback, with or without a message to the author."""

    at: Moment | None = None
    """When it was acknowledged. Defaults to the present time."""
    staff: Label | None = None
    """Who acknowledged it. Defaults to the name of the API key."""
    channel: Channel | None = None
    """The channel on which it was acknowledged. Required with `message`."""
    message: Note | None = None
    """The text of the message, which is recorded as an outbound interaction."""
    unwelcome_reason: Line | None = None
    """Why the channel is used although the customer does not want it. Required on such a channel."""


class FeedbackAction(Schema):
    """What was changed because of feedback."""

    action: Note
    """What was changed, in words that can be passed on to the customer."""
    at: Moment | None = None
    """When it was changed. Defaults to the present time."""
    staff: Label | None = None
    """Who changed it. Defaults to the name of the API key."""


class FeedbackNotification(FeedbackAcknowledgement):
    """A notification of the customer about what was changed."""
