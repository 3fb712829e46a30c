"""Calendars, service policies and clocks."""

from app.web.examples.service_levels.policies import CALENDAR, POLICY, PROCEDURE

__all__ = ["CALENDAR", "POLICY", "PROCEDURE"]
