"""Interactions with customers, enquiries and tasks."""

from app.schemas.interactions.interactions import Contact, Document, InteractionNew

__all__ = ["Contact", "Document", "InteractionNew"]
