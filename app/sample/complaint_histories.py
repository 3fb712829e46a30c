"""The way that a complaint of the sample shop goes: mostly in time, because somebody looked at the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.rules.complaints import Decision, Move
from app.rules.service_levels import Calendar, after
from app.sample.complaint_texts import BODIES, NOTES

# What becomes of complaints: how many of a thousand.
ENDS = {"accepted": 695, "rejected": 65, "second": 55, "settled": 20, "agreed": 15, "reopened": 35, "withdrawn": 55}
# Those that are open, fifteen of them: where they stand, and how many days ago they were received.
OPEN: tuple[tuple[str, float, float], ...] = (
    ("investigating", 3, 8),
    ("received", 0.1, 1.5),
    ("acknowledged", 0.5, 3),
    ("responded", 4, 12),
    ("deadlock", 18, 34),
    ("assessed", 1, 4),
    ("waiting", 5, 14),
    ("received", 0.1, 2),
    ("again", 30, 70),
    ("acknowledged", 1, 4),
    ("disputed", 8, 18),
    ("investigating", 2, 6),
    ("referred", 30, 60),
    ("responded", 3, 9),
    ("assessed", 1, 3),
)


@dataclass
class Way:
    """Moves in the working time of the shop. What a history cannot say is `then` done by the verbs of the API."""

    rng: Random
    calendar: Calendar
    targets: dict[str, int]
    owner: str
    at: datetime
    decision: Decision
    history: list[dict[str, Any]] = field(default_factory=list)
    then: list[dict[str, Any]] = field(default_factory=list)

    def go(self, plan: str) -> None:
        """To where the plan ends: one of ENDS, or where an open complaint stands."""
        _PATHS[plan](self)

    @property
    def moves(self) -> set[str]:
        return {past["move"] for past in self.history}

    def cut(self, until: datetime) -> None:
        """Forget what has not happened yet."""
        self.history = [past for past in self.history if datetime.fromisoformat(past["at"]) <= until]
        self.then = [step for step in self.then if datetime.fromisoformat(step["at"]) <= until]

    def acknowledged(self) -> None:
        self._move(Move.ACKNOWLEDGE, self._within("acknowledge", 0.33, 0.6), told=True)

    def assessed(self) -> None:
        self.acknowledged()
        self._move(Move.ASSESS, self._within("respond", 0.06, 0.5))

    def investigating(self) -> None:
        self.assessed()
        self._move(Move.INVESTIGATE, self._within("respond", 0.1, 0.5), told=self.rng.random() < 0.6, noted=True)

    def responded(self) -> None:
        self.investigating()
        self._respond(self.decision)

    def disputed(self) -> None:
        self.responded()
        self._move(Move.REJECT, self._days(0.2, 2), told=True)

    def deadlock(self) -> None:
        self.disputed()
        self._move(Move.DEADLOCK, self._days(0.5, 2))

    def accepted(self) -> None:
        self.responded()
        self._agree()

    def rejected(self) -> None:
        self.disputed()
        self._move(Move.CLOSE, self._days(0.5, 3))

    def second(self) -> None:
        self.disputed()
        self._again()

    def agreed(self) -> None:
        self.deadlock()
        self._agree()

    def settled(self) -> None:
        self.referred()
        self._then("settle", self._days(8, 16), outcome=self.rng.choice(list(Decision)).value)
        self._then("close", self._days(0.2, 1))

    def reopened(self) -> None:
        self.accepted()
        self._move(Move.REOPEN, self._days(2, 12), told=True)
        self._again()

    def open_again(self) -> None:
        self.accepted()
        self._move(Move.REOPEN, self._days(5, 15), told=True)
        self._move(Move.INVESTIGATE, self._days(0.2, 1), noted=True)

    def withdrawn(self) -> None:
        self.rng.choice([lambda: None, self.acknowledged, self.acknowledged, self.investigating])()
        self._move(Move.WITHDRAW, self._days(0.1, 1.5))

    def waiting(self) -> None:
        self.investigating()
        self._then("hold", self._days(0.1, 0.5), waiting_for=self.rng.choice(("customer", "supplier")))

    def referred(self) -> None:
        self.deadlock()
        reference = f"R-{self.rng.randrange(10_000):04d}"
        self._then("refer", self._days(1, 4), referred_to=self.rng.choice(BODIES), reference=reference)

    def _again(self) -> None:
        """A second look, and an answer that is taken."""
        self._move(Move.INVESTIGATE, self._days(0.1, 0.8), noted=True)
        better = Decision.UPHELD if self.decision is Decision.PARTLY_UPHELD else Decision.PARTLY_UPHELD
        self._respond(better)
        self._agree()

    def _respond(self, decision: Decision) -> None:
        self._move(Move.RESPOND, self._within("respond", 0.28, 0.55), told=True, decision=decision.value)

    def _agree(self) -> None:
        self._move(Move.ACCEPT, self._days(0.05, 1.5))
        self._move(Move.CLOSE, self._days(0.01, 0.6))

    def _move(self, move: Move, minutes: float, *, told: bool = False, noted: bool = False, **more: Any) -> None:
        self._pass(minutes)
        past: dict[str, Any] = {"move": move.value, "at": self.at.isoformat(), "staff": self.owner, **more}
        if told:
            past["customer_notified"] = True
        if noted and self.rng.random() < 0.5:
            past["note"] = self.rng.choice(NOTES)
        self.history.append(past)

    def _then(self, verb: str, minutes: float, **more: Any) -> None:
        self._pass(minutes)
        self.then.append({"verb": verb, "at": self.at.isoformat(), "staff": self.owner, **more})

    def _pass(self, minutes: float) -> None:
        later = after(self.calendar, self.at, timedelta(seconds=round(60 * minutes)))
        assert later is not None, "the shop opens again"
        self.at = later

    def _within(self, metric: str, share: float, spread: float) -> float:
        """About this share of the target; lognormal, so that now and then it is far more."""
        return self.targets[metric] * share * self.rng.lognormvariate(0, spread)

    def _days(self, low: float, high: float) -> float:
        """Working minutes of so many days."""
        return self.rng.uniform(low, high) * 600


_PATHS: dict[str, Callable[[Way], None]] = {
    "received": lambda way: None,
    "acknowledged": Way.acknowledged,
    "assessed": Way.assessed,
    "investigating": Way.investigating,
    "waiting": Way.waiting,
    "responded": Way.responded,
    "disputed": Way.disputed,
    "deadlock": Way.deadlock,
    "referred": Way.referred,
    "again": Way.open_again,
    "accepted": Way.accepted,
    "rejected": Way.rejected,
    "second": Way.second,
    "settled": Way.settled,
    "agreed": Way.agreed,
    "reopened": Way.reopened,
    "withdrawn": Way.withdrawn,
}
