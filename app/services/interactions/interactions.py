"""Interactions are recorded once each and matched to their customers; those of unknown customers are stored too."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict, InteractionDiffers, Problem, reference_not_found
from app.rules.interactions import interactions as rules
from app.rules.interactions.planning import InteractionState
from app.rules.kit import event_types
from app.schemas.interactions.interactions import Contact, InteractionContent, InteractionNew, InteractionQuery
from app.schemas.kit import validation
from app.services.interactions import answer_times, claims, participants, planning, tasks, welcome
from app.services.interactions.intake import InteractionDraft, References
from app.services.kit import intake, patching
from app.services.kit.record_result import RecordResult
from app.store.interactions import complaint_messages
from app.store.interactions import interactions as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.link_locks import lock_linked
from app.store.kit.listing import Page

_WELCOME_FIELDS = {"channel", "direction", "unwelcome_reason"}
"""Whether the customer wants to be contacted like this depends on these fields."""
_THREAD_FIELDS = {*rules.CONVERSATION_FIELDS, "kind", "direction", "happened_at", "participants"}
"""Which conversation it is in, and what it answers there and what answers it, depends on these fields."""


async def find(ctx: Context, query: InteractionQuery) -> Page:
    return await store.INTERACTIONS.page(ctx, query)


async def get(ctx: Context, interaction_id: UUID) -> Document:
    return await store.INTERACTIONS.get(ctx, interaction_id)


async def record(
    ctx: Context,
    new: InteractionNew,
    *,
    origin_id: UUID | None = None,
    taken_from: Sequence[UUID] = (),
    thread_source: str | None = None,
    react: bool = True,
) -> tuple[Document, RecordResult]:
    """Record one interaction; see `record_many`. Raises its problem.

    Without an origin, which has its own part in what follows, the document has what follows already, such as the
    customer of the enquiry that the interaction answers.
    """
    (result,) = await record_many(
        ctx, [new], origin_id=origin_id, taken_from=taken_from, thread_source=thread_source, react=react
    )
    if origin_id is None:
        await ctx.reactions.follow(ctx)
    return await store.INTERACTIONS.get(ctx, result.recorded_id()), result


async def record_many(
    ctx: Context,
    interactions: Sequence[InteractionNew],
    *,
    origin_id: UUID | None = None,
    taken_from: Sequence[UUID] = (),
    thread_source: str | None = None,
    react: bool = True,
) -> list[RecordResult]:
    """Record interactions in order, with a result for each.

    New: 201. Its source and external id again with the same content: 200, replayed; with other content: 409
    InteractionDiffers. Outbound on a channel that the customer does not want: 409 UnwelcomeChannel. An unknown
    customer id, or a source without an external id: 422. Without `react`, no reactions to its event are called.
    `origin_id` is the record whose customer they have, be it nobody, and `taken_from` whom that was taken from;
    `thread_source` is the source that named the threads of those without a source, if it did.
    """
    drafts = [
        InteractionDraft(new, new.happened_at or ctx.now, origin_id, taken_from, thread_source) for new in interactions
    ]
    references = await References.load(ctx, drafts)
    decided = await intake.decide(
        ctx,
        store.INTERACTIONS,
        drafts,
        references.existing,
        partial(references.resolve, ctx),
        partial(store.contents, ctx),
        _differs,
    )
    await _write(ctx, decided.accepted, react)
    references.policies.note(ctx, [draft.new.source for draft in decided.accepted])
    return decided.results


async def change(ctx: Context, interaction_id: UUID, patch: Any, version: int | None) -> Document:
    """`patch` is an InteractionChange: a merge patch. 412 if the interaction is no longer at `version`."""
    if _THREAD_FIELDS & patch.model_fields_set:
        new_threads = [patch.thread] if patch.thread is not None else []
        complaints = [patch.complaint_id] if patch.complaint_id is not None else []
        await lock_linked(ctx, conversations_of=[interaction_id], threads=new_threads, complaint=complaints)
    current = await patching.lock(ctx, store.INTERACTIONS, interaction_id, version)
    patched = patching.patched(InteractionContent, current.stored, patching.sent(patch))
    if patch.complaint_id is not None and "complaint_id" not in patched.fields:  # now somebody says so as well
        patched = await _also_named(ctx, interaction_id, patched)
    if not patched.changes:
        return current.document
    new, customer_id = patched.content, current.row["customer_id"]
    if customer_id is not None and _WELCOME_FIELDS & patched.fields:
        contact = validation.validate_stored(Contact, current.stored["contact"]) if current.stored["contact"] else None
        await welcome.require(ctx, customer_id, new.channel, new.direction, new.unwelcome_reason, contact)
    state = InteractionState(current.row["state"])
    if (impossible := planning.problem(ctx, state, new.kind, new.happened_at)) is not None:
        raise impossible
    if "participants" in patched.fields:
        await participants.require(ctx, new.participants)
    awaits = rules.awaits_answer(new.kind, new.direction)
    values = new.model_dump(mode="json", exclude={"complaint_id"}) | {
        "happened_at": new.happened_at,
        "awaits_answer": awaits,
    }
    answer_id = current.row["answered_by_id"]
    if "happened_at" in patched.fields:
        await answer_times.correct(ctx, current.row, new)
    elsewhere_at = answer_times.elsewhere(current.row, new)
    is_answered_anew = not awaits or elsewhere_at is not None  # what is no enquiry any more was not answered
    if is_answered_anew:
        values |= {"answered_at": elsewhere_at, "answered_by_id": None}
    about = await complaint_messages.complaints_of(ctx, interaction_id) if "complaint_id" in patched.fields else []
    await store.INTERACTIONS.change(ctx, interaction_id, values)
    await events.retime(ctx, "interaction", interaction_id, current.row["happened_at"], new.happened_at)
    if is_answered_anew and answer_id is not None:
        await claims.release_unlinked(ctx, [answer_id])
    if "complaint_id" in patched.fields:
        await _name_complaint(ctx, interaction_id, new.complaint_id)
        customer_id = (await store.INTERACTIONS.lock(ctx, interaction_id))["customer_id"]
    if {"participants", "happened_at", "direction"} & patched.fields:
        await participants.synchronize(ctx, [await store.INTERACTIONS.lock(ctx, interaction_id)])
    title = rules.updated_title(new.kind, new.channel, new.direction, new.subject)
    data = {"changes": patched.listed}
    event = Event(event_types.INTERACTION_UPDATED, interaction_id, customer_id, title, ctx.now, new.channel.value, data)
    await events.record(ctx, event)
    await ctx.reactions.follow(ctx)  # it may answer, or be answered, now or no longer
    if "complaint_id" in patched.fields and new.complaint_id is None:
        await _require_none_of(ctx, interaction_id, about)
    return await store.INTERACTIONS.get(ctx, interaction_id)


async def _name_complaint(ctx: Context, interaction_id: UUID, complaint_id: UUID | None) -> None:
    """It is said to be about this complaint only, or about none. Reactions do what else follows."""
    if complaint_id is not None and not await complaint_messages.is_complaint(ctx, complaint_id):
        raise reference_not_found("/complaint_id", "Complaint")
    # Whoever said it of one message said it of its thread, and takes it off that.
    await complaint_messages.unname(ctx, interaction_id, thread=complaint_id is None)
    if complaint_id is not None:
        await complaint_messages.link(ctx, [(complaint_id, interaction_id)], named=True)
    await claims.take_customers(ctx, [interaction_id])


async def _also_named(
    ctx: Context, interaction_id: UUID, patched: patching.Patched[InteractionContent]
) -> patching.Patched[InteractionContent]:
    """Somebody says that it is about the complaint that it shows: if it is about others as well, that is a change."""
    complaint_id = patched.content.complaint_id
    assert complaint_id is not None, "it is sent"
    if await complaint_messages.complaints_of(ctx, interaction_id) != [complaint_id]:
        said = {"pointer": "/complaint_id", "stored": str(complaint_id), "sent": str(complaint_id)}
        return replace(patched, changes=[*patched.changes, said])
    await complaint_messages.link(ctx, [(complaint_id, interaction_id)], named=True)
    return patched


async def _require_none_of(ctx: Context, interaction_id: UUID, complaint_ids: Collection[UUID]) -> None:
    """None of these complaints is what the interaction is about any more; of others, its thread says so."""
    if stay := [id_ for id_ in await complaint_messages.complaints_of(ctx, interaction_id) if id_ in complaint_ids]:
        raise Conflict("The conversation of the interaction is about the complaint", complaint_id=str(stay[-1]))


def _differs(errors: list[dict[str, Any]], interaction_id: UUID) -> Problem:
    return InteractionDiffers(errors=errors, interaction_id=str(interaction_id))


async def _write(ctx: Context, drafts: Sequence[InteractionDraft], react: bool) -> None:
    ordered = intake.ordered(drafts)
    rows = [draft.row() for draft in ordered]
    await participants.lock(ctx, rows)
    await store.add(ctx, rows)
    about = [(draft.new.complaint_id is not None, id_, draft.id) for draft in ordered for id_ in draft.complaint_ids]
    linked: set[UUID] = set()
    for named in (True, False):
        pairs = [(id_, n) for says_so, id_, n in about if says_so is named]
        linked |= await complaint_messages.link(ctx, pairs, named=named)
    await events.record_all(ctx, [_recorded_event(draft) for draft in drafts], react=react)
    await participants.add(ctx, rows)
    await tasks.create_tasks(ctx, [task for draft in drafts if (task := draft.task) is not None])
    # What has come along with them, be it of the same batch, is of the customers of the complaints as well.
    await claims.take_customers(ctx, linked - {draft.id for draft in drafts if draft.customer_id is not None})


def _recorded_event(draft: InteractionDraft) -> Event:
    new = draft.new
    type_ = planning.EVENTS[new.state]
    known = {
        "kind": new.kind,
        "direction": new.direction,
        "staff": new.staff,
        "outcome": new.outcome,
        "reason": new.state_reason,
    }
    data = {name: value for name, value in known.items() if value is not None and name in type_.fields}
    title = type_.titled(interaction=draft.title)
    return Event(type_, draft.id, draft.customer_id, title, draft.happened_at, new.channel.value, data)
