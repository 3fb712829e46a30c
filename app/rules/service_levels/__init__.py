"""Calendars, service policies and clocks."""

from app.rules.service_levels.calendars import Calendar, after, worked
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
    "after",
    "levels",
    "worked",
]
