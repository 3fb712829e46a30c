"""Surveys, invitations and answers."""

from app.rules.surveys.triggers import Trigger, TriggerEvent

__all__ = ["Trigger", "TriggerEvent"]
