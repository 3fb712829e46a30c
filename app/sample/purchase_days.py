"""Who buys on which day, drawn in shop time (see trading_year.py), so that purchases follow weekdays and seasons."""

from random import Random

from app.sample.simulated_customer import Party
from app.sample.trading_year import Year

_MOST_ATTEMPTS = 60


def known_visits(rng: Random, year: Year, parties: list[Party], count: int) -> list[tuple[int, Party]]:
    """As many visits by known customers as asked for, as (day, who); fewer only where nobody ever buys."""
    scale = 1.0
    visits: list[tuple[int, Party]] = []
    for _ in range(_MOST_ATTEMPTS):
        visits = [(day, party) for party in parties for day in _visits(rng, year, party, scale)]
        if len(visits) >= count:
            break
        scale *= max(1.1, min(3.0, count / (len(visits) + 1)))
    # A thinned Poisson process is a Poisson process: the habits stay what they were.
    return rng.sample(visits, min(count, len(visits)))


def passing_visits(rng: Random, year: Year, count: int) -> list[int]:
    return [year.day_at(rng.random() * year.length) for _ in range(count)]


def _visits(rng: Random, year: Year, party: Party, scale: float) -> list[int]:
    """BG/NBD: exponential waits at one's own rate, and after every purchase the chance that it was the last.

    The chance shrinks as the scale grows, so that customers stay as long as they would have.
    """
    if not party.rate:
        return []
    rate, leaving = party.rate * scale / year.length, party.leaving / scale
    now = party.since or rng.expovariate(rate)
    days = []
    while now < year.length:
        day = year.day_at(now)
        days.append(_delivery_day(year, party, day) if party.line else day)
        if rng.random() < leaving:
            break
        now += rng.expovariate(rate)
    return days


def _delivery_day(year: Year, party: Party, day: int) -> int:
    """An organization buys on its own weekday, unless the shop is shut then."""
    moved = day + party.weekday - year.days[day].weekday()
    return moved if 0 <= moved < len(year.days) and year.is_open(moved) else day
