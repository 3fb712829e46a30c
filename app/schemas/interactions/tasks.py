"""Tasks: what has to be done, for whom, by whom and by when."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.interactions.tasks import TaskDue, TaskStatus
from app.schemas.customers import CustomerKeys
from app.schemas.kit.types import (
    Id,
    Label,
    Line,
    Moment,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Version,
    partial,
)


class TaskContent(Schema):
    """The fields of a task that can be changed."""

    what: Line
    """What has to be done, in one line."""
    note: Note | None = None
    """Anything else that whoever does it should know."""
    customer_id: Id | None = None
    """The id of the customer for whom it is done. Null if it is for none in particular. Defaults to the customer of the
    interaction, complaint or feedback that the task is about.
    """
    owner: Label | None = None
    """The member of staff who has to do it. Null if nobody is responsible yet."""
    due_at: Moment | None = None
    """By when it has to be done. Null if there is no due date."""


class TaskNew(TaskContent):
    """Something that has to be done, for a customer or in general."""

    interaction_id: Id | None = None
    """The id of the interaction in which the task was agreed. Null if there was none."""
    feedback_id: Id | None = None
    """The id of the feedback that the task follows up. Null if there is none."""
    complaint_id: Id | None = None
    """The id of the complaint that the task is about. Null if there is none."""
    customer: CustomerKeys | None = None
    """The customer for whom it is done, by their keys in other systems, instead of `customer_id`."""
    source: Label | None = None
    """The external system that sends the task. Required with `external_id`."""
    external_id: Reference | None = None
    """The id in the external system. Together with `source` it identifies the task, which is stored once."""


TaskChange = partial(TaskContent, "TaskChange", "The fields of a task to change, as a JSON merge patch (RFC 7396).")


class Task(Resource):
    """Something that has to be done, for a customer or in general."""

    id: Id
    what: Line
    """What has to be done, in one line."""
    note: Note | None
    """Anything else that whoever does it should know."""
    customer_id: Id | None
    """The id of the customer for whom it is done. Null if it is for none in particular."""
    interaction_id: Id | None
    """The id of the interaction in which the task was agreed. Null if there was none."""
    feedback_id: Id | None
    """The id of the feedback that the task follows up. Null if there is none."""
    open_loop: bool
    """Whether the loop of that feedback is still open: the customer waits to be told what was changed. `/complete` can
    close it.
    """
    complaint_id: Id | None
    """The id of the complaint that the task is about. Null if there is none."""
    owner: Label | None
    """The member of staff who has to do it. Null if nobody is responsible yet."""
    due_at: Moment | None
    """By when it has to be done. Null if there is no due date."""
    status: TaskStatus
    snoozed_until: Moment | None
    """Until when the task is hidden from lists with `awake=true`. Null if it was not snoozed."""
    outcome: Line | None
    """The result of a completed task, or the reason of a cancelled one."""
    closed_at: Moment | None
    """When the task was completed or cancelled. Null while it is open."""
    source: Label | None
    """The external system that sent the task. Null if it was created here."""
    external_id: Reference | None
    """The id of the task in that system. Null if it was created here."""
    version: Version
    created_at: Moment
    updated_at: Moment


class TaskPage(Resource):
    items: Annotated[list[Task], Field(max_length=200)]
    next_cursor: str | None


class TaskQuery(PageQuery):
    owner: Label | None = None
    """Only tasks of this member of staff, in whatever case the name is written."""
    customer_id: Id | None = None
    """Only tasks for the customer with this id."""
    interaction_id: Id | None = None
    """Only tasks that were agreed in the interaction with this id."""
    feedback_id: Id | None = None
    """Only tasks that follow up the feedback with this id."""
    complaint_id: Id | None = None
    """Only tasks about the complaint with this id."""
    status: TaskStatus | None = None
    """Only tasks that have this status."""
    source: Label | None = None
    """Only tasks that this external system sent."""
    external_id: Reference | None = None
    """Only the task with this id in the external system. Use it together with `source`."""
    due: TaskDue | None = None
    """Only open tasks that are overdue, or due within 24 hours (`today`) or 7 days (`week`), overdue ones included."""
    due_since: Moment | None = None
    due_before: Moment | None = None
    awake: bool | None = None
    """If `true`, only tasks that are not snoozed at present. If `false`, only those that are."""
    sort: Literal["due_at", "-due_at", "created_at", "-created_at"] = "due_at"
    """The sort order. A task without a due date counts as due after all others."""


class TaskSnooze(Schema):
    """How long to hide a task."""

    until: Moment
    """When the task is to be shown again. It must lie in the future."""


class TaskCancel(Schema):
    """The reason for cancelling a task."""

    reason: Line | None = None
    """Why the task is not done. It is stored as the `outcome`."""
