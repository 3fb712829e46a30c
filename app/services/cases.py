"""A complaint on its way: its row, its clocks, and what is to be told of it; loaded, moved on, and kept again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import MoveNotAllowed, invalid
from app.core.ids import new_id
from app.rules import complaints as rules
from app.rules.clocks import Clock, Interval, IntervalKind, Metric
from app.rules.complaints import Move, State, Waiting
from app.rules.service_levels import Clocks, Facts, Situation, levels
from app.services import service_levels
from app.services.service_levels import Chosen
from app.store import clocks as clock_store
from app.store import complaints as store
from app.store import events, jobs
from app.store.events import Event

JOB = "complaint"
"""The kind of the jobs that look at a complaint when a clock has come so far; their key is its id."""
_MINUTE = timedelta(minutes=1)
_PAST = {
    Move.ACKNOWLEDGE: "acknowledged",
    Move.ASSESS: "assessed",
    Move.INVESTIGATE: "investigated",
    Move.RESPOND: "responded",
    Move.ACCEPT: "accepted",
    Move.REJECT: "rejected",
    Move.DEADLOCK: "deadlocked",
    Move.REFER: "referred",
    Move.SETTLE: "settled",
    Move.CLOSE: "closed",
    Move.WITHDRAW: "withdrawn",
    Move.REOPEN: "reopened",
}


@dataclass(slots=True)
class Kept:
    """What the store knows a clock by."""

    id: UUID
    chosen: Chosen
    made: frozenset[int] = frozenset()
    """The steps of its escalation that were made, by their minutes."""
    breached_at: datetime | None = None
    """As it was when it was loaded."""
    over: bool = False
    """It was over already: nothing of it changes any more."""


@dataclass(slots=True)
class Case:
    row: dict[str, Any]
    """Every column, as it is stored."""
    chosen: Chosen | None
    clocks: Clocks
    changed: dict[str, Any] = field(default_factory=dict)
    moves: list[dict[str, Any]] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    position: int = 0
    """Of its last move."""

    @property
    def id(self) -> UUID:
        return self.row["id"]

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

    def tell(self, what: str, title: str, at: datetime, channel: str | None = None, **data: Any) -> None:
        """Have an event recorded: `complaint.<what>`, titled `Complaint C-000-1234: <title>`."""
        told = {name: value for name, value in data.items() if value is not None}
        whole = f"Complaint {self.row['reference']}: {title}"
        customer_id = self.row["customer_id"]
        self.told.append(Event(f"complaint.{what}", "complaint", self.id, customer_id, whole, at, channel, told))

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
        """Make a move of the table. 409 MoveNotAllowed naming the allowed ones, 422 for a moment that cannot be."""
        before, to = self.state, rules.moved(self.state, move)
        if to is None:
            raise MoveNotAllowed(f"The complaint is {before}", allowed=rules.allowed(before))
        self.happens(ctx, at)
        ended = at if to in rules.OVER else None
        self.set(state=to.value, state_since=at, waiting_for=None, ended_at=ended)
        if move is Move.ACKNOWLEDGE:
            self.set(acknowledged_at=at)
        elif move is Move.RESPOND:
            self.set(responded_at=at)
        elif move is Move.REOPEN:
            self.set(reopened=self.row["reopened"] + 1)
        self.clocks.moved(move, self.situation, at, told=told)
        self.position += 1
        self.moves.append(
            {
                "complaint_id": self.id,
                "position": self.position,
                "move": move.value,
                "from_state": before.value,
                "to_state": to.value,
                "happened_at": at,
                "recorded_at": ctx.now,
                "actor": ctx.actor,
                "staff": staff,
                "note": note,
                "interaction_id": interaction_id,
            }
        )
        self.tell(_PAST[move], rules.DONE[move], at, channel, staff=staff, **data)

    def happens(self, ctx: Context, at: datetime) -> None:
        """422 for a moment in the future, or before what happened last."""
        if at > ctx.now:
            raise invalid("/at", "future", "Lies in the future")
        if at < self.row["state_since"]:
            raise invalid("/at", "too_early", f"It is {self.state} since {self.row['state_since'].isoformat()}")

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

    def adopt(self, ctx: Context, chosen: Chosen | None) -> None:
        """Measure it by another policy, or another version of it, from now on."""
        if _version(chosen) != _version(self.chosen):
            self.clocks.adopt(chosen.policy if chosen is not None else None, self.situation, ctx.now)
            for clock in self.clocks.all:
                if not clock.over and clock.ref is not None and chosen is not None:
                    clock.ref.chosen = chosen
            self.chosen = chosen
            self.set(policy_id=chosen.policy_id if chosen is not None else None)

    def next_moment(self, now: datetime) -> datetime | None:
        """When somebody has to look at its clocks again."""
        moments = []
        for clock in self.clocks.all:
            if clock.over:
                continue
            if clock.breached_at is None and (due := clock.due()) is not None:
                moments.append(due)
            moments += [moment for _, moment in self.steps(clock)]
        return max(min(moments), now) if moments else None

    def steps(self, clock: Clock) -> list[tuple[Any, datetime]]:
        """The steps of a clock's escalation that are still to be made."""
        if self.clocks.policy is None:
            return []
        made = clock.ref.made if clock.ref is not None else frozenset()
        return [pair for pair in levels(self.clocks.policy, clock) if minutes(pair[0].at) not in made]


async def load(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint, held until the transaction ends, measured by what its policy says now. Raises NotFound."""
    row = await store.lock(ctx, complaint_id)
    (case,) = await _cases(ctx, [row])
    case.position = await store.last_move(ctx, complaint_id)
    return case


async def look(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint as it stands, measured as it was last kept; nothing is held."""
    row = await store.row(ctx, complaint_id)
    (case,) = await _cases(ctx, [row], adopting=False)
    return case


async def load_many(ctx: Context, complaint_ids: Sequence[UUID]) -> list[Case]:
    """Those that there are; moves cannot be made with these."""
    return await _cases(ctx, await store.locked(ctx, complaint_ids))


async def _cases(ctx: Context, rows: Sequence[Mapping[str, Any]], *, adopting: bool = True) -> list[Case]:
    kept = await clock_store.of(ctx, [row["id"] for row in rows])
    versions = await service_levels.at_versions(ctx, {_versions(clock) for clock in kept}) if kept else {}
    clocks: dict[UUID, list[Clock]] = {row["id"]: [] for row in rows}
    for clock in kept:
        clocks[clock["complaint_id"]].append(_clock(clock, versions[_versions(clock)]))
    policies = {row["policy_id"] for row in rows if row["policy_id"] is not None}
    current = {policy_id: await service_levels.by_id(ctx, policy_id) for policy_id in sorted(policies)}
    cases = []
    for row in rows:
        its = clocks[row["id"]]
        chosen = current.get(row["policy_id"])
        measured = next((clock.ref.chosen for clock in its if not clock.over), chosen)
        case = Case(dict(row), measured, Clocks(measured.policy if measured is not None else None, its))
        if adopting:
            case.adopt(ctx, chosen)
        cases.append(case)
    return cases


async def keep(ctx: Context, cases: Sequence[Case], *, new: bool = False) -> None:
    """Write down what became of complaints: their rows, moves, clocks, events, and when to look at them again."""
    for case in cases:
        _notice(case)
        due = [moment for clock in case.clocks.all if not clock.over and (moment := clock.due()) is not None]
        case.set(due_at=min(due, default=None), breached=any(c.breached_at is not None for c in case.clocks.all))
    if new:
        await store.add(ctx, [case.row for case in cases])
    else:
        for case in cases:
            await store.change(ctx, case.id, case.changed)
    await store.add_moves(ctx, [move for case in cases for move in case.moves])
    await _keep_clocks(ctx, cases)
    await events.record_all(ctx, [event for case in cases for event in case.told])
    await plan(ctx, cases, new=new)


def minutes(span: timedelta) -> int:
    return int(span / _MINUTE)


def _notice(case: Case) -> None:
    """Tell of the clocks that were found to be missed."""
    for clock in case.clocks.all:
        before = clock.ref.breached_at if clock.ref is not None else None
        if clock.breached_at is not None and before is None:
            case.tell("breached", f"time to {clock.metric} ran out", clock.breached_at, metric=clock.metric)


async def _keep_clocks(ctx: Context, cases: Sequence[Case]) -> None:
    clocks, intervals = [], []
    for case in cases:
        for clock in case.clocks.all:
            if clock.ref is None:
                assert case.chosen is not None, "a clock runs by a policy"
                clock.ref = Kept(new_id(), case.chosen)
            elif clock.ref.over:
                continue
            clocks.append(_clock_row(case, clock))
            intervals += [
                {
                    "clock_id": clock.ref.id,
                    "position": position,
                    "kind": interval.kind.value,
                    "starts_at": interval.start,
                    "ends_at": interval.end,
                    "reason": interval.reason,
                }
                for position, interval in enumerate(clock.intervals, start=1)
            ]
    await clock_store.save(ctx, clocks, intervals)


async def plan(ctx: Context, cases: Sequence[Case], *, new: bool = False) -> None:
    """Have somebody look at them again when a clock has come so far."""
    moments = {str(case.id): case.next_moment(ctx.now) for case in cases}
    await jobs.plan_many(ctx, JOB, [(key, moment) for key, moment in moments.items() if moment is not None])
    if not new:
        idle = [key for key, moment in moments.items() if moment is None]
        if idle:
            await jobs.drop_many(ctx, JOB, idle)


def _clock_row(case: Case, clock: Clock) -> dict[str, Any]:
    chosen: Chosen = clock.ref.chosen
    return {
        "id": clock.ref.id,
        "complaint_id": case.id,
        "metric": clock.metric.value,
        "cycle": clock.cycle,
        "policy_id": chosen.policy_id,
        "policy_version": chosen.policy_version,
        "calendar_id": chosen.calendar_id,
        "calendar_version": chosen.calendar_version,
        "target_minutes": minutes(clock.target),
        "state": clock.state.value,
        "started_at": clock.started_at,
        "due_at": clock.due(),
        "met_at": clock.met_at,
        "cancelled_at": clock.cancelled_at,
        "breached_at": clock.breached_at,
    }


def _clock(row: Mapping[str, Any], chosen: Chosen) -> Clock:
    listed = zip(row["kinds"], row["starts"], row["ends"], row["reasons"], strict=True)
    over = row["met_at"] is not None or row["cancelled_at"] is not None
    return Clock(
        Metric(row["metric"]),
        row["cycle"],
        chosen.policy.calendar,
        timedelta(minutes=row["target_minutes"]),
        [Interval(IntervalKind(kind), start, end, reason) for kind, start, end, reason in listed],
        row["met_at"],
        row["cancelled_at"],
        row["breached_at"],
        Kept(row["id"], chosen, frozenset(row["made"]), row["breached_at"], over),
    )


def _versions(row: Mapping[str, Any]) -> tuple[UUID, int, UUID, int]:
    return row["policy_id"], row["policy_version"], row["calendar_id"], row["calendar_version"]


def _version(chosen: Chosen | None) -> tuple[Any, ...] | None:
    if chosen is None:
        return None
    return chosen.policy_id, chosen.policy_version, chosen.calendar_id, chosen.calendar_version
