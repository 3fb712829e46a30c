"""Giving feedback to a customer, and linking feedback to sales that are recorded later."""

from collections.abc import Iterable, Mapping, Sequence
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
from app.services.kit.links import change_of
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
    """Take feedback from its customer, if it has one."""
    await lock_linked(ctx, feedback=[feedback_id])
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.customer_id is not None:
        await assign_customers(ctx, [Assignment(feedback_id, row.customer_id, None, reason=reason)])
    return await store.FEEDBACK.get(ctx, feedback_id)


async def assign_customers(
    ctx: Context, assignments: Sequence[Assignment], filled_in: Mapping[UUID, Mapping[str, Any]] = MappingProxyType({})
) -> None:
    """Give locked feedback its customers, with its figures and its vote; `filled_in` is told with it, by its id."""
    rows = [FeedbackRow.from_record(record) for record in await links.assign_customers(ctx, "feedback", assignments)]
    await store.update_ratings(ctx, [row.id for row in rows])
    for assignment, row in zip(assignments, rows, strict=True):
        if assignment.before != assignment.customer_id:
            await _carry_vote(ctx, row, assignment)
        if assignment.is_told:
            await events.record(ctx, _event(ctx, row, assignment, filled_in.get(row.id, {})))


async def _carry_vote(ctx: Context, row: FeedbackRow, assignment: Assignment) -> None:
    if row.idea_id is None:
        return
    if assignment.before is not None:
        await ideas.release_vote(ctx, row.idea_id, assignment.before, row.id)
    await ideas.vote(ctx, row.idea_id, customer_id=assignment.customer_id, feedback_id=row.id, at=row.collected_at)


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
        takes = row.customer_id is None or (row.sale_id is None and _is_found_by_contact(row))
        may_take = sale.customer_id is not None and sale.customer_id not in row.taken_from
        claims = takes and may_take and row.method not in OBSERVED
        if new := {name: v for name, v in values.items() if v is not None and getattr(row, name) is None}:
            filled_in[row.id] = new
            await _fill_in(ctx, row, new, tell=not claims or row.customer_id is not None)
        if claims:
            assignments.append(Assignment(row.id, row.customer_id, sale.customer_id, sale.sale_id))
    if assignments:
        await assign_customers(ctx, assignments, filled_in)


def _is_found_by_contact(row: FeedbackRow) -> bool:
    """Whether nobody has said whose it is, nor a record that it is about."""
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
