"""Surveys, invitations and answers."""

from app.rules.surveys.contact_policy import Trigger, TriggerEvent

__all__ = ["Trigger", "TriggerEvent"]
