"""The clocks of a complaint explained: every interval and day, how much of it was counted, and why."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from pydantic_core import to_json

from app.core.context import Context
from app.rules.kit.timestamps import format_timestamp
from app.rules.service_levels import Calendar, Clock, Interval, IntervalKind, working_time
from app.services.complaints import case_store
from app.services.complaints.case import Case, minutes
from app.store import service_levels as service_level_store

_MOST_DAYS = 400
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


async def explain(ctx: Context, complaint_id: UUID) -> str:
    """JSON of the clocks with their intervals, day by day, and the escalation steps made and planned."""
    case = await case_store.peek(ctx, complaint_id)
    escalations = await service_level_store.escalations(ctx, complaint_id)
    explained = [
        _clock(ctx, case, clock, [e for e in escalations if e["clock_id"] == case.stored(clock).id])
        for clock in case.clocks.all
    ]
    return to_json(
        {
            "complaint_id": complaint_id,
            "reference": case.complaint.reference,
            "as_of": format_timestamp(ctx.now),
            "state": case.complaint.state,
            "waiting_for": case.complaint.waiting_for,
            "clocks": explained,
        }
    ).decode()


def _clock(ctx: Context, case: Case, clock: Clock, escalations: Sequence[Record]) -> dict[str, Any]:
    policy = case.stored(clock).policy
    elapsed, due = clock.elapsed(ctx.now), clock.due()
    return {
        "metric": clock.metric,
        "cycle": clock.cycle,
        "state": clock.state,
        "policy": {"id": policy.policy_id, "version": policy.policy_version},
        "calendar": {
            "id": policy.calendar_id,
            "version": policy.calendar_version,
            "code": policy.calendar_code,
            "time_zone": clock.calendar.time_zone,
        },
        "target_minutes": minutes(clock.target),
        "elapsed_seconds": _seconds(elapsed),
        "remaining_seconds": None if clock.ended else minutes(clock.target) * 60 - _seconds(elapsed),
        "started_at": format_timestamp(clock.started_at),
        "due_at": _formatted(due),
        "met_at": _formatted(clock.met_at),
        "cancelled_at": _formatted(clock.cancelled_at),
        "breached_at": _formatted(clock.breached_at),
        "intervals": list(_intervals(ctx, clock)),
        "escalations": [_made(escalation) for escalation in escalations] + _planned(case, clock),
    }


def _intervals(ctx: Context, clock: Clock) -> Iterator[dict[str, Any]]:
    ran = timedelta(0)
    for interval in clock.intervals:
        yield _interval(ctx, clock, interval, ran)
        ran += clock.counted(interval, ctx.now)


def _interval(ctx: Context, clock: Clock, interval: Interval, ran: timedelta) -> dict[str, Any]:
    """`ran` is the running time before it: whole seconds are counted so that they sum up to those of the clock."""
    end = interval.end or max(ctx.now, interval.start)
    running = interval.kind is IntervalKind.RUNNING
    return {
        "kind": interval.kind,
        "reason": interval.reason,
        "starts_at": format_timestamp(interval.start),
        "ends_at": _formatted(interval.end),
        "counted_seconds": _seconds(ran + clock.counted(interval, ctx.now)) - _seconds(ran),
        "days": list(_days(clock.calendar, interval.start, end, ran)) if running else [],
    }


def _days(calendar: Calendar, start: datetime, end: datetime, ran: timedelta) -> Iterator[dict[str, Any]]:
    """The first local days of an interval: what was counted of each, and why."""
    day, last = calendar.local_day(start), calendar.local_day(end)
    for _ in range(_MOST_DAYS):
        if day > last:
            return
        rules = calendar.day(day)
        windows = [window for window in rules.windows if window.start < window.end]
        day_start, day_end = calendar.midnight(day), calendar.midnight(day + _DAY)
        before, ran = ran, ran + working_time(calendar, max(start, day_start), min(end, day_end))
        yield {
            "on": day,
            "open": [f"{_time(window.start)}-{_time(window.end)}" for window in windows],
            "day_type": rules.day_type,
            "name": rules.name,
            "counted_seconds": _seconds(ran) - _seconds(before),
        }
        day += _DAY


def _made(step: Record) -> dict[str, Any]:
    return {
        "at_minutes": step["at_minutes"],
        "planned_at": format_timestamp(step["planned_at"]),
        "executed_at": format_timestamp(step["made_at"]),
        "notify": step["notified"],
        "reassign_to": step["reassigned_to"],
        "priority": step["priority"],
    }


def _planned(case: Case, clock: Clock) -> list[dict[str, Any]]:
    if clock.ended:
        return []
    return [
        {
            "at_minutes": minutes(level.at),
            "planned_at": format_timestamp(at),
            "executed_at": None,
            "notify": list(level.notify),
            "reassign_to": level.reassign_to,
            "priority": None,
        }
        for level, at in case.pending_escalations(clock)
    ]


def _seconds(span: timedelta) -> int:
    return span // _SECOND


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _formatted(timestamp: datetime | None) -> str | None:
    return format_timestamp(timestamp) if timestamp is not None else None
