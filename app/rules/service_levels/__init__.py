"""Calendars, service policies and clocks."""

from app.rules.service_levels.calendars import Calendar, add_working_time, working_time
from app.rules.service_levels.clocks import Clock, ClockState, Interval, IntervalKind, Metric
from app.rules.service_levels.policies import Facts, Level, Policy, Reopening, Severity, levels

__all__ = [
    "Calendar",
    "Clock",
    "ClockState",
    "Facts",
    "Interval",
    "IntervalKind",
    "Level",
    "Metric",
    "Policy",
    "Reopening",
    "Severity",
    "add_working_time",
    "levels",
    "working_time",
]
