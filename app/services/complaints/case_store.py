"""Loading complaints with their clocks, and saving all that has changed of them."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.complaints.service_clocks import Clocks
from app.rules.kit import event_types
from app.rules.service_levels import Calendar, Clock, Interval, IntervalKind, Metric
from app.services import service_levels
from app.services.complaints.case import Case, StoredClock, minutes
from app.services.service_levels import EffectivePolicy, Versions
from app.store import interactions as interaction_store
from app.store import service_levels as service_level_store
from app.store.complaints import complaints as store
from app.store.complaints.complaint_row import ComplaintRow
from app.store.kit import events, jobs

CHECK_JOB = "complaint"
"""The kind of the jobs that check the clocks of a complaint; their key is its id."""


async def load(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint, locked, and measured by the current version of its policy. Raises NotFound."""
    complaint = await store.lock(ctx, complaint_id)
    (case,) = await _cases(ctx, [complaint])
    case.position = await store.last_position(ctx, complaint_id)
    return case


async def peek(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint as it was saved last, not locked."""
    complaint = await store.get_row(ctx, complaint_id)
    (case,) = await _cases(ctx, [complaint], adopt=False)
    return case


async def load_many(ctx: Context, complaint_ids: Sequence[UUID]) -> list[Case]:
    """Those that exist, as `load` does; without the position of their last move, so that no move can be made."""
    return await _cases(ctx, await store.lock_many(ctx, complaint_ids))


async def _cases(ctx: Context, complaints: Sequence[ComplaintRow], *, adopt: bool = True) -> list[Case]:
    clock_rows = await service_level_store.clocks_of_complaints(ctx, [complaint.id for complaint in complaints])
    versions = {_versions(row) for row in clock_rows}
    policies = await service_levels.policies_at(ctx, versions) if versions else {}
    rows_by_complaint: dict[UUID, list[Mapping[str, Any]]] = {complaint.id: [] for complaint in complaints}
    for row in clock_rows:
        rows_by_complaint[row["complaint_id"]].append(row)
    policy_ids = sorted({complaint.policy_id for complaint in complaints if complaint.policy_id is not None})
    current = {policy_id: await service_levels.current_policy(ctx, policy_id) for policy_id in policy_ids}
    cases = []
    for complaint in complaints:
        policy = current[complaint.policy_id] if complaint.policy_id is not None else None
        case = _case(complaint, policy, rows_by_complaint[complaint.id], policies)
        if adopt:
            case.adopt(ctx, policy)
        cases.append(case)
    return cases


def _case(
    complaint: ComplaintRow,
    policy: EffectivePolicy | None,
    clock_rows: Sequence[Mapping[str, Any]],
    policies: Mapping[Versions, EffectivePolicy],
) -> Case:
    """Measured by the policy version of its open clocks; where none is open, by the current one."""
    clocks, stored_clocks = [], {}
    for row in clock_rows:
        clock_policy = policies[_versions(row)]
        clock = _clock(row, clock_policy.policy.calendar)
        clocks.append(clock)
        breached_at, count = row["breached_at"], len(clock.intervals)
        stored = StoredClock(row["id"], clock_policy, frozenset(row["made"]), breached_at, clock.ended, count)
        stored_clocks[clock.key] = stored
    measured_by = next((stored.policy for stored in stored_clocks.values() if not stored.ended), policy)
    measures = Clocks(measured_by.policy if measured_by is not None else None, clocks)
    return Case(complaint, measured_by, measures, stored_clocks)


async def save(
    ctx: Context, cases: Sequence[Case], *, new: bool = False, messages: Sequence[tuple[UUID, UUID]] = ()
) -> None:
    """Write complaints with their moves, clocks and events, and schedule when to check their clocks next.

    `messages` are pairs of complaint and interaction: they are written before the events, which may concern them.
    """
    for case in cases:
        case.register_clocks()
        _record_breaches(case)
        due = [at for clock in case.clocks.all if not clock.ended and (at := clock.due()) is not None]
        case.complaint.due_at = min(due, default=None)
        case.complaint.breached = any(clock.breached_at is not None for clock in case.clocks.all)
    if new:
        await store.add(ctx, [case.complaint for case in cases])
    else:
        await store.COMPLAINTS.change_many(ctx, {case.id: case.changed() for case in cases})
    await store.add_moves(ctx, [move for case in cases for move in case.moves])
    await _save_clocks(ctx, cases)
    await interaction_store.link_to_complaints(ctx, messages)
    await events.record_all(ctx, [event for case in cases for event in case.events])
    await schedule_check(ctx, cases, new=new)


def _record_breaches(case: Case) -> None:
    """Record an event for each clock that was found to be breached since it was loaded."""
    for clock in case.clocks.all:
        if clock.breached_at is not None and case.stored(clock).breached_at is None:
            type_, at = event_types.COMPLAINT_BREACHED, clock.breached_at
            case.record(type_, at, title={"metric": clock.metric}, metric=clock.metric)


async def _save_clocks(ctx: Context, cases: Sequence[Case]) -> None:
    clocks, intervals, shortened = [], [], []
    for case in cases:
        for clock in case.clocks.all:
            stored = case.stored(clock)
            if stored.ended:
                continue
            clocks.append(_clock_row(case, clock))
            if len(clock.intervals) < stored.intervals:
                shortened.append((stored.id, len(clock.intervals)))
            intervals += [
                {
                    "clock_id": stored.id,
                    "position": position,
                    "kind": interval.kind.value,
                    "starts_at": interval.start,
                    "ends_at": interval.end,
                    "reason": interval.reason,
                }
                for position, interval in enumerate(clock.intervals, start=1)
            ]
    await service_level_store.save_clocks(ctx, clocks, intervals, shortened)


async def schedule_check(ctx: Context, cases: Sequence[Case], *, new: bool = False) -> None:
    """Schedule the jobs that check their clocks next; cancel those of complaints without open clocks."""
    due = {str(case.id): case.next_check(ctx.now) for case in cases}
    await jobs.schedule_many(ctx, CHECK_JOB, [(key, at) for key, at in due.items() if at is not None])
    if not new:
        idle = [key for key, at in due.items() if at is None]
        if idle:
            await jobs.cancel_many(ctx, CHECK_JOB, idle)


def _clock_row(case: Case, clock: Clock) -> dict[str, Any]:
    stored = case.stored(clock)
    policy = stored.policy
    return {
        "id": stored.id,
        "complaint_id": case.id,
        "received_at": case.complaint.received_at,
        "metric": clock.metric.value,
        "cycle": clock.cycle,
        "policy_id": policy.policy_id,
        "policy_version": policy.policy_version,
        "calendar_id": policy.calendar_id,
        "calendar_version": policy.calendar_version,
        "target_minutes": minutes(clock.target),
        "state": clock.state.value,
        "started_at": clock.started_at,
        "due_at": clock.due(),
        "met_at": clock.met_at,
        "cancelled_at": clock.cancelled_at,
        "breached_at": clock.breached_at,
    }


def _clock(row: Mapping[str, Any], calendar: Calendar) -> Clock:
    intervals = zip(row["kinds"], row["starts"], row["ends"], row["reasons"], strict=True)
    return Clock(
        Metric(row["metric"]),
        row["cycle"],
        calendar,
        timedelta(minutes=row["target_minutes"]),
        [Interval(IntervalKind(kind), start, end, reason) for kind, start, end, reason in intervals],
        row["met_at"],
        row["cancelled_at"],
        row["breached_at"],
    )


def _versions(row: Mapping[str, Any]) -> Versions:
    return row["policy_id"], row["policy_version"], row["calendar_id"], row["calendar_version"]
