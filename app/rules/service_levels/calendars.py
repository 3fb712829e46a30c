"""Working time: what a calendar counts as such, and how much of it lies between two timestamps.

A calendar says which local wall-clock times are working time. A timestamp counts when the local wall clock shows such a
time, so an hour that a change of the clocks skips is never worked, and one that it repeats is worked twice. Everything
is computed in UTC over stretches of a constant offset; nothing depends on the machine's own time zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

DAY = timedelta(days=1)
HORIZON = timedelta(days=366 * 50)
"""How far ahead a due time is looked for: a calendar without working time has none."""
_MAX_CACHED_DAYS = 50_000


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes after local midnight, from `start` up to but without `end`; one of no length counts nothing."""

    start: int
    end: int


Windows = tuple[Window, ...]
Stretch = tuple[datetime, datetime]
"""From a timestamp up to but without another, both in UTC."""


@dataclass(frozen=True)
class Day:
    """The working time of one local day, and why."""

    windows: Windows
    day_type: str
    """`week`, `exception` or `holiday`."""
    name: str | None = None
    """Of the exception or the holiday."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """Windows may overlap; the time that they share counts once."""

    time_zone: str
    week: tuple[Windows, Windows, Windows, Windows, Windows, Windows, Windows]
    """Monday first."""
    exceptions: Mapping[date, tuple[Windows, str | None]] = field(default_factory=dict)
    """Days that differ, with their names. They go before public holidays."""
    country: str | None = None
    """Whose public holidays are free, ISO 3166-1."""
    subdivision: str | None = None
    """Part of the country, ISO 3166-2 without the country."""
    last_open: date = field(init=False, repr=False)
    """The last day of UTC on which it may open. Where no weekday has windows, those are the days around exceptions."""
    _zone: ZoneInfo = field(init=False, repr=False)
    _cache: dict[int, tuple[Stretch, ...]] = field(init=False, repr=False)
    """By the ordinal of the day."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "last_open", self._last_open())
        object.__setattr__(self, "_zone", ZoneInfo(self.time_zone))
        object.__setattr__(self, "_cache", {})

    def day(self, local: date) -> Day:
        if (exception := self.exceptions.get(local)) is not None:
            return Day(_merged(exception[0]), "exception", exception[1])
        if self.country is not None and (name := _holidays(self.country, self.subdivision).get(local)) is not None:
            return Day((), "holiday", name)
        return Day(_merged(self.week[local.weekday()]), "week")

    def local_day(self, timestamp: datetime) -> date:
        return timestamp.astimezone(self._zone).date()

    def midnight(self, local: date) -> datetime:
        """When a local day begins, in UTC."""
        return datetime(local.year, local.month, local.day, tzinfo=self._zone).astimezone(UTC)

    def stretches(self, day: int) -> tuple[Stretch, ...]:
        """The working time of one day of UTC, given by its ordinal, in order."""
        if (cached := self._cache.get(day)) is None:
            if len(self._cache) >= _MAX_CACHED_DAYS:
                self._cache.clear()
            cached = self._cache[day] = tuple(self._compute_stretches(date.fromordinal(day)))
        return cached

    def _last_open(self) -> date:
        if any(map(_has_length, self.week)):
            return date.max
        days = [local for local, (windows, _) in self.exceptions.items() if _has_length(windows)]
        return min(max(days, default=date.min), date.max - DAY) + DAY

    def _compute_stretches(self, utc_day: date) -> Iterator[Stretch]:
        midnight = datetime(utc_day.year, utc_day.month, utc_day.day, tzinfo=UTC)
        for start, end, offset in self._constant(midnight, midnight + DAY):
            # What the clock on the wall shows, written as though it were UTC.
            local_start, local_end = start + offset, end + offset
            local = local_start.replace(hour=0, minute=0, second=0, microsecond=0)
            while local < local_end:
                for window in self.day(local.date()).windows:
                    first = max(local + timedelta(minutes=window.start), local_start)
                    last = min(local + timedelta(minutes=window.end), local_end)
                    if first < last:
                        yield first - offset, last - offset
                local += DAY

    def _constant(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
        """The parts of a stretch of UTC in which the clocks are not changed, and how far they are from UTC."""
        before, after = self._offset(start), self._offset(end - _SECOND)
        if before == after:
            yield start, end, before
            return
        low, high = 0, int((end - start).total_seconds()) - 1
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._offset(start + middle * _SECOND) == before else (low, middle)
        change = start + high * _SECOND
        yield start, change, before
        yield change, end, after

    def _offset(self, utc: datetime) -> timedelta:
        offset = utc.astimezone(self._zone).utcoffset()
        assert offset is not None
        return offset


def working_time(calendar: Calendar, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`; zero when `end` is not later."""
    total = timedelta(0)
    for opened, closed in _stretches_between(calendar, start, end):
        total += closed - opened
    return total


def add_working_time(calendar: Calendar, start: datetime, amount: timedelta) -> datetime | None:
    """When `amount` of working time has passed since `start`; None if that is beyond the horizon of 50 years."""
    if amount <= timedelta(0):
        return start
    left = amount
    for opened, closed in _stretches_between(calendar, start, start + HORIZON):
        if closed - opened >= left:
            return opened + left
        left -= closed - opened
    return None


def _stretches_between(calendar: Calendar, start: datetime, end: datetime) -> Iterator[Stretch]:
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end <= start:
        return
    for day in range(start.toordinal(), min(end.toordinal(), calendar.last_open.toordinal()) + 1):
        for opened, closed in calendar.stretches(day):
            if opened >= end:
                return
            if closed > start:
                yield (opened if opened > start else start), (closed if closed < end else end)


def _has_length(windows: Windows) -> bool:
    return any(window.start < window.end for window in windows)


@lru_cache(maxsize=1_000)
def _merged(windows: Windows) -> Windows:
    """In order, without overlaps."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda w: w.start):
        if joined and window.start <= joined[-1].end:
            joined[-1] = Window(joined[-1].start, max(joined[-1].end, window.end))
        else:
            joined.append(window)
    return tuple(joined)


@lru_cache(maxsize=200)
def _holidays(country: str, subdivision: str | None) -> holidays.HolidayBase:
    # Named in the language of the country: left to itself, the library asks the machine for one.
    language = getattr(holidays, country).default_language
    return holidays.country_holidays(country, subdiv=subdivision, language=language)


@lru_cache(maxsize=1)
def countries() -> Mapping[str, frozenset[str]]:
    """Countries whose public holidays are known, with their parts."""
    return {code: frozenset(parts) for code, parts in holidays.list_supported_countries(include_aliases=False).items()}


_SECOND = timedelta(seconds=1)
