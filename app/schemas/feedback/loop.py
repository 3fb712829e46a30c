"""What is done about feedback: whose it is, thanks, what was changed, and that the customer was told."""

from app.rules.kit.channels import Channel
from app.schemas.kit.types import Id, Label, Line, Moment, Note, Schema


class PastLoop(Schema):
    """What became of it before it came here."""

    acknowledged_at: Moment | None = None
    acknowledged_by: Label | None = None
    acknowledged_channel: Channel | None = None
    acted_at: Moment | None = None
    acted_by: Label | None = None
    action: Note | None = None
    notified_at: Moment | None = None
    notified_by: Label | None = None
    notified_channel: Channel | None = None


class FeedbackClaim(Schema):
    customer_id: Id


class FeedbackAcknowledgement(Schema):
    """Thanks for it."""

    at: Moment | None = None
    """Left out: now."""
    staff: Label | None = None
    """Left out: the key's name."""
    channel: Channel | None = None
    """How. With a `message`, it is kept as an interaction with the customer."""
    message: Note | None = None
    """What was said or written."""
    unwelcome_reason: Line | None = None
    """Why on a channel that the customer does not want."""


class FeedbackAction(Schema):
    """What was changed because of it."""

    action: Note
    at: Moment | None = None
    """Left out: now."""
    staff: Label | None = None
    """Left out: the key's name."""


class FeedbackNotification(FeedbackAcknowledgement):
    """The customer was told what was changed."""
