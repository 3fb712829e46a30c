"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import INTERACTIONS, counts
from app.store.interactions.tasks import TASKS
from app.store.interactions.threads import (
    MAY_JOIN,
    concerns,
    join_complaints,
    link_to_complaints,
    same_thread,
)

__all__ = [
    "INTERACTIONS",
    "MAY_JOIN",
    "TASKS",
    "concerns",
    "counts",
    "join_complaints",
    "link_to_complaints",
    "same_thread",
]
