"""Interactions with customers, enquiries and tasks."""

from app.store.interactions.interactions import get, unwelcome

__all__ = ["get", "unwelcome"]
