"""A complaint with its clocks while it is being changed, and the moves and events to be written with it."""

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
from app.rules.complaints.service_clocks import WAITING_REASONS, Clocks, Situation
from app.rules.complaints.states import Decision, Move, State
from app.rules.kit import event_types
from app.rules.kit.event_type import EventType
from app.rules.service_levels import Clock, Facts, Interval, Level, Metric, levels
from app.services.service_levels import EffectivePolicy
from app.store.complaints.complaint_row import ComplaintRow
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
    """What is stored of a clock besides its intervals and timestamps."""

    id: UUID
    policy: EffectivePolicy
    escalated: frozenset[int] = frozenset()
    """The escalation steps that were made, by their minutes from the due time."""
    breached_at: datetime | None = None
    """As it was when it was loaded."""
    ended: bool = False
    """Whether it had ended when it was loaded: it does not change any more."""
    intervals: int = 0
    """How many there were when it was loaded."""


@dataclass(slots=True)
class Case:
    complaint: ComplaintRow
    policy: EffectivePolicy | None
    clocks: Clocks
    stored_clocks: dict[tuple[Metric, int], StoredClock] = field(default_factory=dict)
    """By the keys of the clocks."""
    policy_changed: bool = False
    """Whether it is measured in another way than when it was loaded."""
    moves: list[dict[str, Any]] = field(default_factory=list)
    """Rows of the moves made."""
    events: list[Event] = field(default_factory=list)
    position: int = 0
    """Of its last move."""
    _loaded: dict[str, Any] = field(init=False)
    """The columns as they are in the database."""

    def __post_init__(self) -> None:
        self._loaded = self.complaint.columns()

    @property
    def id(self) -> UUID:
        return self.complaint.id

    @property
    def state(self) -> State:
        return self.complaint.state

    @property
    def situation(self) -> Situation:
        return Situation(self.complaint.state, self.complaint.waiting_for)

    def changed(self) -> dict[str, Any]:
        """The columns to be written."""
        return {name: value for name, value in self.complaint.columns().items() if value != self._loaded[name]}

    def record(
        self,
        type_: EventType,
        at: datetime,
        channel: str | None = None,
        *,
        title: Mapping[str, Any] = MappingProxyType({}),
        **data: Any,
    ) -> None:
        """Add an event; `title` fills in its title, and values of `data` that are None are left out."""
        present = {name: value for name, value in data.items() if value is not None}
        full_title = type_.titled(reference=self.complaint.reference, **title)
        self.events.append(Event(type_, self.id, self.complaint.customer_id, full_title, at, channel, present))

    def start_clocks(self) -> None:
        self.clocks.received(self.complaint.received_at)

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
        notified: bool = False,
        **data: Any,
    ) -> None:
        """Make a move; raises what `require_move` does."""
        complaint = self.complaint
        before, entered_at, to = complaint.state, complaint.state_since, self.require_move(ctx, move, at)
        complaint.state, complaint.state_since = to, at
        complaint.waiting_for, complaint.waiting_since, complaint.customer_replied_at = None, None, None
        complaint.ended_at = at if to in rules.ENDED else None
        if move is Move.ACKNOWLEDGE:
            complaint.acknowledged_at = at
        elif move is Move.RESPOND:
            complaint.responded_at = at
        elif move is Move.REOPEN:
            complaint.reopened_count += 1
        self.clocks.moved(move, self.situation, at, notified=notified)
        self.position += 1
        self.moves.append(
            {
                "complaint_id": self.id,
                "position": self.position,
                "move": move.value,
                "from_state": before.value,
                "to_state": to.value,
                "received_at": complaint.received_at,
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

    def require_move(self, ctx: Context, move: Move, at: datetime) -> State:
        """The state that a move leads to. 409 MoveNotAllowed with the allowed moves, 422 for an impossible `at`."""
        if (to := rules.next_state(self.state, move)) is None:
            raise MoveNotAllowed(f"The complaint is {self.state}", allowed=rules.allowed(self.state))
        self.require_timestamp(ctx, at)
        return to

    def set_response(self, decision: Decision | None, text: str | None, notified_at: datetime | None) -> None:
        complaint = self.complaint
        complaint.decision, complaint.decision_text, complaint.notified_at = decision, text, notified_at

    def set_referral(self, referred_to: str | None, reference: str | None) -> None:
        self.complaint.referral = {"referred_to": referred_to, "reference": reference, "outcome": None, "note": None}

    def set_settlement(self, outcome: Decision | None, note: str | None) -> None:
        """By the body that it was referred to, if it was."""
        before = self.complaint.referral or {"referred_to": None, "reference": None}
        self.complaint.referral = {**before, "outcome": outcome, "note": note}

    def require_timestamp(self, ctx: Context, at: datetime) -> None:
        """422 for a time in the future, or before the last move or hold."""
        since = self.complaint.state_since
        if at > self.now(ctx):
            raise in_the_future("/at")
        if at < since:
            detail = f"Must not be before {since.isoformat()}, when the complaint became {self.state}"
            raise invalid("/at", "too_early", detail)
        # Holds have paused clocks: moves must not be backdated into them.
        holds = [bound for i in self._open_intervals() if i.reason in WAITING_REASONS for bound in (i.start, i.end)]
        if later := [bound for bound in holds if bound is not None and at < bound]:
            detail = f"Must not be before {max(later).isoformat()}, when the complaint was on hold"
            raise invalid("/at", "too_early", detail)

    def now(self, ctx: Context) -> datetime:
        """When a move is made that does not say so: what it has waited for may be later than its own beginning."""
        latest = (self.complaint.state_since, self.complaint.waiting_since, self.latest_interval_bound())
        return max(ctx.now, *(moment for moment in latest if moment is not None))

    def latest_interval_bound(self) -> datetime | None:
        """When a running clock was started, paused or resumed last."""
        bounds = [bound for i in self._open_intervals() for bound in (i.start, i.end) if bound is not None]
        return max(bounds, default=None)

    def _open_intervals(self) -> list[Interval]:
        """Of the clocks that have not ended."""
        return [interval for clock in self.clocks.all if not clock.ended for interval in clock.intervals]

    def facts(self, tags: Iterable[str]) -> Facts:
        """What the policy is selected by; `tags` are the customer's."""
        complaint = self.complaint
        return Facts(
            complaint.category,
            complaint.severity,
            complaint.channel,
            complaint.site,
            frozenset(tags),
            complaint.value,
            complaint.currency,
        )

    def adopt(self, ctx: Context, policy: EffectivePolicy | None) -> None:
        """Measure it by another policy, or another version of it, from now on.

        Where no clock runs, none says which version it was measured by: then missing clocks are started.
        """
        differs = _version(policy) != _version(self.policy)
        if not differs and not all(clock.ended for clock in self.clocks.all):
            return
        count = len(self.clocks.all)
        self.clocks.adopt(policy.policy if policy is not None else None, self.situation, ctx.now)
        self.policy = policy
        self.register_clocks()
        for clock in self.clocks.all:
            if not clock.ended and policy is not None:
                self.stored(clock).policy = policy
        if differs or len(self.clocks.all) > count:
            self.policy_changed = True
            self.complaint.policy_id = policy.policy_id if policy is not None else None

    def register_clocks(self) -> None:
        """Give new clocks an id, and the policy that they run by."""
        for clock in self.clocks.all:
            if clock.key not in self.stored_clocks:
                assert self.policy is not None, "a clock runs by a policy"
                self.stored_clocks[clock.key] = StoredClock(new_id(), self.policy)

    def stored(self, clock: Clock) -> StoredClock:
        return self.stored_clocks[clock.key]

    def next_check(self, now: datetime) -> datetime | None:
        """When a clock is breached or escalated next."""
        timestamps = []
        for clock in self.clocks.all:
            if clock.ended:
                continue
            if clock.breached_at is None and (due := clock.due()) is not None:
                timestamps.append(due + timedelta.resolution)  # at the due time itself it is not breached yet
            timestamps += [at for _, at in self.pending_escalations(clock)]
        return max(min(timestamps), now) if timestamps else None

    def pending_escalations(self, clock: Clock) -> list[tuple[Level, datetime]]:
        if self.clocks.policy is None:
            return []
        escalated = self.stored(clock).escalated
        return [(level, at) for level, at in levels(self.clocks.policy, clock) if minutes(level.at) not in escalated]


def minutes(span: timedelta) -> int:
    return int(span / _MINUTE)


def _version(policy: EffectivePolicy | None) -> tuple[Any, ...] | None:
    if policy is None:
        return None
    return policy.policy_id, policy.policy_version, policy.calendar_id, policy.calendar_version
