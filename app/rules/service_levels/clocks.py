"""Service-level clocks: intervals of running and paused time, from which everything else is calculated.

A due time is derived from the intervals, the target and the calendar. What is recorded is what happened: when the clock
ran, when it was paused and why, when it was met, and when it was breached. A breach is never taken back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.rules.service_levels.calendars import Calendar, add_working_time, working_time


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
    """`target` is working time of `calendar`. There is an interval at least; the last is open unless it has ended."""

    metric: Metric
    cycle: int
    """Counts the clocks of one metric: a reopened complaint gets new ones."""
    calendar: Calendar
    target: timedelta
    intervals: list[Interval] = field(default_factory=list)
    met_at: datetime | None = None
    cancelled_at: datetime | None = None
    breached_at: datetime | None = None

    @property
    def key(self) -> tuple[Metric, int]:
        """Identifies it among the clocks of one complaint."""
        return self.metric, self.cycle

    @property
    def ended(self) -> bool:
        return self.met_at is not None or self.cancelled_at is not None

    @property
    def paused(self) -> bool:
        return not self.ended and self.intervals[-1].kind is IntervalKind.PAUSED

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

    def pause(self, at: datetime, reason: str) -> None:
        """Nothing happens if it is paused already."""
        if not self.ended and not self.paused:
            self.note_breach(at)
            self._switch(IntervalKind.PAUSED, at, reason)

    def resume(self, at: datetime, reason: str) -> None:
        if self.paused:
            self._switch(IntervalKind.RUNNING, at, reason)

    def take_back(self, at: datetime) -> None:
        """As if it had neither been paused nor resumed since `at`."""
        if self.ended:
            return
        while len(self.intervals) > 1 and self.intervals[-1].start >= at:
            self.intervals.pop()
        self.intervals[-1].end = None

    def meet(self, at: datetime) -> None:
        """What it waits for happened; too late, and it is breached as well."""
        if not self.ended:
            self.note_breach(at)
            self.met_at = self._close(at)

    def cancel(self, at: datetime) -> None:
        """What it waits for will not happen any more."""
        if not self.ended:
            self.note_breach(at)
            self.cancelled_at = self._close(at)

    def note_breach(self, now: datetime) -> bool:
        """Note the breach if the due time is before `now`; says whether it did. A breach is never taken back."""
        if self.ended or self.breached_at is not None:
            return False
        if (due := self.due()) is not None and due < now:
            self.breached_at = due
            return True
        return False

    def elapsed(self, now: datetime) -> timedelta:
        """Working time."""
        return sum((self.counted(interval, now) for interval in self.intervals), timedelta(0))

    def counted(self, interval: Interval, now: datetime) -> timedelta:
        """The working time of an interval: none while the clock was paused."""
        if interval.kind is IntervalKind.PAUSED:
            return timedelta(0)
        return working_time(self.calendar, interval.start, min(interval.end or now, now))

    def due(self) -> datetime | None:
        """When the target is used up; None while it is paused with time left, or beyond the calendar's horizon.

        Of a clock that has ended: when it would have been used up.
        """
        return self.reached_at(self.target)

    def reached_at(self, amount: timedelta) -> datetime | None:
        """When its running time comes to `amount` of working time; None as for `due`."""
        left = max(amount, timedelta(0))
        for interval in self.intervals:
            if interval.kind is IntervalKind.PAUSED:
                continue
            if interval.end is None or interval is self.intervals[-1]:
                return add_working_time(self.calendar, interval.start, left)
            run = working_time(self.calendar, interval.start, interval.end)
            if run >= left:
                return add_working_time(self.calendar, interval.start, left)
            left -= run
        return None

    def _switch(self, kind: IntervalKind, at: datetime, reason: str) -> None:
        self.intervals.append(Interval(kind, self._close(at), None, reason))

    def _close(self, at: datetime) -> datetime:
        """End the last interval, never before its start: who waited for a lock may bring an older timestamp."""
        last = self.intervals[-1]
        last.end = max(at, last.start)
        return last.end
