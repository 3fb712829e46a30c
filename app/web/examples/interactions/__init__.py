"""Interactions with customers, enquiries and tasks."""

from app.web.examples.interactions.interactions import ASKED, ENQUIRY, INTERACTION, OPEN_TASK, TASK

__all__ = ["ASKED", "ENQUIRY", "INTERACTION", "OPEN_TASK", "TASK"]
