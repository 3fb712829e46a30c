"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import INTERACTIONS, counts
from app.store.interactions.tasks import TASKS

__all__ = ["INTERACTIONS", "TASKS", "counts"]
