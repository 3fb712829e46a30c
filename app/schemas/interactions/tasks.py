"""Tasks: what was promised, by whom, until when."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.interactions.tasks import Due, TaskStatus
from app.schemas.kit.types import Id, Label, Line, Moment, Note, PageQuery, Resource, Schema, Version, partial


class TaskNew(Schema):
    """Something to do, for a customer or not."""

    what: Line
    note: Note | None = None
    customer_id: Id | None = None
    owner: Label | None = None
    due_at: Moment | None = None


TaskChange = partial(TaskNew, "TaskChange", "What changes of a task; null takes a value away.")


class Task(Resource):
    id: Id
    what: Line
    note: Note | None
    customer_id: Id | None
    interaction_id: Id | None
    """The contact in which it was promised."""
    owner: Label | None
    due_at: Moment | None
    status: TaskStatus
    snoozed_until: Moment | None
    outcome: Line | None
    """How it was completed, or why it was cancelled."""
    closed_at: Moment | None
    """When it was completed or cancelled."""
    version: Version
    created_at: Moment
    updated_at: Moment


class TaskPage(Resource):
    items: Annotated[list[Task], Field(max_length=200)]
    next_cursor: str | None


class TaskQuery(PageQuery):
    owner: Label | None = None
    """Mine: my own name."""
    customer_id: Id | None = None
    status: TaskStatus | None = None
    due: Annotated[
        Due | None,
        Field(description="Open tasks past their time; due within 24 hours, or 7 days, overdue ones included."),
    ] = None
    due_since: Moment | None = None
    due_before: Moment | None = None
    awake: Annotated[
        bool | None, Field(description="`true`: leave out what is snoozed; `false`: nothing but what is.")
    ] = None
    sort: Literal["due_at", "-due_at", "created_at", "-created_at"] = "due_at"
    """A task without a date counts as due after all others."""


class TaskComplete(Schema):
    outcome: Line | None = None


class TaskSnooze(Schema):
    until: Moment


class TaskCancel(Schema):
    reason: Line | None = None
