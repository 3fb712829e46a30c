"""Complaints in hand: loaded with their clocks, and kept again with all that became of them."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.rules.complaints.service_clocks import Clocks
from app.rules.kit import event_types
from app.rules.service_levels import Clock, Interval, IntervalKind, Metric
from app.services import service_levels
from app.services.complaints.case import Case, StoredClock, minutes
from app.services.service_levels import EffectivePolicy
from app.store import service_levels as service_level_store
from app.store.complaints import complaints as store
from app.store.kit import events, jobs

CHECK_JOB = "complaint"
"""The kind of the jobs that look at a complaint when a clock has come so far; their key is its id."""


async def load(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint, held until the transaction ends, measured by what its policy says now. Raises NotFound."""
    row = await store.lock(ctx, complaint_id)
    (case,) = await _cases(ctx, [row])
    case.position = await store.last_position(ctx, complaint_id)
    return case


async def peek(ctx: Context, complaint_id: UUID) -> Case:
    """The complaint as it stands, measured as it was last kept; nothing is held."""
    row = await store.get_row(ctx, complaint_id)
    (case,) = await _cases(ctx, [row], adopting=False)
    return case


async def load_many(ctx: Context, complaint_ids: Sequence[UUID]) -> list[Case]:
    """Those that there are; moves cannot be made with these."""
    return await _cases(ctx, await store.lock_many(ctx, complaint_ids))


async def _cases(ctx: Context, rows: Sequence[Mapping[str, Any]], *, adopting: bool = True) -> list[Case]:
    kept = await service_level_store.clocks_of_complaints(ctx, [row["id"] for row in rows])
    versions = await service_levels.policies_at(ctx, {_versions(clock) for clock in kept}) if kept else {}
    clocks: dict[UUID, list[Clock]] = {row["id"]: [] for row in rows}
    for clock in kept:
        clocks[clock["complaint_id"]].append(_clock(clock, versions[_versions(clock)]))
    policies = {row["policy_id"] for row in rows if row["policy_id"] is not None}
    current = {policy_id: await service_levels.current_policy(ctx, policy_id) for policy_id in sorted(policies)}
    cases = []
    for row in rows:
        its = clocks[row["id"]]
        chosen = current.get(row["policy_id"])
        measured = next((clock.ref.chosen for clock in its if not clock.over), chosen)
        referral = json.loads(row["referral"]) if row["referral"] is not None else None
        case = Case(
            {**row, "referral": referral}, measured, Clocks(measured.policy if measured is not None else None, its)
        )
        if adopting:
            case.adopt(ctx, chosen)
        cases.append(case)
    return cases


async def save(ctx: Context, cases: Sequence[Case], *, new: bool = False) -> None:
    """Write down what became of complaints: their rows, moves, clocks, events, and when to look at them again."""
    for case in cases:
        case.name_clocks()
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
    await events.record_all(ctx, [event for case in cases for event in case.events])
    await schedule_check(ctx, cases, new=new)


def _notice(case: Case) -> None:
    """Tell of the clocks that were found to be missed."""
    for clock in case.clocks.all:
        if clock.breached_at is not None and clock.ref.breached_at is None:
            type_, at = event_types.COMPLAINT_BREACHED, clock.breached_at
            case.record(type_, at, title={"metric": clock.metric}, metric=clock.metric)


async def _keep_clocks(ctx: Context, cases: Sequence[Case]) -> None:
    clocks, intervals = [], []
    for case in cases:
        for clock in case.clocks.all:
            if clock.ref.over:
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
    await service_level_store.save_clocks(ctx, clocks, intervals)


async def schedule_check(ctx: Context, cases: Sequence[Case], *, new: bool = False) -> None:
    """Have somebody look at them again when a clock has come so far."""
    moments = {str(case.id): case.next_moment(ctx.now) for case in cases}
    await jobs.schedule_many(ctx, CHECK_JOB, [(key, moment) for key, moment in moments.items() if moment is not None])
    if not new:
        idle = [key for key, moment in moments.items() if moment is None]
        if idle:
            await jobs.cancel_many(ctx, CHECK_JOB, idle)


def _clock_row(case: Case, clock: Clock) -> dict[str, Any]:
    chosen: EffectivePolicy = clock.ref.chosen
    return {
        "id": clock.ref.id,
        "complaint_id": case.id,
        "received_at": case.row["received_at"],
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


def _clock(row: Mapping[str, Any], chosen: EffectivePolicy) -> Clock:
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
        StoredClock(row["id"], chosen, frozenset(row["made"]), row["breached_at"], over),
    )


def _versions(row: Mapping[str, Any]) -> tuple[UUID, int, UUID, int]:
    return row["policy_id"], row["policy_version"], row["calendar_id"], row["calendar_version"]
