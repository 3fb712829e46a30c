"""Interactions with customers, enquiries and tasks."""

from app.schemas.interactions.interactions import Contact, Document, InteractionNew
from app.schemas.interactions.tasks import Task, TaskNew

__all__ = ["Contact", "Document", "InteractionNew", "Task", "TaskNew"]
