"""Feedback, ideas and themes."""

from app.schemas.feedback.feedback import Author, FeedbackNew, RatingNew, ReceiptRef, Score, Url

__all__ = ["Author", "FeedbackNew", "RatingNew", "ReceiptRef", "Score", "Url"]
