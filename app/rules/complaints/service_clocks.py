"""The clocks of a complaint: which moves start, meet, pause and cancel them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.rules.complaints.states import Move, State, Waiting
from app.rules.service_levels import Clock, Interval, IntervalKind, Metric, Policy

WAITING_REASONS = tuple(f"waiting_{party}" for party in Waiting)
# The states in which the customer can expect regular updates.
_UPDATE_STATES = frozenset(
    {
        State.ACKNOWLEDGED,
        State.ASSESSED,
        State.INVESTIGATING,
        State.REJECTED,
        State.DEADLOCK,
        State.REFERRED,
        State.REOPENED,
    }
)
_STARTED_ON_RECEIPT = (Metric.ACKNOWLEDGE, Metric.RESPOND, Metric.RESOLVE)


@dataclass(frozen=True, slots=True)
class Situation:
    """The state of a complaint, and whom it is waiting on."""

    state: State
    waiting: Waiting | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        return (self.state,) if self.waiting is None else (self.state, f"waiting_{self.waiting}")


@dataclass(slots=True)
class Clocks:
    """All clocks of one complaint."""

    policy: Policy | None
    all: list[Clock] = field(default_factory=list)

    def open(self, metric: Metric) -> Clock | None:
        return next((clock for clock in self.all if clock.metric is metric and not clock.ended), None)

    def received(self, at: datetime) -> None:
        for metric in _STARTED_ON_RECEIPT:
            self._start(metric, at, "received")
        self._pause_or_resume(Situation(State.RECEIVED), at)

    def moved(self, move: Move, to: Situation, at: datetime, *, notified: bool) -> None:
        """A move was made; with `notified`, together with a message to the customer."""
        match move:
            case Move.ACKNOWLEDGE:
                self._meet(Metric.ACKNOWLEDGE, at)
            case Move.RESPOND:
                self._meet(Metric.RESPOND, at)
                notified = True
            case Move.CLOSE:
                self._meet(Metric.RESOLVE, at)
            case Move.REOPEN:
                self._start(Metric.RESPOND, at, "reopened")
                self._start(Metric.RESOLVE, at, "reopened")
        if notified:
            self._meet(Metric.UPDATE, at)
        if move in (Move.CLOSE, Move.WITHDRAW):
            for clock in self.all:
                clock.cancel(at)
        if to.state is State.DEADLOCK:
            self._start(Metric.DEADLOCK, at, "deadlock")
        else:
            self._meet(Metric.DEADLOCK, at)
        self._update(to, at, reason=to.state)
        self._pause_or_resume(to, at)

    def message_sent(self, situation: Situation, at: datetime) -> None:
        """The customer was sent a message."""
        self._meet(Metric.UPDATE, at)
        self._update(situation, at, reason="message")
        self._pause_or_resume(situation, at)

    def waiting_changed(self, situation: Situation, at: datetime) -> None:
        """The complaint was put on hold or resumed."""
        self._pause_or_resume(situation, at)

    def not_resumed(self, situation: Situation, at: datetime) -> None:
        """The complaint was resumed at that time by mistake."""
        for clock in self.all:
            clock.take_back(at)
        self._pause_or_resume(situation, at)

    def adopt(self, policy: Policy | None, situation: Situation, at: datetime) -> None:
        """Measure by another policy, or another version of it: targets change, intervals stay.

        Breaches of the old targets before `at` stay.
        """
        self.policy = policy
        intervals = self._intervals_since_receipt()
        for clock in self.all:
            if clock.ended:
                continue
            clock.note_breach(at)
            if policy is None or clock.metric not in policy.targets:
                clock.cancel(at)
            else:
                clock.calendar, clock.target = policy.calendar, policy.targets[clock.metric]
        for metric in self._missing(situation):
            self._start_with(metric, intervals, at)
        if situation.state in _UPDATE_STATES and self.open(Metric.UPDATE) is None:
            self._start(Metric.UPDATE, at, "policy")
        if situation.state is State.DEADLOCK and self.open(Metric.DEADLOCK) is None:
            self._start(Metric.DEADLOCK, at, "policy")
        self._pause_or_resume(situation, at)

    def note_breaches(self, now: datetime) -> list[Clock]:
        """The clocks that are found to be breached now."""
        return [clock for clock in self.all if not clock.ended and clock.note_breach(now)]

    def _missing(self, situation: Situation) -> Iterable[Metric]:
        """The metrics that the policy measures, that no clock runs for, and that are not met yet."""
        if self.policy is None or situation.state in (State.CLOSED, State.WITHDRAWN):
            return
        if situation.state is State.RECEIVED and self.open(Metric.ACKNOWLEDGE) is None:
            yield Metric.ACKNOWLEDGE
        if not self._answered(situation.state) and self.open(Metric.RESPOND) is None:
            yield Metric.RESPOND
        if self.open(Metric.RESOLVE) is None:
            yield Metric.RESOLVE

    def _answered(self, state: State) -> bool:
        """Whether the customer got the response since the complaint was last reopened.

        An investigation after a rejected response requires no second one.
        """
        if state is not State.INVESTIGATING:
            return state not in (State.RECEIVED, State.ACKNOWLEDGED, State.ASSESSED, State.REOPENED)
        met = [clock.met_at for clock in self.all if clock.metric is Metric.RESPOND and clock.met_at is not None]
        again = (clock.started_at for clock in self.all if clock.intervals[0].reason == State.REOPENED)
        return bool(met) and all(at <= max(met) for at in again)

    def _intervals_since_receipt(self) -> list[Interval]:
        """Copies of the intervals of a clock that runs since the receipt; empty where none does."""
        clocks = (clock for clock in self.all if clock.metric in _STARTED_ON_RECEIPT and not clock.ended)
        return next(([replace(interval) for interval in clock.intervals] for clock in clocks), [])

    def _start_with(self, metric: Metric, intervals: list[Interval], at: datetime) -> None:
        """Start a clock as though it had run with these intervals; at `at` where there are none."""
        assert self.policy is not None
        if not intervals:
            self._start(metric, at, "policy")
        elif metric in self.policy.targets:
            self._add(metric, [replace(interval) for interval in intervals])

    def _start(self, metric: Metric, at: datetime, reason: str) -> None:
        if self.policy is not None and metric in self.policy.targets and self.open(metric) is None:
            self._add(metric, [Interval(IntervalKind.RUNNING, at, None, reason)])

    def _add(self, metric: Metric, intervals: list[Interval]) -> None:
        assert self.policy is not None
        cycle = 1 + sum(clock.metric is metric for clock in self.all)
        self.all.append(Clock(metric, cycle, self.policy.calendar, self.policy.targets[metric], intervals))

    def _meet(self, metric: Metric, at: datetime) -> None:
        if (clock := self.open(metric)) is not None:
            clock.meet(at)

    def _update(self, to: Situation, at: datetime, *, reason: str) -> None:
        if to.state in _UPDATE_STATES:
            self._start(Metric.UPDATE, at, reason)
        elif (clock := self.open(Metric.UPDATE)) is not None:
            clock.cancel(at)

    def _pause_or_resume(self, situation: Situation, at: datetime) -> None:
        """Pause or resume every open clock, as the policy says for this situation."""
        pauses = self.policy.pauses if self.policy is not None else frozenset()
        reason = next((name for name in situation.reasons if name in pauses), None)
        for clock in self.all:
            if reason is not None:
                clock.pause(at, reason)
            else:
                clock.resume(at, situation.reasons[-1])
