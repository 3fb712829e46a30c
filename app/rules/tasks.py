"""The life of a promise: open until it is kept or called off, and open again when that was a mistake."""

from enum import StrEnum


class TaskStatus(StrEnum):
    OPEN = "open"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


# What each verb asks of the status a task has, and the status it gives it.
MOVES: dict[str, tuple[frozenset[TaskStatus], TaskStatus]] = {
    "complete": (frozenset({TaskStatus.OPEN}), TaskStatus.COMPLETED),
    "snooze": (frozenset({TaskStatus.OPEN}), TaskStatus.OPEN),
    "cancel": (frozenset({TaskStatus.OPEN}), TaskStatus.CANCELLED),
    "reopen": (frozenset({TaskStatus.COMPLETED, TaskStatus.CANCELLED}), TaskStatus.OPEN),
}
