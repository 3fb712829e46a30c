"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import INTERACTIONS, unwelcome_channels

__all__ = ["INTERACTIONS", "unwelcome_channels"]
