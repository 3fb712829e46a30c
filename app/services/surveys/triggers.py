"""Triggers of survey rules: events schedule jobs in their own transaction, and the jobs decide whether to invite."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.reactions import Reaction
from app.rules.surveys.triggers import Trigger, TriggerEvent, invitation_due, is_sampled, matches
from app.store.kit import jobs
from app.store.kit.events import Event
from app.store.surveys import triggers as store
from app.store.surveys.triggers import Rule

INVITE_JOB = "ask"
"""The kind of the jobs that invite; their key is the rule's id and the key of the trigger."""


async def on_sales(ctx: Context, recorded: Sequence[Event]) -> None:
    """Reaction: survey rules may invite the buyers."""
    await schedule(ctx, TriggerEvent.SALE, [event.subject_id for event in recorded])


async def on_interactions(ctx: Context, recorded: Sequence[Event]) -> None:
    """Reaction: survey rules may invite the customers of interactions."""
    await schedule(ctx, TriggerEvent.INTERACTION, [event.subject_id for event in recorded])


async def on_complaints_closed(ctx: Context, closed: Sequence[Event]) -> None:
    """Reaction: survey rules may invite the customers of closed complaints."""
    await schedule(ctx, TriggerEvent.COMPLAINT_CLOSED, [event.subject_id for event in closed])


ASK_AFTER_SALE = Reaction(on_sales, when=store.active_rule(TriggerEvent.SALE))
ASK_AFTER_INTERACTION = Reaction(on_interactions, when=store.active_rule(TriggerEvent.INTERACTION))
ASK_AFTER_COMPLAINT = Reaction(on_complaints_closed, when=store.active_rule(TriggerEvent.COMPLAINT_CLOSED))


async def schedule(ctx: Context, event: TriggerEvent, subject_ids: Sequence[UUID]) -> None:
    """Schedule a job for every active rule that may match, where the customer of the subject is known."""
    if not (rules := await store.active_rules(ctx, event)):
        return
    rows = await store.subjects(ctx, event, subject_ids)
    triggers = [trigger_of(event, row) for row in rows if row["eligible"] and row["customer_id"] is not None]
    due = [
        (f"{rule.id}:{trigger.key}", due_at)
        for rule in rules
        for trigger in triggers
        if matches(rule.definition["conditions"], trigger)
        and is_sampled(rule.id, trigger.id, rule.definition["sample_percent"])
        and (due_at := _due_at(ctx, rule, trigger)) is not None
    ]
    await jobs.schedule_many(ctx, INVITE_JOB, due)


def _due_at(ctx: Context, rule: Rule, trigger: Trigger) -> datetime | None:
    return invitation_due(trigger.happened_at, timedelta(hours=rule.definition["delay_hours"]), ctx.now)


def trigger_of(event: TriggerEvent, row: Record) -> Trigger:
    """Of a row of `store.triggers.subjects` that has a customer."""
    return Trigger(
        event,
        row["id"],
        row["happened_at"],
        row["customer_id"],
        row["site"],
        row["staff"],
        row["channel"],
        row["kind"],
        row["category"],
        row["total"],
        row["currency"],
    )
