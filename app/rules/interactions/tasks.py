"""The states of a task, and the verbs that lead from one to another."""

from datetime import datetime, timedelta
from enum import StrEnum


class TaskStatus(StrEnum):
    """Whether the task is still to be done, was done, or was called off."""

    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class TaskDue(StrEnum):
    """How soon a task is due: already past, within 24 hours, or within 7 days."""

    OVERDUE = "overdue"
    TODAY = "today"
    WEEK = "week"


# For each verb, the statuses in which it is allowed and the status that it leads to.
TRANSITIONS: dict[str, tuple[frozenset[TaskStatus], TaskStatus]] = {
    "complete": (frozenset({TaskStatus.OPEN}), TaskStatus.COMPLETED),
    "snooze": (frozenset({TaskStatus.OPEN}), TaskStatus.OPEN),
    "cancel": (frozenset({TaskStatus.OPEN}), TaskStatus.CANCELLED),
    "reopen": (frozenset({TaskStatus.COMPLETED, TaskStatus.CANCELLED}), TaskStatus.OPEN),
}
_AHEAD = {TaskDue.OVERDUE: timedelta(0), TaskDue.TODAY: timedelta(hours=24), TaskDue.WEEK: timedelta(days=7)}


def next_status(status: TaskStatus, verb: str) -> TaskStatus | None:
    """The status that a verb leads to; None where it is not allowed."""
    allowed_from, target = TRANSITIONS[verb]
    return target if status in allowed_from else None


def allowed_verbs(status: TaskStatus) -> list[str]:
    return [verb for verb in TRANSITIONS if next_status(status, verb) is not None]


def due_until(due: TaskDue, now: datetime) -> datetime:
    """The timestamp before which an open task has to be due."""
    return now + _AHEAD[due]
