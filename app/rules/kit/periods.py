"""Days, weeks, months, quarters and years in a time zone."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"
    """From Monday."""
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


_MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.YEAR: 12}


class Period(NamedTuple):
    day: date
    """The first day of the period."""
    starts_at: datetime


def periods(every: Every, since: datetime, before: datetime, time_zone: str) -> list[Period]:
    """All periods that overlap the time from `since` to `before` (exclusive), in order.

    A day begins at midnight. Where a change of the clocks skips midnight, it begins right after the change; where it
    repeats midnight, it begins with the first of the two.
    """
    zone = ZoneInfo(time_zone)
    day, last = (
        _first(every, since.astimezone(zone).date()),
        (before - timedelta(microseconds=1)).astimezone(zone).date(),
    )
    result = []
    while day <= last:
        result.append(Period(day, datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)))
        day = _next(every, day)
    return result


def _first(every: Every, day: date) -> date:
    if every is Every.DAY:
        return day
    if every is Every.WEEK:
        return day - timedelta(days=day.weekday())
    months = _MONTHS[every]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def _next(every: Every, day: date) -> date:
    if every is Every.DAY:
        return day + timedelta(days=1)
    if every is Every.WEEK:
        return day + timedelta(days=7)
    years, month = divmod(day.month - 1 + _MONTHS[every], 12)
    return date(day.year + years, month + 1, 1)
