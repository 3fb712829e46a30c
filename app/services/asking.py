"""Customers asked by rule: the job that an occasion has planned, and what has changed since."""

from uuid import UUID

from app.core.context import Context
from app.rules import asking as rules
from app.rules.asking import After
from app.rules.channels import Channel
from app.services import askable, occasions
from app.store import asking as store
from app.store import invitations
from app.store.jobs import Job

COLUMNS = {After.SALE: "sale_id", After.COMPLAINT_CLOSED: "complaint_id", After.INTERACTION: "interaction_id"}
"""Where an invitation names what it is about."""


async def ask(ctx: Context, job: Job) -> None:
    """Invite the customer, if all that speaks for it still holds: else nothing is done, and nobody is asked later."""
    rule_id, _, key = job.key.partition(":")
    after, subject_id = rules.occasion(key)
    rule = await store.rule(ctx, UUID(rule_id))
    if rule is None or not rule.active or rule.definition["after"] != after:
        return
    survey = (await askable.surveys(ctx, [rule.survey_id]))[rule.survey_id]
    row = next((row for row in await store.subjects(ctx, after, [subject_id]) if row["holds"]), None)
    if survey.closed() is not None or row is None or row["customer_id"] is None:
        return
    about = occasions.occasion(after, row)
    person = (await askable.people(ctx, [about.customer_id], hold=True))[about.customer_id]
    if (
        person.archived
        or not rules.fits(rule.definition["conditions"], about, person.tags)
        or not rules.sampled(rule.id, about.id, rule.definition["sample_percent"])
        or person.again_at(survey, ctx.now) is not None
        or await invitations.made(ctx, rule.id, key)
    ):
        return
    channel = person.channel([Channel(one) for one in rule.definition["channels"]])
    if channel is None:
        return
    told = {"rule_id": rule.id, "occasion": key, "site": about.site, "staff": about.staff, COLUMNS[after]: about.id}
    made = askable.invitation(ctx, survey, person, channel, told)
    await askable.write(ctx, [(survey, made)])
