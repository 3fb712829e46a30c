"""Histories of the sample shop's complaints: most moves are made in time, some are late."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.rules.complaints import Decision, Move
from app.rules.service_levels import Calendar, add_working_time
from app.sample.complaint_texts import BODIES, NOTES

CLOSED_PATHS = {
    "accepted": 695,
    "rejected": 65,
    "second_response": 55,
    "settled": 20,
    "accepted_after_deadlock": 15,
    "reopened": 35,
    "withdrawn": 55,
}
"""How many of a thousand complaints take each path to their end. The rest are open."""
OPEN_PATHS: tuple[tuple[str, float, float], ...] = (
    ("investigating", 3, 8),
    ("received", 0.1, 1.5),
    ("acknowledged", 0.5, 3),
    ("responded", 4, 12),
    ("deadlock", 18, 34),
    ("assessed", 1, 4),
    ("on_hold", 5, 14),
    ("received", 0.1, 2),
    ("investigating_again", 30, 70),
    ("acknowledged", 1, 4),
    ("disputed", 8, 18),
    ("investigating", 2, 6),
    ("referred", 30, 60),
    ("responded", 3, 9),
    ("assessed", 1, 3),
)
"""Paths of open complaints, with the least and the greatest age of the complaint in days."""


@dataclass
class ComplaintHistory:
    """A complaint's moves in working time, and the `actions` of the API that its imported history cannot contain."""

    rng: Random
    calendar: Calendar
    targets: dict[str, int]
    """Working minutes by metric."""
    owner: str
    at: datetime
    """The time of the last move; at first when the complaint was received."""
    decision: Decision
    entries: list[dict[str, Any]] = field(default_factory=list)
    actions: list[dict[str, Any]] = field(default_factory=list)

    def follow(self, path: str) -> None:
        """Make all moves of a path: one of CLOSED_PATHS or OPEN_PATHS."""
        _PATHS[path](self)

    @property
    def moves(self) -> set[str]:
        return {entry["move"] for entry in self.entries}

    def truncate(self, until: datetime) -> None:
        """Remove what lies in the future."""
        self.entries = [entry for entry in self.entries if datetime.fromisoformat(entry["at"]) <= until]
        self.actions = [action for action in self.actions if datetime.fromisoformat(action["at"]) <= until]

    def acknowledged(self) -> None:
        self._move(Move.ACKNOWLEDGE, self._within("acknowledge", 0.33, 0.6), notified=True)

    def assessed(self) -> None:
        self.acknowledged()
        self._move(Move.ASSESS, self._within("respond", 0.06, 0.5))

    def investigating(self) -> None:
        self.assessed()
        self._move(
            Move.INVESTIGATE, self._within("respond", 0.1, 0.5), notified=self.rng.random() < 0.6, with_note=True
        )

    def responded(self) -> None:
        self.investigating()
        self._respond(self.decision)

    def disputed(self) -> None:
        self.responded()
        self._move(Move.REJECT, self._days(0.2, 2), notified=True)

    def deadlock(self) -> None:
        self.disputed()
        self._move(Move.DEADLOCK, self._days(0.5, 2))

    def accepted(self) -> None:
        self.responded()
        self._accept_and_close()

    def rejected(self) -> None:
        self.disputed()
        self._move(Move.CLOSE, self._days(0.5, 3))

    def second_response(self) -> None:
        self.disputed()
        self._respond_again()

    def accepted_after_deadlock(self) -> None:
        self.deadlock()
        self._accept_and_close()

    def settled(self) -> None:
        self.referred()
        self._act("settle", self._days(8, 16), outcome=self.rng.choice(list(Decision)).value)
        self._act("close", self._days(0.2, 1))

    def reopened(self) -> None:
        self.accepted()
        self._move(Move.REOPEN, self._days(2, 12), notified=True)
        self._respond_again()

    def investigating_again(self) -> None:
        self.accepted()
        self._move(Move.REOPEN, self._days(5, 15), notified=True)
        self._move(Move.INVESTIGATE, self._days(0.2, 1), with_note=True)

    def withdrawn(self) -> None:
        self.rng.choice([lambda: None, self.acknowledged, self.acknowledged, self.investigating])()
        self._move(Move.WITHDRAW, self._days(0.1, 1.5))

    def on_hold(self) -> None:
        self.investigating()
        self._act("hold", self._days(0.1, 0.5), waiting_for=self.rng.choice(("customer", "supplier")))

    def referred(self) -> None:
        self.deadlock()
        reference = f"R-{self.rng.randrange(10_000):04d}"
        self._act("refer", self._days(1, 4), referred_to=self.rng.choice(BODIES), reference=reference)

    def _respond_again(self) -> None:
        """A second investigation with a better decision, which is accepted."""
        self._move(Move.INVESTIGATE, self._days(0.1, 0.8), with_note=True)
        better = Decision.UPHELD if self.decision is Decision.PARTLY_UPHELD else Decision.PARTLY_UPHELD
        self._respond(better)
        self._accept_and_close()

    def _respond(self, decision: Decision) -> None:
        self._move(Move.RESPOND, self._within("respond", 0.28, 0.55), notified=True, decision=decision.value)

    def _accept_and_close(self) -> None:
        self._move(Move.ACCEPT, self._days(0.05, 1.5))
        self._move(Move.CLOSE, self._days(0.01, 0.6))

    def _move(
        self, move: Move, minutes: float, *, notified: bool = False, with_note: bool = False, **properties: Any
    ) -> None:
        self._advance(minutes)
        entry: dict[str, Any] = {"move": move.value, "at": self.at.isoformat(), "staff": self.owner, **properties}
        if notified:
            entry["customer_notified"] = True
        if with_note and self.rng.random() < 0.5:
            entry["note"] = self.rng.choice(NOTES)
        self.entries.append(entry)

    def _act(self, operation: str, minutes: float, **properties: Any) -> None:
        self._advance(minutes)
        self.actions.append({"operation": operation, "at": self.at.isoformat(), "staff": self.owner, **properties})

    def _advance(self, minutes: float) -> None:
        at = add_working_time(self.calendar, self.at, timedelta(seconds=round(60 * minutes)))
        assert at is not None, "the shop never opens again"
        self.at = at

    def _within(self, metric: str, share: float, spread: float) -> float:
        """Minutes: about this share of the target, lognormal, so that now and then it is far more."""
        return self.targets[metric] * share * self.rng.lognormvariate(0, spread)

    def _days(self, low: float, high: float) -> float:
        """Working minutes of a random number of days."""
        return self.rng.uniform(low, high) * 600


_PATHS: dict[str, Callable[[ComplaintHistory], None]] = {
    "received": lambda history: None,
    "acknowledged": ComplaintHistory.acknowledged,
    "assessed": ComplaintHistory.assessed,
    "investigating": ComplaintHistory.investigating,
    "on_hold": ComplaintHistory.on_hold,
    "responded": ComplaintHistory.responded,
    "disputed": ComplaintHistory.disputed,
    "deadlock": ComplaintHistory.deadlock,
    "referred": ComplaintHistory.referred,
    "investigating_again": ComplaintHistory.investigating_again,
    "accepted": ComplaintHistory.accepted,
    "rejected": ComplaintHistory.rejected,
    "second_response": ComplaintHistory.second_response,
    "settled": ComplaintHistory.settled,
    "accepted_after_deadlock": ComplaintHistory.accepted_after_deadlock,
    "reopened": ComplaintHistory.reopened,
    "withdrawn": ComplaintHistory.withdrawn,
}
