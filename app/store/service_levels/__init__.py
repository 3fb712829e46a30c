"""Calendars, service policies and clocks."""

from app.store.service_levels.clocks import add_escalations, clocks_of_complaints, escalations, save_clocks
from app.store.service_levels.policies import policies_with_calendar

__all__ = ["add_escalations", "clocks_of_complaints", "escalations", "policies_with_calendar", "save_clocks"]
