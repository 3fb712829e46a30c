"""Occasions to ask a customer: noted when they arise, in the same transaction, and left to a job to decide on."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.surveys.contact_policy import After, Occasion, due, fits, sampled
from app.store.kit import jobs
from app.store.surveys import triggers as store
from app.store.surveys.triggers import Rule

JOB = "ask"
"""The kind of the jobs that ask; their key is the rule's id and the occasion's key."""


async def plan(ctx: Context, occasions: Sequence[Occasion]) -> None:
    """Have the customers asked, by every active rule that may turn out to fit. They are all of one kind."""
    if occasions:
        await _plan(ctx, await store.active_rules(ctx, occasions[0].after), occasions)


async def arisen(ctx: Context, after: After, subject_ids: Sequence[UUID]) -> None:
    """The same where no more is known than their ids: they are looked up if there is a rule at all."""
    if subject_ids and (rules := await store.active_rules(ctx, after)):
        rows = await store.subjects(ctx, after, subject_ids)
        found = [occasion(after, row) for row in rows if row["holds"] and row["customer_id"] is not None]
        await _plan(ctx, rules, found)


async def _plan(ctx: Context, rules: Sequence[Rule], occasions: Sequence[Occasion]) -> None:
    planned = [
        (f"{rule.id}:{about.key}", moment)
        for rule in rules
        for about in occasions
        if fits(rule.definition["conditions"], about)
        and sampled(rule.id, about.id, rule.definition["sample_percent"])
        and (moment := due(about.happened_at, timedelta(hours=rule.definition["delay_hours"]), ctx.now)) is not None
    ]
    await jobs.schedule_many(ctx, JOB, planned)


def occasion(after: After, row: Record) -> Occasion:
    """Of a row of `store.asking.subjects`; its customer is known."""
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
