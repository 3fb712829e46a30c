"""Interactions with customers, enquiries and tasks."""

from app.services.interactions.enquiries import claim
from app.services.interactions.intake import check_welcome
from app.services.interactions.interactions import record
from app.services.interactions.tasks import TaskDraft, create_tasks

__all__ = ["TaskDraft", "check_welcome", "claim", "create_tasks", "record"]
