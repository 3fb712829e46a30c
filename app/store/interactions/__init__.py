"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.complaint_messages import MAY_JOIN
from app.store.interactions.complaint_messages import join as join_complaints
from app.store.interactions.complaint_messages import link as link_to_complaints
from app.store.interactions.complaint_messages import link_anew as link_complaints_anew
from app.store.interactions.complaint_messages import may_take_customer as messages_that_may_take_customer
from app.store.interactions.complaint_messages import name_alone as name_complaint_alone
from app.store.interactions.interactions import INTERACTIONS, counts
from app.store.interactions.tasks import TASKS
from app.store.interactions.threads import concerns
from app.store.interactions.unsettled import (
    BRINGS_ANOTHER_SOURCE,
    IS_BESIDE_UNSOURCED,
    MAY_BRING_ANOTHER_SOURCE,
    unsourced,
)

__all__ = [
    "BRINGS_ANOTHER_SOURCE",
    "INTERACTIONS",
    "IS_BESIDE_UNSOURCED",
    "MAY_BRING_ANOTHER_SOURCE",
    "MAY_JOIN",
    "TASKS",
    "concerns",
    "counts",
    "join_complaints",
    "link_complaints_anew",
    "link_to_complaints",
    "messages_that_may_take_customer",
    "name_complaint_alone",
    "unsourced",
]
