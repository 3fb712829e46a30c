"""Who buys on which day, drawn in shop time (see trading_year.py), so that purchases follow weekdays and seasons."""

from random import Random

from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import TradingYear

_MAX_ATTEMPTS = 60
Purchase = tuple[int, SimulatedCustomer]
"""The index of the day, and the customer."""


def draw_known_purchases(
    rng: Random, year: TradingYear, customers: list[SimulatedCustomer], count: int
) -> list[Purchase]:
    """`count` purchases of known customers; fewer only where no customer buys at all."""
    scale = 1.0
    purchases: list[Purchase] = []
    for _ in range(_MAX_ATTEMPTS):
        purchases = [(day, customer) for customer in customers for day in _purchase_days(rng, year, customer, scale)]
        if len(purchases) >= count:
            break
        scale *= max(1.1, min(3.0, count / (len(purchases) + 1)))
    # Thinning a Poisson process gives a Poisson process: the behaviour of customers does not change.
    return rng.sample(purchases, min(count, len(purchases)))


def draw_anonymous_purchases(rng: Random, year: TradingYear, count: int) -> list[int]:
    """The days of `count` purchases of unknown customers."""
    return [year.day_at(rng.random() * year.length) for _ in range(count)]


def _purchase_days(rng: Random, year: TradingYear, customer: SimulatedCustomer, scale: float) -> list[int]:
    """BG/NBD: exponential times between purchases at the customer's rate, each of which may be the last.

    The churn probability is divided by the scale, so that customers stay for the same time at any scale.
    """
    if not customer.purchase_rate:
        return []
    rate, churn_probability = customer.purchase_rate * scale / year.length, customer.churn_probability / scale
    now = customer.joined_at or rng.expovariate(rate)
    days = []
    while now < year.length:
        day = year.day_at(now)
        days.append(_delivery_day(year, customer, day) if customer.business_line else day)
        if rng.random() < churn_probability:
            break
        now += rng.expovariate(rate)
    return days


def _delivery_day(year: TradingYear, customer: SimulatedCustomer, day: int) -> int:
    """The organization's delivery weekday of that week, unless the shops are closed then."""
    moved = day + customer.delivery_weekday - year.days[day].weekday()
    return moved if 0 <= moved < len(year.days) and year.is_open(moved) else day
