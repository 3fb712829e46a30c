"""Job: inviting a customer after a trigger of a survey rule."""

from uuid import UUID

from app.core.context import Context
from app.rules.kit.channels import Channel
from app.rules.surveys import triggers as rules
from app.rules.surveys.triggers import TriggerEvent
from app.services.surveys import eligibility, triggers
from app.store.kit import links
from app.store.kit.jobs import Job
from app.store.surveys import invitations
from app.store.surveys import triggers as store

SUBJECT_COLUMNS = {
    TriggerEvent.SALE: "sale_id",
    TriggerEvent.COMPLAINT_CLOSED: "complaint_id",
    TriggerEvent.INTERACTION: "interaction_id",
}
"""The column of invitations that refers to what they are about."""


async def invite(ctx: Context, job: Job) -> None:
    """Invite the customer if the rule, the survey and the customer still allow it; otherwise nothing is done."""
    rule_id, _, key = job.key.partition(":")
    event, subject_id = rules.parse_trigger_key(key)
    rule = await store.rule(ctx, UUID(rule_id))
    if rule is None or not rule.active or rule.definition["after"] != event:
        return
    await links.lock(ctx, **{SUBJECT_COLUMNS[event].removesuffix("_id"): [subject_id]})
    survey = (await eligibility.surveys(ctx, [rule.survey_id]))[rule.survey_id]
    row = next((row for row in await store.subjects(ctx, event, [subject_id]) if row["eligible"]), None)
    if survey.refusal() is not None or row is None or row["customer_id"] is None:
        return
    trigger = triggers.trigger_of(event, row)
    recipient = (await eligibility.recipients(ctx, [trigger.customer_id], lock=True))[trigger.customer_id]
    if (
        recipient.archived
        or not rules.matches(rule.definition["conditions"], trigger, recipient.tags)
        or not rules.is_sampled(rule.id, trigger.id, rule.definition["sample_percent"])
        or recipient.blocked_until(survey, ctx.now) is not None
        or await invitations.exists_for_trigger(ctx, rule.id, key)
    ):
        return
    channel = recipient.choose_channel([Channel(channel) for channel in rule.definition["channels"]])
    if channel is None:
        return
    subject = {
        "rule_id": rule.id,
        "occasion": key,
        "site": trigger.site,
        "staff": trigger.staff,
        SUBJECT_COLUMNS[event]: trigger.id,
        "customer_from_id": trigger.id,
    }
    invitation = eligibility.invitation(ctx, survey, recipient, channel, subject)
    await eligibility.write(ctx, [(survey, invitation)])
