"""Complaints."""

from app.rules.complaints.states import (
    CauseKind,
    Complexity,
    Decision,
    Feeling,
    Impact,
    Move,
    Priority,
    Publicity,
    RemedyKind,
    RemedyState,
    State,
)

__all__ = [
    "CauseKind",
    "Complexity",
    "Decision",
    "Feeling",
    "Impact",
    "Move",
    "Priority",
    "Publicity",
    "RemedyKind",
    "RemedyState",
    "State",
]
