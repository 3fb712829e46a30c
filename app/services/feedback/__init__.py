"""Feedback, ideas and themes."""

from app.services.feedback.claims import LINK_NEW_SALE, LINK_SALE, assign, recheck_receipt
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.intake import RECHECK_RECEIPT_JOB, revise, take
from app.services.feedback.themes import REANALYSE_JOB, reanalyse

__all__ = [
    "LINK_NEW_SALE",
    "LINK_SALE",
    "REANALYSE_JOB",
    "RECHECK_RECEIPT_JOB",
    "FeedbackDraft",
    "assign",
    "reanalyse",
    "recheck_receipt",
    "revise",
    "take",
]
