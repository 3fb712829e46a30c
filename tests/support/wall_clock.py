"""Working time counted the slow way: minute by minute, by what the clock on the wall shows.

It knows nothing of stretches and offsets; the tests of calendars and clocks compare with it.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

from app.rules.service_levels.calendars import Calendar, Window, Windows

MINUTE = timedelta(minutes=1)
MICROSECOND = timedelta(microseconds=1)
NONE: Windows = ()
OFFICE = (Window(9 * 60, 17 * 60),)
LUNCH = (Window(9 * 60, 12 * 60), Window(13 * 60, 17 * 60))
NIGHT = (Window(0, 6 * 60), Window(22 * 60, 24 * 60))
ALWAYS = (Window(0, 24 * 60),)


def weekdays(windows: Windows, zone: str = "Europe/London", **more: object) -> Calendar:
    return Calendar(zone, (*(windows,) * 5, NONE, NONE), **more)  # type: ignore[arg-type]


def daily(windows: Windows, zone: str = "UTC", **more: object) -> Calendar:
    return Calendar(zone, (windows,) * 7, **more)  # type: ignore[arg-type]


def utc(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def local(text: str, zone: str = "Europe/London") -> datetime:
    """What the wall shows there, in UTC; of two such moments the first."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


class Count:
    """The working minutes of some days, summed up once, so that much can be asked."""

    def __init__(self, calendar: Calendar, first: datetime, length: timedelta) -> None:
        self.first = first.replace(second=0, microsecond=0)
        shown = _shown(calendar.time_zone, self.first, length)
        open_minutes = {day: _minutes(calendar, day) for day in {day for day, _ in shown}}
        self.sums = list(accumulate((minute in open_minutes[day] for day, minute in shown), initial=0))

    def __call__(self, start: datetime, end: datetime) -> timedelta:
        return self._until(end) - self._until(start) if end > start else timedelta(0)

    def _until(self, moment: datetime) -> timedelta:
        whole, part = divmod(moment - self.first, MINUTE)
        counts = self.sums[whole + 1] - self.sums[whole] if part else 0
        return self.sums[whole] * MINUTE + counts * part


@lru_cache
def _shown(zone: str, first: datetime, length: timedelta) -> list[tuple[date, int]]:
    """What the wall shows there in each minute: the day, and the minutes since midnight."""
    walls = ((first + number * MINUTE).astimezone(ZoneInfo(zone)) for number in range(length // MINUTE))
    return [(wall.date(), wall.hour * 60 + wall.minute) for wall in walls]


def _minutes(calendar: Calendar, day: date) -> frozenset[int]:
    """Those of one day on the wall: what an exception says goes before a holiday, and that before the week."""
    if day in calendar.exceptions:
        windows = calendar.exceptions[day][0]
    elif calendar.country is not None and day in _free(calendar.country, calendar.subdivision):
        windows = ()
    else:
        windows = calendar.week[day.weekday()]
    return frozenset(minute for window in windows for minute in range(window.start, window.end))


@lru_cache
def _free(country: str, subdivision: str | None) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=subdivision)
