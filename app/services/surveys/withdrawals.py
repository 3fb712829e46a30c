"""Invitations are withdrawn when what they are about falls away, or is not that of whom they are for."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.reactions import Reaction
from app.rules.kit import event_types
from app.rules.surveys.surveys import InvitationState
from app.services.surveys import eligibility
from app.store.kit import events
from app.store.kit.events import Event
from app.store.kit.jobs import Job
from app.store.surveys import withdrawals as store
from app.store.surveys.invitations import INVITATIONS, free_occasions, pending


async def on_sales(ctx: Context, sales: Sequence[Event]) -> None:
    """Reaction: sales were voided, revised, or given back by other receipts."""
    await _withdraw(ctx, _subjects(sales), store.OF_SALES)


async def recheck_return(ctx: Context, job: Job) -> None:
    """Job: what a return gives back of a sale has become known late."""
    await _withdraw(ctx, [UUID(job.key)], store.OF_SALES)


async def on_complaints(ctx: Context, complaints: Sequence[Event]) -> None:
    """Reaction: complaints were withdrawn."""
    await _withdraw(ctx, _subjects(complaints), store.OF_COMPLAINTS)


async def on_interactions(ctx: Context, interactions: Sequence[Event]) -> None:
    """Reaction: planned interactions were cancelled or missed."""
    await _withdraw(ctx, _subjects(interactions), store.OF_INTERACTIONS)


async def on_contradictions(ctx: Context, contradicted: Sequence[Event]) -> None:
    """Reaction: what invitations are about turned out to be somebody else's than whom they are for.

    Those that were sent stay, but they asked about somebody else's occasion: the rule may ask who that is.
    """
    linked = {event.subject_id: event.data["linked_type"] for event in contradicted}
    await free_occasions(ctx, list(linked))
    rows = await pending(ctx, list(linked))
    await withdraw(ctx, ((row, f"The {linked[row['id']]} belongs to another customer") for row in rows))


async def withdraw(ctx: Context, invitations: Iterable[tuple[Record, str]]) -> None:
    """Withdraw locked invitations, each for its reason."""
    listed = list(invitations)
    surveys = await eligibility.surveys(ctx, {row["survey_id"] for row, _ in listed}) if listed else {}
    for row, reason in listed:
        survey = surveys[row["survey_id"]]
        withdrawn = {
            "state": InvitationState.WITHDRAWN.value,
            "withdrawn_at": ctx.now,
            "withdrawal_reason": reason,
            **eligibility.SETTLED,
        }
        await INVITATIONS.change(ctx, row["id"], withdrawn)
        type_, data = event_types.INVITATION_WITHDRAWN, survey.event_data(reason=reason)
        title = type_.titled(survey=survey.name)
        await events.record(ctx, Event(type_, row["id"], row["customer_id"], title, ctx.now, row["channel"], data))


def _subjects(events: Sequence[Event]) -> list[UUID]:
    return [event.subject_id for event in events]


async def _withdraw(ctx: Context, subject_ids: Sequence[UUID], source: store.Source) -> None:
    """Withdraw the invitations that are still to be sent or answered; answers that were given stay."""
    rows = await store.lock(ctx, source, subject_ids)
    await withdraw(ctx, ((row, row["reason"]) for row in rows))


WITHDRAW_FOR_SALE = Reaction(on_sales, when=store.OF_SALES.when)
WITHDRAW_FOR_RETURN = Reaction(on_sales, when=store.RETURNS)
WITHDRAW_FOR_COMPLAINT = Reaction(on_complaints, when=store.OF_COMPLAINTS.when)
WITHDRAW_FOR_INTERACTION = Reaction(on_interactions, when=store.OF_INTERACTIONS.when)
WITHDRAW_CONTRADICTED = Reaction(on_contradictions, when=store.UNSETTLED)
