"""Surveys, invitations and answers."""

from app.services.surveys.assignments import assign_customers
from app.services.surveys.auto_invite import invite
from app.services.surveys.triggers import ASK_AFTER_COMPLAINT, ASK_AFTER_INTERACTION, ASK_AFTER_SALE, INVITE_JOB
from app.services.surveys.withdrawals import (
    WITHDRAW_CONTRADICTED,
    WITHDRAW_FOR_COMPLAINT,
    WITHDRAW_FOR_INTERACTION,
    WITHDRAW_FOR_RETURN,
    WITHDRAW_FOR_SALE,
    recheck_return,
)

__all__ = [
    "ASK_AFTER_COMPLAINT",
    "ASK_AFTER_INTERACTION",
    "ASK_AFTER_SALE",
    "INVITE_JOB",
    "WITHDRAW_CONTRADICTED",
    "WITHDRAW_FOR_COMPLAINT",
    "WITHDRAW_FOR_INTERACTION",
    "WITHDRAW_FOR_RETURN",
    "WITHDRAW_FOR_SALE",
    "assign_customers",
    "invite",
    "recheck_return",
]
