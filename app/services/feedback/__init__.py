"""Feedback, ideas and themes."""

from app.services.feedback.claims import LINK_NEW_SALE, LINK_SALE, assign_customers
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.intake import revise, take
from app.services.feedback.themes import REANALYSE_JOB, reanalyse

__all__ = [
    "LINK_NEW_SALE",
    "LINK_SALE",
    "REANALYSE_JOB",
    "FeedbackDraft",
    "assign_customers",
    "reanalyse",
    "revise",
    "take",
]
