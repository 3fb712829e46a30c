"""Contacts that are planned: which may be, and what becomes of them."""

from enum import StrEnum

from app.rules.interactions.interactions import InteractionKind


class InteractionState(StrEnum):
    """Whether the contact took place (`held`), is still to (`planned`), was `missed` by somebody, or `cancelled`."""

    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


PLANNABLE = frozenset(
    {InteractionKind.CALL, InteractionKind.MEETING, InteractionKind.PRESENTATION, InteractionKind.SOCIAL}
)
"""What people agree upon beforehand. A message, an enquiry or a note is there once it is written."""

# For each verb, the states in which it is allowed and the state that it leads to.
TRANSITIONS: dict[str, tuple[frozenset[InteractionState], InteractionState]] = {
    "hold": (frozenset({InteractionState.PLANNED, InteractionState.MISSED}), InteractionState.HELD),
    "miss": (frozenset({InteractionState.PLANNED}), InteractionState.MISSED),
    "cancel": (frozenset({InteractionState.PLANNED}), InteractionState.CANCELLED),
}


def next_state(state: InteractionState, verb: str) -> InteractionState | None:
    """The state that a verb leads to; None where it is not allowed."""
    allowed_from, target = TRANSITIONS[verb]
    return target if state in allowed_from else None


def allowed_verbs(state: InteractionState) -> list[str]:
    return [verb for verb in TRANSITIONS if next_state(state, verb) is not None]
