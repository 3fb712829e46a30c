"""Complaints."""

from app.services.complaints.case_store import CHECK_JOB
from app.services.complaints.claims import assign_customers
from app.services.complaints.complaints import record_many
from app.services.complaints.conversations import (
    JOIN,
    RELINK_UNSOURCED,
    RELINK_UNSOURCED_BESIDE,
    RELINK_UNSOURCED_CHANGED,
)
from app.services.complaints.escalations import (
    CALENDAR_JOB,
    POLICY_JOB,
    check_clocks,
    remeasure_calendar,
    remeasure_policy,
)
from app.services.complaints.insights import LONGEST, with_share
from app.services.complaints.replies import REPLIED, REPLIED_BEFORE

__all__ = [
    "CALENDAR_JOB",
    "CHECK_JOB",
    "JOIN",
    "LONGEST",
    "POLICY_JOB",
    "RELINK_UNSOURCED",
    "RELINK_UNSOURCED_BESIDE",
    "RELINK_UNSOURCED_CHANGED",
    "REPLIED",
    "REPLIED_BEFORE",
    "assign_customers",
    "check_clocks",
    "record_many",
    "remeasure_calendar",
    "remeasure_policy",
    "with_share",
]
