"""Answers to enquiries, and interactions that are assigned to a customer later."""

import json
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.core.errors import MoveNotAllowed, out_of_order
from app.rules.customers import ContactKind, NotAContact, normalize
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.kit import event_types
from app.rules.kit.channels import Channel
from app.rules.kit.texts import present
from app.schemas.customers import ContactPointNew, CustomerChange
from app.schemas.interactions.interactions import EnquiryAnswerNew, InteractionNew
from app.services import customers
from app.services.interactions import interactions, tasks
from app.store import customers as customer_store
from app.store.interactions import interactions as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event

_MAX_CONTACT_POINTS = 50


async def claim(ctx: Context, interaction_id: UUID, customer_id: UUID, *, keep_contact: bool = False) -> Document:
    """Assign an interaction, its answer and its tasks to a customer. 409 AlreadyClaimed if it has another customer."""
    row = await store.INTERACTIONS.lock(ctx, interaction_id)
    if await customers.claims(ctx, row["customer_id"], customer_id):
        await _assign(ctx, row, customer_id)
        if row["answered_by_id"] is not None:
            answer_row = await store.INTERACTIONS.lock(ctx, row["answered_by_id"])
            if answer_row["customer_id"] is None:
                await _assign(ctx, answer_row, customer_id)
    if keep_contact and row["contact"] is not None:
        contact = json.loads(row["contact"])
        await _add_contact_point(ctx, customer_id, ContactKind(contact["kind"]), contact["value"])
    return await store.INTERACTIONS.get(ctx, interaction_id)


async def answer(ctx: Context, interaction_id: UUID, sent: EnquiryAnswerNew) -> Document:
    """Record the answer as a new outbound interaction. 409 MoveNotAllowed if the enquiry does not await one."""
    row = await store.INTERACTIONS.lock(ctx, interaction_id)
    if row["answered_at"] is not None:
        detail = f"Already answered by interaction {row['answered_by_id']}"
        raise MoveNotAllowed(detail, allowed=[], answered_by_id=str(row["answered_by_id"]))
    if not row["awaits_answer"]:
        raise MoveNotAllowed("Only an inbound enquiry can be answered", allowed=[])
    happened_at = sent.happened_at or max(ctx.now, row["happened_at"])
    if happened_at < row["happened_at"]:
        raise out_of_order("/happened_at", "happened_at of the enquiry")
    channel = sent.channel or Channel(row["channel"])
    new = InteractionNew(
        customer_id=row["customer_id"],
        contact=json.loads(row["contact"]) if row["contact"] is not None and channel == row["channel"] else None,
        kind=rules.answer_kind(channel),
        channel=channel,
        direction=Direction.OUTBOUND,
        subject=sent.subject or present(row["subject"]),
        body=sent.body,
        happened_at=happened_at,
        staff=sent.staff,
        outcome=sent.outcome,
        next_step=sent.next_step,
        documents=sent.documents,
        thread=row["thread"],
        unwelcome_reason=sent.unwelcome_reason,
    )
    document, _ = await interactions.record(ctx, new)
    await store.INTERACTIONS.change(ctx, interaction_id, {"answered_at": happened_at, "answered_by_id": document.id})
    title = rules.answered_title(channel, row["subject"])
    data = {"answered_by_id": str(document.id)}
    event = Event(
        event_types.INTERACTION_ANSWERED,
        interaction_id,
        row["customer_id"],
        title,
        happened_at,
        channel.value,
        data,
    )
    await events.record(ctx, event)
    return document


async def _assign(ctx: Context, row: Record, customer_id: UUID) -> None:
    await store.INTERACTIONS.change(ctx, row["id"], {"customer_id": customer_id})
    await tasks.assign(ctx, row["id"], customer_id)
    kind, direction = InteractionKind(row["kind"]), Direction(row["direction"])
    title = rules.claimed_title(kind, Channel(row["channel"]), direction, row["subject"])
    data = {"kind": row["kind"], "direction": row["direction"]}
    # The event has the time of the contact, to be in its place on the timeline of the customer.
    event = Event(
        event_types.INTERACTION_CLAIMED, row["id"], customer_id, title, row["happened_at"], row["channel"], data
    )
    await events.record(ctx, event)


async def _add_contact_point(ctx: Context, customer_id: UUID, kind: ContactKind, value: str) -> None:
    """Add a contact point to the customer if it is valid, new, and not held by another customer."""
    try:
        normalized = normalize(kind, value, ctx.region)
    except NotAContact:
        return
    await customer_store.CUSTOMERS.lock(ctx, customer_id)
    existing = await customer_store.contact_points(ctx, customer_id)
    is_known = any((p["kind"], p["normalized"], p["extension"]) == (kind, *normalized) for p in existing)
    if is_known or len(existing) >= _MAX_CONTACT_POINTS:
        return
    if await customer_store.holders_of_contact_points(ctx, [(kind, *normalized)]):
        return
    contact_points = [{name: point[name] for name in ContactPointNew.model_fields} for point in existing]
    patch = CustomerChange(contact_points=[*contact_points, {"kind": kind, "value": value}])
    await customers.change(ctx, customer_id, patch, None)
