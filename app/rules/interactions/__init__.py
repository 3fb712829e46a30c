"""Interactions with customers, enquiries and tasks."""

from app.rules.interactions.interactions import (
    Direction,
    InteractionKind,
    answer_kind,
    channel_phrase,
    matching_unwelcome_channel,
)
from app.rules.interactions.planning import InteractionState

__all__ = [
    "Direction",
    "InteractionKind",
    "InteractionState",
    "answer_kind",
    "channel_phrase",
    "matching_unwelcome_channel",
]
