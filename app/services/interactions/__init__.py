"""Interactions with customers, enquiries and tasks."""

from app.services.interactions.claims import assign_customers, release_unlinked, take_customers
from app.services.interactions.enquiries import (
    ANSWER_IN_THREAD,
    ANSWER_OTHERS,
    REOPEN,
    SETTLE_CHANGED_THREADS,
    SETTLE_THREAD,
    threads_before,
)
from app.services.interactions.interactions import record
from app.services.interactions.tasks import TaskDraft, create_tasks
from app.services.interactions.tasks import assign_customers as assign_customers_of_tasks
from app.services.interactions.tasks import complete as complete_task
from app.services.interactions.welcome import require as require_welcome

__all__ = [
    "ANSWER_IN_THREAD",
    "ANSWER_OTHERS",
    "REOPEN",
    "SETTLE_CHANGED_THREADS",
    "SETTLE_THREAD",
    "TaskDraft",
    "assign_customers",
    "assign_customers_of_tasks",
    "complete_task",
    "create_tasks",
    "record",
    "release_unlinked",
    "require_welcome",
    "take_customers",
    "threads_before",
]
