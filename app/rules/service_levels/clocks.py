"""Service-level clocks: stretches of running and paused time, from which everything else is worked out.

A due time is never stored as a fact: it follows from the intervals, the target and the calendar. What is stored is what
happened: when the clock ran, when it stood still and why, when it was met, and that it was missed. A breach stays one.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from app.rules.service_levels.calendars import Calendar, after, worked


class Metric(StrEnum):
    """What a clock measures: the time until the step of this name."""

    ACKNOWLEDGE = "acknowledge"
    UPDATE = "update"
    """The next message to the customer; every message restarts it."""
    RESPOND = "respond"
    RESOLVE = "resolve"
    DEADLOCK = "deadlock"
    """The end of a deadlock."""


class ClockState(StrEnum):
    """Whether a clock is running or paused, was met, or was cancelled."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    CANCELLED = "cancelled"


class IntervalKind(StrEnum):
    """Whether a clock was running or paused in an interval."""

    RUNNING = "running"
    PAUSED = "paused"


@dataclass(slots=True)
class Interval:
    kind: IntervalKind
    start: datetime
    end: datetime | None
    reason: str


@dataclass(slots=True)
class Clock:
    """`target` is working time of `calendar`. The last interval of a clock that is not over is open."""

    metric: Metric
    cycle: int
    """Counts the clocks of one metric: a reopened complaint gets new ones."""
    calendar: Calendar
    target: timedelta
    intervals: list[Interval] = field(default_factory=list)
    met_at: datetime | None = None
    cancelled_at: datetime | None = None
    breached_at: datetime | None = None
    ref: Any = field(default=None, compare=False)
    """What its keeper knows it by; the rules do not look at it."""

    @property
    def over(self) -> bool:
        return self.met_at is not None or self.cancelled_at is not None

    @property
    def paused(self) -> bool:
        return not self.over and self.intervals[-1].kind is IntervalKind.PAUSED

    @property
    def state(self) -> ClockState:
        if self.met_at is not None:
            return ClockState.MET
        if self.cancelled_at is not None:
            return ClockState.CANCELLED
        return ClockState.PAUSED if self.paused else ClockState.RUNNING

    @property
    def started_at(self) -> datetime:
        return self.intervals[0].start

    def begin(self, at: datetime, reason: str, *, paused: bool) -> None:
        kind = IntervalKind.PAUSED if paused else IntervalKind.RUNNING
        self.intervals.append(Interval(kind, at, None, reason))

    def pause(self, at: datetime, reason: str) -> None:
        """Stand still, because of `reason`; nothing if it does already."""
        if not self.over and not self.paused:
            self.miss(at)
            self._turn(IntervalKind.PAUSED, at, reason)

    def resume(self, at: datetime, reason: str) -> None:
        if self.paused:
            self._turn(IntervalKind.RUNNING, at, reason)

    def meet(self, at: datetime) -> None:
        """What it waited for happened. When that was too late, it is a breach as well."""
        if not self.over:
            self.miss(at)
            self.met_at = self._close(at)

    def cancel(self, at: datetime) -> None:
        """What it waited for is not to come any more."""
        if not self.over:
            self.miss(at)
            self.cancelled_at = self._close(at)

    def miss(self, now: datetime) -> bool:
        """Note the breach, if the time was over before `now`. A breach once noted is not taken back."""
        if self.over or self.breached_at is not None:
            return False
        if (due := self.due()) is not None and due < now:
            self.breached_at = due
            return True
        return False

    def elapsed(self, now: datetime) -> timedelta:
        """The working time it has run for."""
        return sum((self.counted(interval, now) for interval in self.intervals), timedelta(0))

    def counted(self, interval: Interval, now: datetime) -> timedelta:
        """What an interval adds to it: nothing while it was paused."""
        if interval.kind is IntervalKind.PAUSED:
            return timedelta(0)
        return worked(self.calendar, interval.start, min(interval.end or now, now))

    def due(self) -> datetime | None:
        """When the target is used up; None while it is paused with time left, or if the calendar never gets there.

        Of a clock that is over: when it would have been.
        """
        return self.reaches(self.target)

    def reaches(self, amount: timedelta) -> datetime | None:
        """The moment at which it has run, or will have run, or would have run had it gone on, for so long."""
        left = max(amount, timedelta(0))
        for interval in self.intervals:
            if interval.kind is IntervalKind.PAUSED:
                continue
            if interval.end is None or interval is self.intervals[-1]:
                return after(self.calendar, interval.start, left)
            run = worked(self.calendar, interval.start, interval.end)
            if run >= left:
                return after(self.calendar, interval.start, left)
            left -= run
        return None

    def _turn(self, kind: IntervalKind, at: datetime, reason: str) -> None:
        self.intervals.append(Interval(kind, self._close(at), None, reason))

    def _close(self, at: datetime) -> datetime:
        """Its last interval ends then, but never before it began: who waited for a lock may come with an older time."""
        last = self.intervals[-1]
        last.end = max(at, last.start)
        return last.end
