"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import INTERACTIONS, counts
from app.store.interactions.tasks import TASKS
from app.store.interactions.threads import concerns, link_to_complaints, lock_threads, same_thread

__all__ = ["INTERACTIONS", "TASKS", "concerns", "counts", "link_to_complaints", "lock_threads", "same_thread"]
