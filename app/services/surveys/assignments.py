"""Invitations that are still to be sent go where what they are about goes, if its customer may be invited."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import Problem
from app.rules.customers import CONTACT_BY_CHANNEL
from app.rules.kit.channels import Channel
from app.rules.surveys.surveys import choose_language
from app.rules.surveys.triggers import has_wanted_tag
from app.services.kit.links import change_of
from app.services.surveys import eligibility
from app.services.surveys.auto_invite import SUBJECT_COLUMNS
from app.services.surveys.eligibility import Recipient, SurveySnapshot
from app.services.surveys.withdrawals import withdraw
from app.store.kit import events, links
from app.store.kit.events import Event
from app.store.kit.links import Assignment
from app.store.surveys import triggers as trigger_store
from app.store.surveys.invitations import INVITATIONS, free_occasions, pending
from app.store.surveys.triggers import Rule


async def assign_customers(ctx: Context, assignments: Sequence[Assignment]) -> None:
    """Give locked invitations their customers. Those that nobody is left for who may be invited are withdrawn.

    Another customer is invited as by a new invitation: if they may be, on a channel of theirs, in their language and
    not in their quiet hours. What was sent stays with whom it was sent to; what has expired is left as it is.
    """
    rows = {row["id"]: row for row in await pending(ctx, [each.id for each in assignments])}
    open_ = [each for each in assignments if each.id in rows and rows[each.id]["expires_at"] > ctx.now]
    eligible = await _Eligible.load(ctx, [each.customer_id for each in open_], list(rows.values()))
    given, withdrawn = [], []
    for assignment in open_:
        row = rows[assignment.id]
        if (values := eligible.values(ctx, row, assignment)) is None:
            withdrawn.append((row, _reason(row, assignment)))
        else:
            given.append((assignment, values))
    await _give(ctx, given, eligible.surveys)
    await free_occasions(ctx, [row["id"] for row, _ in withdrawn])
    await withdraw(ctx, withdrawn)


class _Eligible:
    """Whether the customers of these assignments may be invited."""

    def __init__(
        self,
        surveys: Mapping[UUID, SurveySnapshot],
        recipients: Mapping[UUID, Recipient],
        rules: Mapping[UUID, Rule],
    ) -> None:
        self.surveys, self._recipients, self._rules = surveys, recipients, rules

    @classmethod
    async def load(cls, ctx: Context, customer_ids: Sequence[UUID | None], rows: Sequence[Record]) -> "_Eligible":
        known = sorted({customer_id for customer_id in customer_ids if customer_id is not None})
        recipients = await eligibility.recipients(ctx, known, lock=True) if known else {}
        rules = {}
        for rule_id in sorted({row["rule_id"] for row in rows} - {None}):
            rules[rule_id] = await trigger_store.rule(ctx, rule_id)
        found = {rule_id: rule for rule_id, rule in rules.items() if rule is not None}
        return cls(await eligibility.surveys(ctx, {row["survey_id"] for row in rows}), recipients, found)

    def values(self, ctx: Context, row: Record, assignment: Assignment) -> dict[str, Any] | None:
        """The columns that change with the customer; None if there is none, or none who may be invited."""
        if assignment.customer_id is None:
            return None
        if assignment.customer_id == assignment.before:
            return {}
        recipient, survey = self._recipients[assignment.customer_id], self.surveys[row["survey_id"]]
        if survey.refusal() is not None:
            return None
        rule = self._rules.get(row["rule_id"])
        requested = _requested_channel(row, assignment, recipient, rule)
        if rule is not None and not (requested and has_wanted_tag(rule.definition["conditions"], recipient.tags)):
            return None
        try:
            channel = recipient.accept(survey, requested, ctx.now)
        except Problem:
            return None
        recipient.last_invited_at = ctx.now  # for the next invitation
        due_at = max(row["send_after"], ctx.now)
        permitted_at = recipient.permitted_at(channel, due_at)
        values: dict[str, Any] = {
            "channel": channel.value if channel is not None else None,
            "language": choose_language(survey.languages, recipient.language, row["language"]),
        }
        if permitted_at > due_at:
            later = permitted_at - row["send_after"]
            values |= {"send_after": permitted_at, "expires_at": row["expires_at"] + later}
        return {name: value for name, value in values.items() if value != row[name]}


async def _give(
    ctx: Context,
    given: Sequence[tuple[Assignment, Mapping[str, Any]]],
    surveys: Mapping[UUID, SurveySnapshot],
) -> None:
    if not given:
        return
    rows = await links.assign_customers(ctx, "invitation", [assignment for assignment, _ in given])
    for (assignment, values), row in zip(given, rows, strict=True):
        if values:
            await INVITATIONS.change(ctx, row["id"], values)
        if assignment.before != assignment.customer_id:
            type_, data = change_of("invitation", assignment)
            survey = surveys[row["survey_id"]]
            title, channel = type_.titled(survey=survey.name), values.get("channel", row["channel"])
            data = data or survey.event_data()
            await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, ctx.now, channel, data))


def _requested_channel(row: Record, assignment: Assignment, recipient: Recipient, rule: Rule | None) -> Channel | None:
    """One that reaches by a contact point was chosen for whom the invitation was for: it is chosen anew."""
    if rule is not None:
        return recipient.choose_channel([Channel(channel) for channel in rule.definition["channels"]])
    stored = Channel(row["channel"]) if row["channel"] is not None else None
    return None if assignment.before is not None and stored in CONTACT_BY_CHANNEL else stored


def _reason(row: Record, assignment: Assignment) -> str:
    """Of the withdrawal. It is read by who looks at the former customer, and says nothing of the other one."""
    origin_id = assignment.origin_id or row["customer_from_id"]
    column = next(column for column in SUBJECT_COLUMNS.values() if row[column] == origin_id)
    subject = column.removesuffix("_id")
    if assignment.customer_id is None:
        return f"The {subject} does not belong to the customer any more"
    another = "a customer" if assignment.before is None else "another customer,"
    return f"The {subject} belongs to {another} who cannot be invited"
