"""Surveys, invitations and answers."""

from app.services.surveys.auto_invite import invite
from app.services.surveys.triggers import ASK_AFTER_COMPLAINT, ASK_AFTER_INTERACTION, ASK_AFTER_SALE, INVITE_JOB

__all__ = ["ASK_AFTER_COMPLAINT", "ASK_AFTER_INTERACTION", "ASK_AFTER_SALE", "INVITE_JOB", "invite"]
