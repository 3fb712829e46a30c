"""The sample shop's calendar: a year of whole days, how busy each is, and when the doors are open."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS = 364
"""Whole local days that lie within the 365 before any moment."""
# Monday to Sunday; a butcher lives on Friday and Saturday.
_BUSY = (0.65, 0.8, 0.9, 1.0, 1.4, 1.9, 0.6)
_MONTHS = (0.82, 0.9, 0.95, 1.0, 1.05, 1.05, 1.0, 0.92, 0.97, 1.0, 1.05, 1.35)
# Share of the shoppers by the hour of the day, in the shop and on the web.
_SHOP_HOURS = {8: 4, 9: 8, 10: 11, 11: 13, 12: 13, 13: 10, 14: 8, 15: 9, 16: 12, 17: 11}
_WEB_HOURS = dict(zip(range(6, 23), (2, 4, 6, 6, 6, 6, 8, 7, 5, 5, 5, 6, 8, 10, 12, 11, 6), strict=True))


class Year:
    """The days before `until`. Shop time runs fast on busy days: visits that are even in it follow the seasons."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        last = until.astimezone(LONDON).date()
        self.days = [last - timedelta(days=DAYS - number) for number in range(DAYS)]
        self.seasons = [season(day) for day in self.days]
        self._elapsed = list(accumulate(busy(day) for day in self.days))
        self.length = self._elapsed[-1]

    def day_at(self, shop_time: float) -> int:
        """The number of the day on which this much shop time has passed."""
        return min(bisect_right(self._elapsed, shop_time), DAYS - 1)

    def is_open(self, day: int) -> bool:
        return busy(self.days[day]) > 0

    def shopping(self, rng: Random, day: int) -> datetime:
        """A moment at which the doors are open: Sundays 10 to 16, Saturdays till 17:30."""
        weekday = self.days[day].weekday()
        hours, weights = _SUNDAY if weekday == 6 else _WEEKDAY
        hour = rng.choices(hours, cum_weights=weights)[0]
        minutes = 30 if weekday == 5 and hour == 17 else 60
        return self.moment(day, hour, int(rng.random() * minutes), int(rng.random() * 60))

    def browsing(self, rng: Random, day: int) -> datetime:
        hour = rng.choices(_BROWSING[0], cum_weights=_BROWSING[1])[0]
        return self.moment(day, hour, int(rng.random() * 60), int(rng.random() * 60))

    def moment(self, day: int, hour: int, minute: int, second: int = 0) -> datetime:
        return datetime.combine(self.days[day], time(hour, minute, second), LONDON)


def busy(day: date) -> float:
    """How much of an ordinary day's trade this one sees; nothing while the doors are shut."""
    if (day.month, day.day) in {(12, 25), (12, 26), (1, 1)} or day == easter(day.year):
        return 0.0
    weight = _BUSY[day.weekday()] * _MONTHS[day.month - 1]
    if day.month == 12:
        weight *= 2.2 if 18 <= day.day <= 24 else 0.6 if day.day > 26 else 1.0
    return weight * (1.4 if timedelta(0) < easter(day.year) - day <= timedelta(days=5) else 1.0)


def season(day: date) -> str:
    if (day.month, day.day) >= (11, 20):
        return "christmas" if (day.month, day.day) < (12, 26) else ""
    if timedelta(0) <= easter(day.year) - day <= timedelta(days=12):
        return "easter"
    return "summer" if 5 <= day.month <= 8 else ""


@cache
def easter(year: int) -> date:
    """Western Easter Sunday: the anonymous Gregorian algorithm (Meeus, Astronomical Algorithms, chapter 8)."""
    a, (b, c) = year % 19, divmod(year, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def _cumulated(hours: dict[int, int]) -> tuple[list[int], list[int]]:
    return list(hours), list(accumulate(hours.values()))


_WEEKDAY = _cumulated(_SHOP_HOURS)
_SUNDAY = _cumulated({hour: share for hour, share in _SHOP_HOURS.items() if 10 <= hour < 16})
_BROWSING = _cumulated(_WEB_HOURS)
