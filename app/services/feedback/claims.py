"""Giving feedback to a customer, and linking feedback to sales that are recorded later."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict
from app.core.reactions import Reaction
from app.rules.feedback.feedback import OBSERVED
from app.rules.kit import event_types
from app.services import customers, interactions
from app.services.feedback import ideas
from app.services.feedback.drafts import title_of
from app.store.feedback import feedback as store
from app.store.feedback.feedback_row import FeedbackRow
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.jobs import Job


async def claim(ctx: Context, feedback_id: UUID, customer_id: UUID) -> Document:
    """Set the customer of feedback and of the messages about it. 409 AlreadyClaimed if it has another one."""
    row = FeedbackRow.from_record(await store.FEEDBACK.lock(ctx, feedback_id))
    if row.visit_id is not None:
        raise Conflict("Feedback from a visit belongs to no customer and cannot be claimed")
    if await customers.claims(ctx, row.customer_id, customer_id):
        await _update(ctx, row, {"customer_id": customer_id})
        steps = [step for step in (row.acknowledged, row.notified) if step is not None]
        for interaction_id in sorted({step.interaction_id for step in steps if step.interaction_id is not None}):
            await interactions.claim(ctx, interaction_id, customer_id)
    return await store.FEEDBACK.get(ctx, feedback_id)


async def on_sales(ctx: Context, sales: Sequence[Event]) -> None:
    """Reaction: sales were recorded, revised or claimed, and feedback about them may not be linked yet."""
    await link_sales(ctx, [event.subject_id for event in sales])


LINK_NEW_SALE = Reaction(on_sales, when=store.AWAITS_RECEIPT)
LINK_SALE = Reaction(on_sales, when=f"{store.AWAITS_RECEIPT} OR {store.REFERS_TO_SALE}")


async def link_sales(ctx: Context, sale_ids: Iterable[UUID]) -> None:
    """Fill in what is missing in feedback about these sales: sale, site, till, staff, product and customer.

    Found by the id of the sale, or by the number of the receipt where the feedback came first. Nothing is overwritten.
    """
    for row, sale in await store.about_sales(ctx, sale_ids):
        values = {
            "sale_id": sale.sale_id,
            "site": sale.site,
            "till": sale.till,
            "staff": sale.staff,
            "sku": sale.sku,
            "customer_id": None if row.method in OBSERVED else sale.customer_id,
        }
        if new := {name: v for name, v in values.items() if v is not None and getattr(row, name) is None}:
            await _update(ctx, row, new)


async def recheck_receipt(ctx: Context, job: Job) -> None:
    """Job: link feedback to a receipt that was being recorded at the same time, unseen by either transaction."""
    if (sale_id := await store.receipt_sale(ctx, UUID(job.key))) is not None:
        await link_sales(ctx, [sale_id])


async def _update(ctx: Context, row: FeedbackRow, new: dict[str, Any]) -> None:
    customer_id = new.get("customer_id", row.customer_id)
    await store.FEEDBACK.change(ctx, row.id, new)
    await store.update_ratings(ctx, [row.id])
    if "customer_id" in new:
        # Dated when it was collected: that is its place on the timeline of its customer.
        type_, at = event_types.FEEDBACK_CLAIMED, row.collected_at
        if row.idea_id is not None:
            await ideas.vote(ctx, row.idea_id, customer_id=customer_id, feedback_id=row.id, at=at)
    else:
        type_, at = event_types.FEEDBACK_UPDATED, ctx.now
    changes = [{"pointer": f"/{name}", "stored": None, "sent": str(value)} for name, value in new.items()]
    title, data = type_.titled(feedback=title_of(row)), {"changes": changes}
    await events.record(ctx, Event(type_, row.id, customer_id, title, at, row.channel, data))
