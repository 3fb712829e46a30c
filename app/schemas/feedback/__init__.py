"""Feedback, ideas and themes."""

from app.schemas.feedback.feedback import Score
from app.schemas.feedback.intake import Author, FeedbackNew, RatingNew, ReceiptRef

__all__ = ["Author", "FeedbackNew", "RatingNew", "ReceiptRef", "Score"]
