"""Giving feedback to a customer, and linking feedback to sales that are recorded later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.core.reactions import Reaction
from app.rules.customers import ReasonResult
from app.rules.feedback.feedback import OBSERVED
from app.rules.kit import event_types
from app.schemas.feedback.loop import FeedbackClaim
from app.services import customers
from app.services.feedback import ideas
from app.services.feedback.drafts import title_of
from app.services.kit.links import change_of, take_customers
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.kit import events, links
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.link_locks import lock_linked
from app.store.kit.links import Assignment


async def claim(ctx: Context, feedback_id: UUID, claimed: FeedbackClaim) -> Document:
    """Set the customer of feedback. 409 AlreadyClaimed if it has another one that it is not moved from."""
    await lock_linked(ctx, feedback=[feedback_id])
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.visit_id is not None:
        raise Conflict("Feedback from a visit belongs to no customer and cannot be claimed")
    follows = row.customer_from_id is not None
    if await customers.claims(ctx, row.customer_id, claimed.customer_id, claimed.moved_from, follows=follows):
        await assign_customers(ctx, [Assignment(feedback_id, row.customer_id, claimed.customer_id)])
    return await store.FEEDBACK.get(ctx, feedback_id)


async def release(ctx: Context, feedback_id: UUID, reason: str) -> Document:
    """Take feedback from its customer, if it has one. It may be somebody else's by what it is about."""
    await lock_linked(ctx, feedback=[feedback_id], with_leaders=True)
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.customer_id is not None:
        await assign_customers(ctx, [Assignment(feedback_id, row.customer_id, None, reason=reason)])
        if taken := await take_customers(ctx, "feedback", feedback_id):
            await assign_customers(ctx, taken)
    return await store.FEEDBACK.get(ctx, feedback_id)


async def assign_customers(
    ctx: Context, assignments: Sequence[Assignment], filled_in: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({})
) -> None:
    """Give locked feedback its customers, with its figures and its votes; `filled_in` is told with it, by its id.

    What loses its customer with what it is about is whose the author's contact is, as if it had come in now.
    """
    unlinked = [each.id for each in assignments if each.by_link and each.customer_id is None]
    own = await customers.find_own_customers(ctx, "feedback", unlinked)
    assignments = [
        replace(each, customer_id=own[each.id].customer_id) if each.id in own else each for each in assignments
    ]
    rows = [FeedbackRow.from_record(record) for record in await links.assign_customers(ctx, "feedback", assignments)]
    await store.update_ratings(ctx, [row.id for row in rows])
    for assignment, row in zip(assignments, rows, strict=True):
        if assignment.before != assignment.customer_id:
            await ideas.carry_votes(ctx, row, assignment.before, assignment.customer_id, row.collected_at)
        if assignment.is_told:
            await events.record(ctx, _event(ctx, row, assignment, filled_in.get(row.id, {})))


def _event(ctx: Context, row: FeedbackRow, assignment: Assignment, filled_in: Mapping[str, Any]) -> Event:
    type_, data = change_of("feedback", assignment)
    title = type_.titled(feedback=title_of(row))
    if assignment.is_claim:
        # Dated when it was collected: that is its place on the timeline of its customer.
        changes = _changes({**filled_in, "customer_id": assignment.customer_id})
        return Event(type_, row.id, row.customer_id, title, row.collected_at, row.channel, {"changes": changes})
    return Event(type_, row.id, row.customer_id, title, ctx.now, row.channel, data)


async def on_sales(ctx: Context, sales: Sequence[Event]) -> None:
    """Reaction: sales were recorded, revised or claimed, and feedback about them may not be linked yet."""
    await link_sales(ctx, [event.subject_id for event in sales])


LINK_NEW_SALE = Reaction(on_sales, when=store.AWAITS_RECEIPT)
LINK_SALE = Reaction(on_sales, when=f"{store.AWAITS_RECEIPT} OR {store.REFERS_TO_SALE}")


async def link_sales(ctx: Context, sale_ids: Iterable[UUID]) -> None:
    """Fill in what is missing in feedback about these sales: sale, site, till, staff, product and customer.

    Found by the id of the sale, or by the number of the receipt where the feedback came first. Nothing is overwritten,
    but for a customer who was only found by the author's contact: the buyer of the receipt says more, as where the
    receipt came first.
    """
    assignments: list[Assignment] = []
    filled_in: dict[UUID, dict[str, Any]] = {}
    for row, sale in await store.about_sales(ctx, sale_ids):
        values = {"sale_id": sale.sale_id, "site": sale.site, "till": sale.till, "staff": sale.staff, "sku": sale.sku}
        takes = row.customer_id is None or (row.sale_id is None and _says_less_than_sale(row))
        may_take = sale.customer_id is not None and sale.customer_id not in row.taken_from
        claims = takes and may_take and row.method not in OBSERVED
        if new := {name: v for name, v in values.items() if v is not None and getattr(row, name) is None}:
            filled_in[row.id] = new
            await _fill_in(ctx, row, new, tell=not claims or row.customer_id is not None)
        if claims:
            assignments.append(Assignment(row.id, row.customer_id, sale.customer_id, sale.sale_id))
    if assignments:
        await assign_customers(ctx, assignments, filled_in)


def _says_less_than_sale(row: FeedbackRow) -> bool:
    """Whether something else that it is about says whose it is, or only the author's contact: nobody has said so."""
    if row.customer_from_id is not None:
        return row.customer_from_id in (row.complaint_id, row.interaction_id)
    decided = (each for each in row.match_reasons[:1] if each["result"] == ReasonResult.FOUND and each["kind"] != "id")
    return any(each["customer_id"] == str(row.customer_id) for each in decided)


async def _fill_in(ctx: Context, row: FeedbackRow, new: Mapping[str, Any], *, tell: bool) -> None:
    await store.FEEDBACK.change(ctx, row.id, new)
    await store.update_ratings(ctx, [row.id])
    if tell:
        type_, data = event_types.FEEDBACK_UPDATED, {"changes": _changes(new)}
        title = type_.titled(feedback=title_of(row))
        await events.record(ctx, Event(type_, row.id, row.customer_id, title, ctx.now, row.channel, data))


def _changes(new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Of fields that were empty."""
    return [{"pointer": f"/{name}", "stored": None, "sent": str(value)} for name, value in new.items()]
