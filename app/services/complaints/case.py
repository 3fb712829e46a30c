"""A complaint on its way: its row, its clocks, and what is to be told of it; loaded, moved on, and kept again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, in_the_future, invalid
from app.core.ids import new_id
from app.rules.complaints import states as rules
from app.rules.complaints.service_clocks import WAITING, Clocks, Situation
from app.rules.complaints.states import Decision, Move, State, Waiting
from app.rules.kit import event_types
from app.rules.kit.event_types import EventType
from app.rules.service_levels import Clock, Facts, levels
from app.services.service_levels import EffectivePolicy
from app.store.kit.events import Event

_MINUTE = timedelta(minutes=1)
MOVE_EVENTS = {
    Move.ACKNOWLEDGE: event_types.COMPLAINT_ACKNOWLEDGED,
    Move.ASSESS: event_types.COMPLAINT_ASSESSED,
    Move.INVESTIGATE: event_types.COMPLAINT_INVESTIGATED,
    Move.RESPOND: event_types.COMPLAINT_RESPONDED,
    Move.ACCEPT: event_types.COMPLAINT_ACCEPTED,
    Move.REJECT: event_types.COMPLAINT_REJECTED,
    Move.DEADLOCK: event_types.COMPLAINT_DEADLOCKED,
    Move.REFER: event_types.COMPLAINT_REFERRED,
    Move.SETTLE: event_types.COMPLAINT_SETTLED,
    Move.CLOSE: event_types.COMPLAINT_CLOSED,
    Move.WITHDRAW: event_types.COMPLAINT_WITHDRAWN,
    Move.REOPEN: event_types.COMPLAINT_REOPENED,
}


@dataclass(slots=True)
class StoredClock:
    """What the store knows a clock by."""

    id: UUID
    chosen: EffectivePolicy
    made: frozenset[int] = frozenset()
    """The steps of its escalation that were made, by their minutes."""
    breached_at: datetime | None = None
    """As it was when it was loaded."""
    over: bool = False
    """It was over already: nothing of it changes any more."""


@dataclass(slots=True)
class Case:
    row: dict[str, Any]
    """Every column, as it is stored; `referral` as an object."""
    chosen: EffectivePolicy | None
    clocks: Clocks
    changed: dict[str, Any] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    position: int = 0
    """Of its last move."""

    @property
    def id(self) -> UUID:
        complaint_id: UUID = self.row["id"]
        return complaint_id

    @property
    def state(self) -> State:
        return State(self.row["state"])

    @property
    def situation(self) -> Situation:
        waiting = self.row["waiting_for"]
        return Situation(self.state, Waiting(waiting) if waiting is not None else None)

    def set(self, **values: Any) -> None:
        """Columns that change."""
        self.row.update(values)
        self.changed.update(values)

    def record(
        self,
        type_: EventType,
        at: datetime,
        channel: str | None = None,
        *,
        title: Mapping[str, Any] = MappingProxyType({}),
        **data: Any,
    ) -> None:
        """Have an event recorded; `title` fills in its title, what is None in `data` is left out."""
        known = {name: value for name, value in data.items() if value is not None}
        whole = type_.titled(reference=self.row["reference"], **title)
        self.events.append(Event(type_, self.id, self.row["customer_id"], whole, at, channel, known))

    def begin(self) -> None:
        """It was received: its clocks start."""
        self.clocks.received(self.row["received_at"])

    def move(
        self,
        ctx: Context,
        move: Move,
        at: datetime,
        *,
        staff: str | None = None,
        note: str | None = None,
        interaction_id: UUID | None = None,
        channel: str | None = None,
        told: bool = False,
        **data: Any,
    ) -> None:
        """Make a move of the table; raises what `may` does."""
        before, entered_at, to = self.state, self.row["state_since"], self.may(ctx, move, at)
        ended = at if to in rules.OVER else None
        self.set(state=to.value, state_since=at, waiting_for=None, ended_at=ended)
        if move is Move.ACKNOWLEDGE:
            self.set(acknowledged_at=at)
        elif move is Move.RESPOND:
            self.set(responded_at=at)
        elif move is Move.REOPEN:
            self.set(reopened_count=self.row["reopened_count"] + 1)
        self.clocks.moved(move, self.situation, at, told=told)
        self.position += 1
        self.moves.append(
            {
                "complaint_id": self.id,
                "position": self.position,
                "move": move.value,
                "from_state": before.value,
                "to_state": to.value,
                "received_at": self.row["received_at"],
                "entered_at": entered_at,
                "happened_at": at,
                "recorded_at": ctx.now,
                "actor": ctx.actor,
                "staff": staff,
                "note": note,
                "interaction_id": interaction_id,
            }
        )
        self.record(MOVE_EVENTS[move], at, channel, staff=staff, **data)

    def may(self, ctx: Context, move: Move, at: datetime) -> State:
        """Where a move leads. 409 MoveNotAllowed naming the allowed ones, 422 for a moment that cannot be."""
        if (to := rules.moved(self.state, move)) is None:
            raise MoveNotAllowed(f"The complaint is {self.state}", allowed=rules.allowed(self.state))
        self.happens(ctx, at)
        return to

    def answered(self, decision: Decision | None, text: str | None, notified_at: datetime | None) -> None:
        self.set(decision=decision, decision_text=text, notified_at=notified_at)

    def referred(self, referred_to: str | None, reference: str | None) -> None:
        self.set(referral={"referred_to": referred_to, "reference": reference, "outcome": None, "note": None})

    def settled(self, outcome: Decision | None, note: str | None) -> None:
        """By the body it was referred to, if it was."""
        before = self.row["referral"] or {"referred_to": None, "reference": None}
        self.set(referral={**before, "outcome": outcome, "note": note})

    def happens(self, ctx: Context, at: datetime) -> None:
        """422 for a moment in the future, or before what happened last."""
        if at > ctx.now:
            raise in_the_future("/at")
        if at < self.row["state_since"]:
            raise invalid(
                "/at",
                "too_early",
                f"Must not be before {self.row['state_since'].isoformat()}, when the complaint became {self.state}",
            )
        # What it waited for stopped clocks: nobody can say afterwards that it went on meanwhile.
        waits = [i for clock in self.clocks.all if not clock.over for i in clock.intervals if i.reason in WAITING]
        if waited := [moment for i in waits for moment in (i.start, i.end) if moment is not None and at < moment]:
            raise invalid(
                "/at", "too_early", f"Must not be before {max(waited).isoformat()}, when the complaint was on hold"
            )

    def facts(self, tags: Iterable[str]) -> Facts:
        row = self.row
        return Facts(
            row["category"],
            row["severity"],
            row["channel"],
            row["site"],
            frozenset(tags),
            row["value"],
            row["currency"],
        )

    def adopt(self, ctx: Context, chosen: EffectivePolicy | None) -> None:
        """Measure it by another policy, or another version of it, from now on.

        Where no clock runs there is none to tell by which version it was measured: then what is missing is started.
        """
        other = _version(chosen) != _version(self.chosen)
        if not other and not all(clock.over for clock in self.clocks.all):
            return
        known = len(self.clocks.all)
        self.clocks.adopt(chosen.policy if chosen is not None else None, self.situation, ctx.now)
        self.chosen = chosen
        self.name_clocks()
        for clock in self.clocks.all:
            if not clock.over and chosen is not None:
                clock.ref.chosen = chosen
        if other or len(self.clocks.all) > known:
            self.set(policy_id=chosen.policy_id if chosen is not None else None)

    def name_clocks(self) -> None:
        """Those that are new are known by an id from now on, and run by the policy that holds."""
        for clock in self.clocks.all:
            if clock.ref is None:
                assert self.chosen is not None, "a clock runs by a policy"
                clock.ref = StoredClock(new_id(), self.chosen)

    def next_moment(self, now: datetime) -> datetime | None:
        """When somebody has to look at its clocks again."""
        moments = []
        for clock in self.clocks.all:
            if clock.over:
                continue
            if clock.breached_at is None and (due := clock.due()) is not None:
                moments.append(due + timedelta.resolution)  # at that moment itself it is not missed yet
            moments += [moment for _, moment in self.steps(clock)]
        return max(min(moments), now) if moments else None

    def steps(self, clock: Clock) -> list[tuple[Any, datetime]]:
        """The steps of a clock's escalation that are still to be made."""
        if self.clocks.policy is None:
            return []
        return [pair for pair in levels(self.clocks.policy, clock) if minutes(pair[0].at) not in clock.ref.made]


def minutes(span: timedelta) -> int:
    return int(span / _MINUTE)


def _version(chosen: EffectivePolicy | None) -> tuple[Any, ...] | None:
    if chosen is None:
        return None
    return chosen.policy_id, chosen.policy_version, chosen.calendar_id, chosen.calendar_version
