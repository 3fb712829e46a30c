"""What happens when time runs out: the steps of a policy's escalation, each made once; and clocks measured anew."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.complaints.states import Priority, raised
from app.rules.kit import event_types
from app.rules.service_levels import Clock, Level
from app.services.complaints import case_store
from app.services.complaints.case import Case, minutes
from app.store import service_levels as service_level_store
from app.store.complaints import complaints
from app.store.kit import jobs
from app.store.kit.jobs import Job

POLICY_JOB, CALENDAR_JOB = "policy", "calendar"
_CHUNK = 100
_MEANWHILE = timedelta(minutes=1)
"""Longer than any transaction may take."""


async def check_clocks(ctx: Context, job: Job) -> None:
    """Look at the clocks of one complaint: note what was missed, and make the steps whose moment has come."""
    for case in await case_store.load_many(ctx, [UUID(job.key)]):
        missed = case.clocks.check(ctx.now)
        made = []
        for clock in case.clocks.all:
            if not clock.over:
                made += [_step(ctx, case, clock, level, at) for level, at in case.steps(clock) if at <= ctx.now]
        if made or missed or case.changed:
            await case_store.save(ctx, [case])
            await service_level_store.add_escalations(ctx, made)
        else:  # too early: a pause has moved its moment
            await case_store.schedule_check(ctx, [case])


async def remeasure_policy(ctx: Context, job: Job) -> None:
    """A policy has a new version: open complaints are measured by that from now on; a hundred a time."""
    after = UUID(job.data["after"]) if "after" in job.data else None
    complaint_ids = await complaints.open_by_policy(ctx, UUID(job.key), after, _CHUNK)
    # Loading a complaint measures it by the current version of its policy: it only has to be kept.
    found = await case_store.load_many(ctx, complaint_ids)
    await case_store.save(ctx, [case for case in found if case.changed])
    again = {"again": True} if "again" in job.data else {}
    if len(complaint_ids) == _CHUNK:
        await jobs.continue_later(ctx, job, ctx.now, {**again, "after": str(complaint_ids[-1])})
    elif not again:  # and once more, for those that were just being recorded under the version before
        await jobs.continue_later(ctx, job, ctx.now + _MEANWHILE, {"again": True})


async def remeasure_calendar(ctx: Context, job: Job) -> None:
    """A calendar has a new version: what the policies that go by it promise has changed."""
    affected = await service_level_store.policies_with_calendar(ctx, UUID(job.key))
    await jobs.schedule_many(ctx, POLICY_JOB, [(str(policy_id), ctx.now) for policy_id in affected])


def _step(ctx: Context, case: Case, clock: Clock, level: Level, planned_at: datetime) -> dict[str, Any]:
    """Make one step of an escalation; gives the row that says so."""
    at = minutes(level.at)
    clock.ref.made |= {at}
    if level.reassign_to is not None:
        case.set(owner=level.reassign_to)
    if level.raise_priority:
        case.set(priority=raised(Priority(case.row["priority"])).value)
    priority = case.row["priority"] if level.raise_priority else None
    warns = level.at < timedelta(0)
    case.record(
        event_types.COMPLAINT_WARNED if warns else event_types.COMPLAINT_ESCALATED,
        ctx.now,
        title={"metric": clock.metric},
        metric=clock.metric,
        at_minutes=at,
        notify=list(level.notify),
        reassigned_to=level.reassign_to,
        priority=priority,
    )
    return {
        "id": new_id(),
        "complaint_id": case.id,
        "clock_id": clock.ref.id,
        "metric": clock.metric.value,
        "at_minutes": at,
        "planned_at": planned_at,
        "made_at": ctx.now,
        "notified": list(level.notify),
        "reassigned_to": level.reassign_to,
        "priority": priority,
    }
