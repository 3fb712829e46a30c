"""Whose an interaction is: claimed, moved, released, or taken from what it is linked to."""

import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from asyncpg import Record

from app.core.context import Context
from app.rules.customers import USUAL_USES, ContactKind, NotAContact, NumberUse, SourcePolicy, normalize
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel
from app.schemas.customers import CustomerNew
from app.schemas.interactions.moves import InteractionClaim
from app.services import customers
from app.services.interactions import participants
from app.services.kit.links import NO_LONGER_LINKED, change_of, may_be_assigned
from app.store import customers as customer_store
from app.store.interactions import interactions as interaction_store
from app.store.interactions.interactions import INTERACTIONS
from app.store.kit import activity, events, link_origins
from app.store.kit import links as store
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.link_locks import lock_linked
from app.store.kit.links import Assignment


async def claim(ctx: Context, interaction_id: UUID, claimed: InteractionClaim) -> Document:
    """Assign an interaction to a customer. 409 AlreadyClaimed if it has another one that it is not moved from."""
    await lock_linked(ctx, conversations_of=[interaction_id])
    row = await INTERACTIONS.lock(ctx, interaction_id)
    customer_id = claimed.customer_id
    follows = row["customer_from_id"] is not None
    if await customers.claims(ctx, row["customer_id"], customer_id, claimed.moved_from, follows=follows):
        await assign_customers(ctx, [Assignment(interaction_id, row["customer_id"], customer_id)])
    if claimed.keep_contact and row["contact"] is not None:
        policy = (await customers.load_policies(ctx, [row["source"]])).of(row["source"])
        await _add_contact_point(ctx, customer_id, json.loads(row["contact"]), Channel(row["channel"]), policy)
    await ctx.reactions.follow(ctx)  # it may answer, or be answered, now or no longer
    return await INTERACTIONS.get(ctx, interaction_id)


async def release(ctx: Context, interaction_id: UUID, reason: str) -> Document:
    """Take an interaction from its customer, if it has one."""
    await lock_linked(ctx, conversations_of=[interaction_id])
    row = await INTERACTIONS.lock(ctx, interaction_id)
    if row["customer_id"] is not None:
        await assign_customers(ctx, [Assignment(interaction_id, row["customer_id"], None, reason=reason)])
    await ctx.reactions.follow(ctx)
    return await INTERACTIONS.get(ctx, interaction_id)


async def assign_customers(ctx: Context, assignments: Sequence[Assignment]) -> None:
    """Give locked interactions their customers."""
    rows = await store.assign_customers(ctx, "interaction", assignments)
    await participants.synchronize(ctx, rows)
    await activity.find_last_contacts(ctx, [each.before for each in assignments if each.before is not None])
    changed = [pair for pair in zip(assignments, rows, strict=True) if pair[0].is_told]
    await events.record_all(ctx, [_event(ctx, assignment, row) for assignment, row in changed])


async def take_customers(ctx: Context, interaction_ids: Collection[UUID]) -> None:
    """Those of these locked interactions that have no customer, or one by their thread alone, take that of the first
    that they are linked to.

    Without ids, the database is not queried.
    """
    if not interaction_ids:
        return
    takers = await interaction_store.lock_that_may_take_customer(ctx, interaction_ids)
    named = await link_origins.named_customers(ctx, "interaction", list(takers)) if takers else {}
    assignments = []
    for interaction_id, (origin_id, customer_id) in sorted(named.items()):
        before, origin_before = takers[interaction_id]
        if origin_id != origin_before:
            assignments.append(Assignment(interaction_id, before, customer_id, origin_id, _COMES_FIRST, by_link=True))
    if taken := [each for each in assignments if may_be_assigned(ctx, "interaction", each)]:
        await assign_customers(ctx, taken)


_COMES_FIRST = "What it is about belongs to them"
"""Why something is not whose enquiry it would answer."""


async def release_unlinked(ctx: Context, interaction_ids: Collection[UUID]) -> None:
    """Those of these locked interactions that have their customers from what they are linked to no more are as if they
    had come in now: their own contacts say whose they are, or else what they are still linked to.
    """
    if not interaction_ids or not (holders := await link_origins.unlinked(ctx, "interaction", interaction_ids)):
        return
    own = await customers.find_own_customers(ctx, "interaction", list(holders))
    named = await link_origins.named_customers(
        ctx, "interaction", [id_ for id_ in holders if own[id_].customer_id is None]
    )
    assignments = []
    for interaction_id, holder in holders.items():
        origin_id, customer_id = named.get(interaction_id, (None, own[interaction_id].customer_id))
        if customers.is_released_from(own[interaction_id].reasons, customer_id):
            origin_id = customer_id = None
        again = Assignment(interaction_id, holder, customer_id, origin_id, NO_LONGER_LINKED, by_link=True)
        if not may_be_assigned(ctx, "interaction", again):
            again = replace(again, customer_id=None, origin_id=None)
        assignments.append(again)
    await assign_customers(ctx, assignments)


def _event(ctx: Context, assignment: Assignment, row: Record) -> Event:
    type_, data = change_of("interaction", assignment)
    kind, channel, direction = InteractionKind(row["kind"]), Channel(row["channel"]), Direction(row["direction"])
    title = rules.title(kind, channel, direction, row["subject"])
    if assignment.is_claim:
        # The event has the time of the contact, to be in its place on the timeline of the customer.
        title = rules.claimed_title(kind, channel, direction, row["subject"])
        data = {"kind": row["kind"], "direction": row["direction"]}
        return Event(type_, row["id"], row["customer_id"], title, row["happened_at"], row["channel"], data)
    title = rules.moved_title(title) if assignment.customer_id is not None else rules.released_title(title)
    return Event(type_, row["id"], row["customer_id"], title, ctx.now, row["channel"], data)


async def _add_contact_point(
    ctx: Context, customer_id: UUID, contact: dict[str, str], channel: Channel, policy: SourcePolicy
) -> None:
    """Add a contact point to the customer, as verified, if it identifies somebody and nobody else has it alone."""
    kind, value = ContactKind(contact["kind"]), contact["value"]
    reading = customers.under(ctx, policy)
    try:
        form = normalize(kind, value, reading.number_region, reading.values_of_nobody)
    except NotAContact:
        return
    await customer_store.CUSTOMERS.lock(ctx, customer_id)
    holders = await customer_store.holders_of_contact_points(ctx, [(kind, form.value, form.extension)])
    if not form.identifies or any(holder["customer_id"] not in (customer_id, None) for holder in holders):
        return
    point: dict[str, Any] = {"kind": kind, "value": value, "verified_at": ctx.now}
    if kind is ContactKind.PHONE and channel is Channel.WHATSAPP:
        point["uses"] = [*USUAL_USES, NumberUse.WHATSAPP]
    new = CustomerNew.model_validate({"contact_points": [point]})
    # Somebody says whose it is: the policy of the source decides only how the number is read.
    await customers.fill(ctx, customer_id, new, replace(policy, may_teach=True))
