"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import INTERACTIONS, counts, unwelcome_channels

__all__ = ["INTERACTIONS", "counts", "unwelcome_channels"]
