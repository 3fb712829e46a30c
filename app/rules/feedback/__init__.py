"""Feedback, ideas and themes."""

from app.rules.feedback.feedback import SCALES, FeedbackMetric, Method, NpsClass, Scale, Side
from app.rules.feedback.sentiment import Sentiment

__all__ = ["SCALES", "FeedbackMetric", "Method", "NpsClass", "Scale", "Sentiment", "Side"]
