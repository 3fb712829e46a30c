"""The trading year of the sample shop: its days, how busy each of them is, and the opening hours."""

from bisect import bisect_right
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS = 364
"""The number of whole local days that fit into the 365 times 24 hours before any timestamp."""
_WEEKDAY_WEIGHTS = (0.65, 0.8, 0.9, 1.0, 1.4, 1.9, 0.6)
"""Monday to Sunday; a butcher lives on Friday and Saturday."""
_MONTH_WEIGHTS = (0.82, 0.9, 0.95, 1.0, 1.05, 1.05, 1.0, 0.92, 0.97, 1.0, 1.05, 1.35)
# Relative number of shoppers by the hour of the day.
_SHOP_HOURS = {8: 4, 9: 8, 10: 11, 11: 13, 12: 13, 13: 10, 14: 8, 15: 9, 16: 12, 17: 11}
_WEB_HOURS = dict(zip(range(6, 23), (2, 4, 6, 6, 6, 6, 8, 7, 5, 5, 5, 6, 8, 10, 12, 11, 6), strict=True))


class TradingYear:
    """The days before `until`.

    Shop time measures trade: it runs fast on busy days, so that purchases that are evenly distributed in shop time
    follow weekdays and seasons.
    """

    def __init__(self, until: datetime) -> None:
        self.until = until
        last = until.astimezone(LONDON).date()
        self.days = [last - timedelta(days=DAYS - number) for number in range(DAYS)]
        self.seasons = [season(day) for day in self.days]
        self._elapsed = list(accumulate(trade_weight(day) for day in self.days))
        self.length = self._elapsed[-1]

    def day_at(self, shop_time: float) -> int:
        """The index of the day on which this much shop time has passed."""
        return min(bisect_right(self._elapsed, shop_time), DAYS - 1)

    def is_open(self, day: int) -> bool:
        return trade_weight(self.days[day]) > 0

    def in_opening_hours(self, rng: Random, day: int) -> datetime:
        """A random time during the opening hours of the shops: Sundays 10 to 16, Saturdays until 17:30."""
        weekday = self.days[day].weekday()
        hours, weights = _SUNDAY if weekday == 6 else _WEEKDAY
        hour = rng.choices(hours, cum_weights=weights)[0]
        minutes = 30 if weekday == 5 and hour == 17 else 60
        return self.timestamp(day, hour, int(rng.random() * minutes), int(rng.random() * 60))

    def in_browsing_hours(self, rng: Random, day: int) -> datetime:
        hour = rng.choices(_BROWSING[0], cum_weights=_BROWSING[1])[0]
        return self.timestamp(day, hour, int(rng.random() * 60), int(rng.random() * 60))

    def timestamp(self, day: int, hour: int, minute: int, second: int = 0) -> datetime:
        return datetime.combine(self.days[day], time(hour, minute, second), LONDON)


def trade_weight(day: date) -> float:
    """The trade of a day relative to an ordinary one; 0 while the shops are closed."""
    if (day.month, day.day) in {(12, 25), (12, 26), (1, 1)} or day == easter(day.year):
        return 0.0
    weight = _WEEKDAY_WEIGHTS[day.weekday()] * _MONTH_WEIGHTS[day.month - 1]
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


def _cumulative(hours: dict[int, int]) -> tuple[list[int], list[int]]:
    return list(hours), list(accumulate(hours.values()))


_WEEKDAY = _cumulative(_SHOP_HOURS)
_SUNDAY = _cumulative({hour: share for hour, share in _SHOP_HOURS.items() if 10 <= hour < 16})
_BROWSING = _cumulative(_WEB_HOURS)
