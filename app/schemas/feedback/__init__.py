"""Feedback, ideas and themes."""

from app.schemas.feedback.feedback import Score
from app.schemas.feedback.intake import Author, FeedbackNew, RatingNew, ReceiptRef, Url

__all__ = ["Author", "FeedbackNew", "RatingNew", "ReceiptRef", "Score", "Url"]
