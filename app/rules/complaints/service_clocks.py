"""The clocks of a complaint: what starts, meets, pauses and cancels each of them as it moves along its path."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from app.rules.complaints.states import Move, State, Waiting
from app.rules.service_levels import Clock, Interval, IntervalKind, Metric, Policy

WAITING = tuple(f"waiting_{whom}" for whom in Waiting)
# While a complaint is in one of these, the customer can expect to hear how it goes.
_TOLD = frozenset(
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
_FROM_THE_BEGINNING = (Metric.ACKNOWLEDGE, Metric.RESPOND, Metric.RESOLVE)


@dataclass(frozen=True, slots=True)
class Situation:
    """Where a complaint stands."""

    state: State
    waiting: Waiting | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return (self.state,) if self.waiting is None else (self.state, f"waiting_{self.waiting}")


@dataclass(slots=True)
class Clocks:
    """All the clocks of one complaint, and what happens to them as it moves on."""

    policy: Policy | None
    all: list[Clock] = field(default_factory=list)

    def open(self, metric: Metric) -> Clock | None:
        return next((clock for clock in self.all if clock.metric is metric and not clock.over), None)

    def received(self, at: datetime) -> None:
        for metric in _FROM_THE_BEGINNING:
            self._start(metric, at, "received")
        self._settle(Situation(State.RECEIVED), at)

    def moved(self, move: Move, to: Situation, at: datetime, *, told: bool) -> None:
        """A move was made; `told`: with a message to the customer."""
        match move:
            case Move.ACKNOWLEDGE:
                self._meet(Metric.ACKNOWLEDGE, at)
            case Move.RESPOND:
                self._meet(Metric.RESPOND, at)
                told = True
            case Move.CLOSE:
                self._meet(Metric.RESOLVE, at)
            case Move.REOPEN:
                self._start(Metric.RESPOND, at, "reopened")
                self._start(Metric.RESOLVE, at, "reopened")
        if told:
            self._meet(Metric.UPDATE, at)
        if move in (Move.CLOSE, Move.WITHDRAW):
            for clock in self.all:
                clock.cancel(at)
        if to.state is State.DEADLOCK:
            self._start(Metric.DEADLOCK, at, "deadlock")
        else:
            self._meet(Metric.DEADLOCK, at)
        self._update(to, at, reason=to.state)
        self._settle(to, at)

    def told(self, situation: Situation, at: datetime) -> None:
        """The customer was sent a message."""
        self._meet(Metric.UPDATE, at)
        self._update(situation, at, reason="message")
        self._settle(situation, at)

    def waits(self, situation: Situation, at: datetime) -> None:
        """It began or ceased to wait for somebody else."""
        self._settle(situation, at)

    def adopt(self, policy: Policy | None, situation: Situation, at: datetime) -> None:
        """Another policy, or another version of it: targets change, what has run and what was paused stays.

        What was missed by the old measure before `at` stays missed.
        """
        self.policy = policy
        ran = self._ran()
        for clock in self.all:
            if clock.over:
                continue
            clock.miss(at)
            if policy is None or clock.metric not in policy.targets:
                clock.cancel(at)
            else:
                clock.calendar, clock.target = policy.calendar, policy.targets[clock.metric]
        for metric in self._missing(situation):
            self._begin_like_others(metric, ran, at)
        if situation.state in _TOLD and self.open(Metric.UPDATE) is None:
            self._start(Metric.UPDATE, at, "policy")
        if situation.state is State.DEADLOCK and self.open(Metric.DEADLOCK) is None:
            self._start(Metric.DEADLOCK, at, "policy")
        self._settle(situation, at)

    def check(self, now: datetime) -> list[Clock]:
        """Those that are found to be missed now."""
        return [clock for clock in self.all if not clock.over and clock.miss(now)]

    def _missing(self, situation: Situation) -> Iterable[Metric]:
        """What a new policy measures and the old one did not, and has not happened yet."""
        if self.policy is None or situation.state in (State.CLOSED, State.WITHDRAWN):
            return
        if situation.state is State.RECEIVED and self.open(Metric.ACKNOWLEDGE) is None:
            yield Metric.ACKNOWLEDGE
        if not self._answered(situation.state) and self.open(Metric.RESPOND) is None:
            yield Metric.RESPOND
        if self.open(Metric.RESOLVE) is None:
            yield Metric.RESOLVE

    def _answered(self, state: State) -> bool:
        """Did the customer get the answer, in this round? A second look at a rejected answer waits for no other one."""
        if state is not State.INVESTIGATING:
            return state not in (State.RECEIVED, State.ACKNOWLEDGED, State.ASSESSED, State.REOPENED)
        met = [clock.met_at for clock in self.all if clock.metric is Metric.RESPOND and clock.met_at is not None]
        again = (clock.started_at for clock in self.all if clock.intervals[0].reason == State.REOPENED)
        return bool(met) and all(at <= max(met) for at in again)

    def _ran(self) -> list[Interval]:
        """The way of a clock that runs from the beginning; empty where none does."""
        clocks = (clock for clock in self.all if clock.metric in _FROM_THE_BEGINNING and not clock.over)
        return next(([replace(interval) for interval in clock.intervals] for clock in clocks), [])

    def _begin_like_others(self, metric: Metric, ran: list[Interval], at: datetime) -> None:
        """From the beginning, with the pauses of a clock that ran since then."""
        assert self.policy is not None
        if not ran:
            self._start(metric, at, "policy")
        elif metric in self.policy.targets:
            self._add(metric, [replace(interval) for interval in ran])

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
        if to.state in _TOLD:
            self._start(Metric.UPDATE, at, reason)
        elif (clock := self.open(Metric.UPDATE)) is not None:
            clock.cancel(at)

    def _settle(self, situation: Situation, at: datetime) -> None:
        """Every clock that is not over stands still or runs, as the policy says of this situation."""
        pauses = self.policy.pauses if self.policy is not None else frozenset()
        reason = next((name for name in situation.names if name in pauses), None)
        for clock in self.all:
            if reason is not None:
                clock.pause(at, reason)
            else:
                clock.resume(at, situation.names[-1])
