"""Feedback, ideas and themes."""

from app.services.feedback.claims import follow_sale
from app.services.feedback.drafts import FeedbackDraft
from app.services.feedback.intake import revise, take

__all__ = ["FeedbackDraft", "follow_sale", "revise", "take"]
