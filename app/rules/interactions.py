"""What counts as a contact between a customer and the business."""

from enum import StrEnum


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class InteractionKind(StrEnum):
    CALL = "call"
    MESSAGE = "message"
    MEETING = "meeting"
    PRESENTATION = "presentation"
    ENQUIRY = "enquiry"
    NOTE = "note"
    SOCIAL = "social"
    THANK_YOU = "thank_you"


def awaits_answer(kind: InteractionKind, direction: Direction) -> bool:
    """An enquiry that came in is open until somebody answers it."""
    return kind == InteractionKind.ENQUIRY and direction == Direction.INBOUND
