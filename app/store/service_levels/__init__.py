"""Calendars, service policies and clocks."""

from app.store.service_levels.clocks import add_escalations, escalations, of, save
from app.store.service_levels.policies import policies_by

__all__ = ["add_escalations", "escalations", "of", "policies_by", "save"]
