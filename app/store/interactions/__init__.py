"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import get, unwelcome_channels

__all__ = ["get", "unwelcome_channels"]
