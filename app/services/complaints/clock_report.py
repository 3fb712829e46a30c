"""The clock of a complaint, explained: every interval counted, in which calendar, and why."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from app.core.context import Context
from app.rules.kit.timestamps import format_timestamp
from app.rules.service_levels import Calendar, Clock, Interval, IntervalKind, worked
from app.services.complaints import case_store
from app.services.complaints.case import Case, minutes
from app.services.service_levels import EffectivePolicy
from app.store import service_levels as service_level_store

_MOST_DAYS = 400
_DAY, _SECOND = timedelta(days=1), timedelta(seconds=1)


async def explain(ctx: Context, complaint_id: UUID) -> str:
    """Each clock with its intervals, day by day as the calendar has it, and what was done when time ran out."""
    case = await case_store.peek(ctx, complaint_id)
    steps = await service_level_store.escalations(ctx, complaint_id)
    explained = [
        _clock(ctx, case, clock, [s for s in steps if s["clock_id"] == clock.ref.id]) for clock in case.clocks.all
    ]
    return to_json(
        {
            "complaint_id": complaint_id,
            "reference": case.row["reference"],
            "as_of": format_timestamp(ctx.now),
            "state": case.row["state"],
            "waiting_for": case.row["waiting_for"],
            "clocks": explained,
        }
    ).decode()


def _clock(ctx: Context, case: Case, clock: Clock, steps: list[Any]) -> dict[str, Any]:
    chosen: EffectivePolicy = clock.ref.chosen
    elapsed, due = clock.elapsed(ctx.now), clock.due()
    return {
        "metric": clock.metric,
        "cycle": clock.cycle,
        "state": clock.state,
        "policy": {"id": chosen.policy_id, "version": chosen.policy_version},
        "calendar": {
            "id": chosen.calendar_id,
            "version": chosen.calendar_version,
            "code": chosen.calendar_code,
            "time_zone": clock.calendar.time_zone,
        },
        "target_minutes": minutes(clock.target),
        "elapsed_seconds": _seconds(elapsed),
        "remaining_seconds": None if clock.over else minutes(clock.target) * 60 - _seconds(elapsed),
        "started_at": format_timestamp(clock.started_at),
        "due_at": _spelled(due),
        "met_at": _spelled(clock.met_at),
        "cancelled_at": _spelled(clock.cancelled_at),
        "breached_at": _spelled(clock.breached_at),
        "intervals": list(_intervals(ctx, clock)),
        "escalations": [_made(step) for step in steps] + [_to_come(level, at) for level, at in _coming(case, clock)],
    }


def _intervals(ctx: Context, clock: Clock) -> Iterator[dict[str, Any]]:
    ran = timedelta(0)
    for interval in clock.intervals:
        yield _interval(ctx, clock, interval, ran)
        ran += clock.counted(interval, ctx.now)


def _interval(ctx: Context, clock: Clock, interval: Interval, ran: timedelta) -> dict[str, Any]:
    """`ran` is what it had run for before: whole seconds are counted so that they sum up to those of the clock."""
    end = interval.end or max(ctx.now, interval.start)
    running = interval.kind is IntervalKind.RUNNING
    return {
        "kind": interval.kind,
        "reason": interval.reason,
        "starts_at": format_timestamp(interval.start),
        "ends_at": _spelled(interval.end),
        "counted_seconds": _seconds(ran + clock.counted(interval, ctx.now)) - _seconds(ran),
        "days": list(_days(clock.calendar, interval.start, end, ran)) if running else [],
    }


def _days(calendar: Calendar, start: datetime, end: datetime, ran: timedelta) -> Iterator[dict[str, Any]]:
    """The local days of a stretch, as far as there is room: what was counted of each, and why."""
    day, last = calendar.local_day(start), calendar.local_day(end)
    for _ in range(_MOST_DAYS):
        if day > last:
            return
        told = calendar.day(day)
        opens = [f"{_time(window.start)}-{_time(window.end)}" for window in told.windows if window.start < window.end]
        begins, ends = _span(calendar, day)
        before, ran = ran, ran + worked(calendar, max(start, begins), min(end, ends))
        yield {
            "on": day,
            "open": opens,
            "day_type": told.why,
            "name": told.name,
            "counted_seconds": _seconds(ran) - _seconds(before),
        }
        day += _DAY


def _span(calendar: Calendar, day: date) -> tuple[datetime, datetime]:
    return calendar.midnight(day), calendar.midnight(day + _DAY)


def _coming(case: Case, clock: Clock) -> list[Any]:
    return [] if clock.over else case.steps(clock)


def _made(step: Any) -> dict[str, Any]:
    return {
        "at_minutes": step["at_minutes"],
        "planned_at": format_timestamp(step["planned_at"]),
        "executed_at": format_timestamp(step["made_at"]),
        "notify": step["notified"],
        "reassign_to": step["reassigned_to"],
        "priority": step["priority"],
    }


def _to_come(level: Any, at: datetime) -> dict[str, Any]:
    return {
        "at_minutes": minutes(level.at),
        "planned_at": format_timestamp(at),
        "executed_at": None,
        "notify": list(level.notify),
        "reassign_to": level.reassign_to,
        "priority": None,
    }


def _seconds(span: timedelta) -> int:
    return span // _SECOND


def _time(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _spelled(moment: datetime | None) -> str | None:
    return format_timestamp(moment) if moment is not None else None
