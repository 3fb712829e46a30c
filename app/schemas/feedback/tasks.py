"""Completing the tasks that follow up feedback, and closing its loop with them."""

from app.schemas.feedback.loop import FeedbackAcknowledgement, FeedbackAction, FeedbackNotification
from app.schemas.kit.types import Line, Schema


class LoopClosure(Schema):
    """The steps of the loop that are made by completing a task, in their order. Each is that of the feedback's own
    route.
    """

    acknowledged: FeedbackAcknowledgement | None = None
    """How the author was thanked for the feedback. Null if they are not thanked now."""
    acted: FeedbackAction | None = None
    """What was changed because of the feedback. Defaults to the `outcome` of the task, if nothing was recorded yet."""
    notified: FeedbackNotification | None = None
    """How the customer was notified of what was changed. Null if they are not notified now."""


class TaskComplete(Schema):
    """The result of a completed task."""

    outcome: Line | None = None
    """What came of the task, in a few words."""
    close_loop: LoopClosure | None = None
    """The steps by which the loop of the feedback is closed that the task follows up. Requires the scope
    `feedback:write`.
    """
