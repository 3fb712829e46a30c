"""What customers are asked after: noted when it happens, in the same transaction, and left to a job to decide on."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.reactions import Reaction
from app.rules.surveys.contact_policy import After, Occasion, due, fits, sampled
from app.store.kit import jobs
from app.store.kit.events import Event
from app.store.surveys import triggers as store

INVITE_JOB = "ask"
"""The kind of the jobs that invite; their key is the rule's id and the occasion's key."""


async def on_sales(ctx: Context, recorded: Sequence[Event]) -> None:
    """Reaction: survey rules may ask the buyers."""
    await schedule(ctx, After.SALE, [event.subject_id for event in recorded])


async def on_interactions(ctx: Context, recorded: Sequence[Event]) -> None:
    """Reaction: survey rules may ask the customers what they think of a contact."""
    await schedule(ctx, After.INTERACTION, [event.subject_id for event in recorded])


async def on_complaints_closed(ctx: Context, closed: Sequence[Event]) -> None:
    """Reaction: survey rules may ask how a complaint was handled."""
    await schedule(ctx, After.COMPLAINT_CLOSED, [event.subject_id for event in closed])


ASK_AFTER_SALE = Reaction(on_sales, when=store.active_rule(After.SALE))
ASK_AFTER_INTERACTION = Reaction(on_interactions, when=store.active_rule(After.INTERACTION))
ASK_AFTER_COMPLAINT = Reaction(on_complaints_closed, when=store.active_rule(After.COMPLAINT_CLOSED))


async def schedule(ctx: Context, after: After, subject_ids: Sequence[UUID]) -> None:
    """Schedule a job for every active rule that may turn out to fit, if the customer of the subject is known."""
    if not (rules := await store.active_rules(ctx, after)):
        return
    rows = await store.subjects(ctx, after, subject_ids)
    occasions = [occasion(after, row) for row in rows if row["holds"] and row["customer_id"] is not None]
    due_at = [
        (f"{rule.id}:{about.key}", timestamp)
        for rule in rules
        for about in occasions
        if fits(rule.definition["conditions"], about)
        and sampled(rule.id, about.id, rule.definition["sample_percent"])
        and (timestamp := due(about.happened_at, timedelta(hours=rule.definition["delay_hours"]), ctx.now)) is not None
    ]
    await jobs.schedule_many(ctx, INVITE_JOB, due_at)


def occasion(after: After, row: Record) -> Occasion:
    """Of a row of `store.triggers.subjects`; its customer is known."""
    return Occasion(
        after,
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
