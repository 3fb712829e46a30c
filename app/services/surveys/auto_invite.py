"""Customers asked by rule: the job that an occasion has planned, and what has changed since."""

from uuid import UUID

from app.core.context import Context
from app.rules.kit.channels import Channel
from app.rules.surveys import contact_policy as rules
from app.rules.surveys.contact_policy import After
from app.services.surveys import eligibility, triggers
from app.store.kit.jobs import Job
from app.store.surveys import invitations
from app.store.surveys import triggers as store

COLUMNS = {After.SALE: "sale_id", After.COMPLAINT_CLOSED: "complaint_id", After.INTERACTION: "interaction_id"}
"""Where an invitation names what it is about."""


async def invite(ctx: Context, job: Job) -> None:
    """Invite the customer, if all that speaks for it still holds: else nothing is done, and nobody is asked later."""
    rule_id, _, key = job.key.partition(":")
    after, subject_id = rules.occasion(key)
    rule = await store.rule(ctx, UUID(rule_id))
    if rule is None or not rule.active or rule.definition["after"] != after:
        return
    survey = (await eligibility.surveys(ctx, [rule.survey_id]))[rule.survey_id]
    row = next((row for row in await store.subjects(ctx, after, [subject_id]) if row["holds"]), None)
    if survey.closed() is not None or row is None or row["customer_id"] is None:
        return
    about = triggers.occasion(after, row)
    person = (await eligibility.people(ctx, [about.customer_id], hold=True))[about.customer_id]
    if (
        person.archived
        or not rules.fits(rule.definition["conditions"], about, person.tags)
        or not rules.sampled(rule.id, about.id, rule.definition["sample_percent"])
        or person.again_at(survey, ctx.now) is not None
        or await invitations.exists_for_trigger(ctx, rule.id, key)
    ):
        return
    channel = person.channel([Channel(one) for one in rule.definition["channels"]])
    if channel is None:
        return
    told = {"rule_id": rule.id, "occasion": key, "site": about.site, "staff": about.staff, COLUMNS[after]: about.id}
    made = eligibility.invitation(ctx, survey, person, channel, told)
    await eligibility.write(ctx, [(survey, made)])
