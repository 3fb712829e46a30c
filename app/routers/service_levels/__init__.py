"""Calendars, service policies and clocks."""
