"""Surveys, invitations and answers."""

from app.rules.surveys.contact_policy import After, Occasion

__all__ = ["After", "Occasion"]
