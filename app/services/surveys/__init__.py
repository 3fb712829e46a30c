"""Surveys, invitations and answers."""

from app.services.surveys.triggers import arisen, plan

__all__ = ["arisen", "plan"]
