"""Jobs on the clocks of complaints: noting breaches, escalating, and measuring by new versions of policies."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.ids import new_id
from app.rules.complaints.states import next_priority
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
_RECHECK_AFTER = timedelta(minutes=1)
"""Longer than any transaction may take."""


async def check_clocks(ctx: Context, job: Job) -> None:
    """Job: note the breaches of one complaint, and make the escalation steps that are due."""
    for case in await case_store.load_many(ctx, [UUID(job.key)]):
        breached = case.clocks.note_breaches(ctx.now)
        escalations = []
        for clock in case.clocks.all:
            if not clock.ended:
                due = [(level, at) for level, at in case.pending_escalations(clock) if at <= ctx.now]
                escalations += [_escalate(ctx, case, clock, level, at) for level, at in due]
        if escalations or breached or case.policy_changed:
            await case_store.save(ctx, [case])
            await service_level_store.add_escalations(ctx, escalations)
        else:  # too early: a pause has postponed it
            await case_store.schedule_check(ctx, [case])


async def remeasure_policy(ctx: Context, job: Job) -> None:
    """Job: measure the open complaints of a policy by its new version, a hundred at a time."""
    after = UUID(job.data["after"]) if "after" in job.data else None
    complaint_ids = await complaints.open_by_policy(ctx, UUID(job.key), after, _CHUNK)
    # Loading a complaint measures it by the current version of its policy: it only has to be saved.
    cases = await case_store.load_many(ctx, complaint_ids)
    await case_store.save(ctx, [case for case in cases if case.policy_changed])
    again = {"again": True} if "again" in job.data else {}
    if len(complaint_ids) == _CHUNK:
        await jobs.continue_later(ctx, job, ctx.now, {**again, "after": str(complaint_ids[-1])})
    elif not again:  # once more, for complaints that were being recorded under the version before
        await jobs.continue_later(ctx, job, ctx.now + _RECHECK_AFTER, {"again": True})


async def remeasure_calendar(ctx: Context, job: Job) -> None:
    """Job: measure the complaints of all policies that use a calendar by its new version."""
    affected = await service_level_store.policies_with_calendar(ctx, UUID(job.key))
    await jobs.schedule_many(ctx, POLICY_JOB, [(str(policy_id), ctx.now) for policy_id in affected])


def _escalate(ctx: Context, case: Case, clock: Clock, level: Level, planned_at: datetime) -> dict[str, Any]:
    """Make one escalation step; the row that records it."""
    at, stored = minutes(level.at), case.stored(clock)
    stored.escalated |= {at}
    if level.reassign_to is not None:
        case.complaint.owner = level.reassign_to
    if level.raise_priority:
        case.complaint.priority = next_priority(case.complaint.priority)
    priority = case.complaint.priority if level.raise_priority else None
    before_due = level.at < timedelta(0)
    case.record(
        event_types.COMPLAINT_WARNED if before_due else event_types.COMPLAINT_ESCALATED,
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
        "clock_id": stored.id,
        "metric": clock.metric.value,
        "at_minutes": at,
        "planned_at": planned_at,
        "made_at": ctx.now,
        "notified": list(level.notify),
        "reassigned_to": level.reassign_to,
        "priority": priority,
    }
