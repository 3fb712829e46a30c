"""The order of moments and their limits: one rule for every door.

What a sender's clock says may be ahead of ours by `TOLERANCE`; what is further ahead has not happened. Moments that
people enter for what they have just done get no tolerance: they can leave them out.
"""

from datetime import UTC, datetime, timedelta

TOLERANCE = timedelta(hours=24)
"""How far the clock of a till, of a telephone system or of another server may be ahead: a wrong time zone, at most."""
NEVER_SET_BEFORE = datetime(1971, 1, 1, tzinfo=UTC)
"""A clock that says less counts from the epoch of Unix since it was switched on: nobody has set it."""
DAYS_APART = 31
"""How far the trading day that a till says may be from the date of its clock, in UTC: an invoice may count in the month
before or after. Further apart, one of the two is wrong.
"""
IN_THE_FUTURE = "in_the_future"
OUT_OF_ORDER = "out_of_order"
FUTURE_DETAIL = "Must not be in the future"


def is_ahead(moment: datetime, now: datetime) -> bool:
    """Whether it cannot have been, however wrong the clock of its sender is."""
    return moment > now + TOLERANCE


def is_of_no_clock(moment: datetime) -> bool:
    """Whether it says only that the clock of its sender was never set."""
    return moment < NEVER_SET_BEFORE


def precedes(moment: datetime, other: datetime) -> bool:
    """Whether it was before the other one, however wrong the clock of the other one's sender was."""
    return moment < other - TOLERANCE


def arrived(moment: datetime | None, now: datetime) -> datetime:
    """When something came in, as far as we know: not later than now, whatever the clock of its sender says."""
    return now if moment is None or moment > now else moment


def not_before(other: str) -> str:
    """The detail of a moment that lies before one that it follows."""
    return f"Must not be before `{other}`"
