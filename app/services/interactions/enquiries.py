"""Enquiries followed to their answer, and contacts from unknown addresses given to their customers."""

import json
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed, already_claimed, reference_not_found
from app.rules.customers import ContactKind, NotAContact, normalize
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.schemas.customers import ContactPointNew, CustomerChange
from app.schemas.interactions.interactions import EnquiryAnswerNew, InteractionNew
from app.services import customers
from app.services.interactions import interactions, tasks
from app.store import customers as customer_store
from app.store.interactions import interactions as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event

_MOST_POINTS = 50


async def claim(ctx: Context, interaction_id: UUID, customer_id: UUID, *, keep_contact: bool = False) -> Document:
    """Say whose it is; its answer and what was promised in it go with it. 409 AlreadyClaimed if it is another's."""
    row = await store.lock(ctx, interaction_id)
    if row["customer_id"] not in (None, customer_id):
        raise already_claimed(row["customer_id"])
    if row["customer_id"] is None:
        if not await customer_store.existing_ids(ctx, [customer_id]):
            raise reference_not_found("/customer_id", "Customer")
        await _give(ctx, row, customer_id)
        if row["answered_by_id"] is not None:
            answer_row = await store.lock(ctx, row["answered_by_id"])
            if answer_row["customer_id"] is None:
                await _give(ctx, answer_row, customer_id)
    if keep_contact and row["contact"] is not None:
        contact = json.loads(row["contact"])
        await _keep(ctx, customer_id, ContactKind(contact["kind"]), contact["value"])
    return await store.get(ctx, interaction_id)


async def answer(ctx: Context, interaction_id: UUID, sent: EnquiryAnswerNew) -> Document:
    """Record how an enquiry was answered: a new interaction, outbound. 409 MoveNotAllowed if it does not wait."""
    row = await store.lock(ctx, interaction_id)
    if row["answered_at"] is not None:
        detail = f"Already answered by interaction {row['answered_by_id']}"
        raise MoveNotAllowed(detail, allowed=[], answered_by_id=str(row["answered_by_id"]))
    if not row["awaits_answer"]:
        raise MoveNotAllowed("Only an inbound enquiry can be answered", allowed=[])
    channel = sent.channel or Channel(row["channel"])
    new = InteractionNew(
        customer_id=row["customer_id"],
        contact=json.loads(row["contact"]) if row["contact"] is not None and channel == row["channel"] else None,
        kind=rules.answer_kind(channel),
        channel=channel,
        direction=Direction.OUTBOUND,
        subject=sent.subject or row["subject"],
        body=sent.body,
        happened_at=sent.happened_at,
        staff=sent.staff,
        outcome=sent.outcome,
        next_step=sent.next_step,
        documents=sent.documents,
        thread=row["thread"],
        unwelcome_reason=sent.unwelcome_reason,
    )
    document, _ = await interactions.record(ctx, new)
    answered_at = new.happened_at or ctx.now
    await store.change(ctx, interaction_id, {"answered_at": answered_at, "answered_by_id": document.id})
    title = rules.answered_title(channel, row["subject"])
    data = {"answered_by_id": str(document.id)}
    event = Event(
        event_types.INTERACTION_ANSWERED,
        interaction_id,
        row["customer_id"],
        title,
        answered_at,
        channel.value,
        data,
    )
    await events.record(ctx, event)
    return document


async def _give(ctx: Context, row: Record, customer_id: UUID) -> None:
    await store.change(ctx, row["id"], {"customer_id": customer_id})
    await tasks.assign(ctx, row["id"], customer_id)
    kind, direction = InteractionKind(row["kind"]), Direction(row["direction"])
    title = rules.claimed_title(kind, Channel(row["channel"]), direction, row["subject"])
    data = {"kind": row["kind"], "direction": row["direction"]}
    # At the moment of the contact: there it belongs on the timeline of its customer.
    event = Event(
        event_types.INTERACTION_CLAIMED, row["id"], customer_id, title, row["happened_at"], row["channel"], data
    )
    await events.record(ctx, event)


async def _keep(ctx: Context, customer_id: UUID, kind: ContactKind, value: str) -> None:
    """Add the address to the customer's contact points, if it is one, is new, and nobody else holds it alone."""
    try:
        form = normalize(kind, value, ctx.region)
    except NotAContact:
        return
    await customer_store.lock(ctx, customer_id)
    points = await customer_store.contact_points(ctx, customer_id)
    has_it = any((p["kind"], p["normalized"], p["extension"]) == (kind, *form) for p in points)
    if has_it or len(points) >= _MOST_POINTS or await customer_store.holders_of_contact_points(ctx, [(kind, *form)]):
        return
    kept = [{name: point[name] for name in ContactPointNew.model_fields} for point in points]
    patch = CustomerChange(contact_points=[*kept, {"kind": kind, "value": value}])
    await customers.change(ctx, customer_id, patch, None)
