"""Invitations follow what they are about: to its customer, and away if it falls away."""

from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.core.reactions import Reaction
from app.rules.kit import event_types
from app.rules.surveys.surveys import InvitationState
from app.services.kit.links import change_of
from app.services.surveys import eligibility
from app.store.kit import events, links
from app.store.kit.events import Event
from app.store.kit.jobs import Job
from app.store.kit.links import Assignment
from app.store.surveys import withdrawals as store
from app.store.surveys.invitations import INVITATIONS


async def assign(ctx: Context, assignments: Sequence[Assignment]) -> None:
    """Give locked invitations their customers."""
    rows = await links.assign(ctx, "invitation", assignments)
    surveys = await eligibility.surveys(ctx, {row["survey_id"] for row in rows})
    for assignment, row in zip(assignments, rows, strict=True):
        if assignment.before != assignment.customer_id:
            type_, data = change_of("invitation", assignment)
            survey = surveys[row["survey_id"]]
            title = type_.titled(survey=survey.name)
            data = data or survey.event_data()
            await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, ctx.now, row["channel"], data))


async def on_sales(ctx: Context, sales: Sequence[Event]) -> None:
    """Reaction: sales were voided, revised, or given back by other receipts."""
    await _withdraw(ctx, _subjects(sales), store.OF_SALES)


async def recheck_return(ctx: Context, job: Job) -> None:
    """Job: what a return gives back of a sale has become known late."""
    await _withdraw(ctx, [UUID(job.key)], store.OF_SALES)


async def on_complaints(ctx: Context, complaints: Sequence[Event]) -> None:
    """Reaction: complaints were withdrawn."""
    await _withdraw(ctx, _subjects(complaints), store.OF_COMPLAINTS)


def _subjects(events: Sequence[Event]) -> list[UUID]:
    return [event.subject_id for event in events]


async def _withdraw(ctx: Context, subject_ids: Sequence[UUID], source: store.Source) -> None:
    """Withdraw the invitations that are still to be sent or answered; answers that were given stay."""
    rows = await store.lock(ctx, source, subject_ids)
    surveys = await eligibility.surveys(ctx, {row["survey_id"] for row in rows})
    for row in rows:
        survey, reason = surveys[row["survey_id"]], row["reason"]
        values = {
            "state": InvitationState.WITHDRAWN.value,
            "withdrawn_at": ctx.now,
            "withdrawal_reason": reason,
        }
        await INVITATIONS.change(ctx, row["id"], values)
        type_, data = event_types.INVITATION_WITHDRAWN, survey.event_data(reason=reason)
        title = type_.titled(survey=survey.name)
        await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, ctx.now, row["channel"], data))


WITHDRAW_FOR_SALE = Reaction(on_sales, when=store.OF_SALES.when)
WITHDRAW_FOR_RETURN = Reaction(on_sales, when=store.RETURNS)
WITHDRAW_FOR_COMPLAINT = Reaction(on_complaints, when=store.OF_COMPLAINTS.when)
