"""Interactions with customers, enquiries and tasks."""

from app.rules.interactions.interactions import (
    Direction,
    InteractionKind,
    answer_kind,
    channel_phrase,
    matching_unwelcome_channel,
)

__all__ = ["Direction", "InteractionKind", "answer_kind", "channel_phrase", "matching_unwelcome_channel"]
