"""Feedback of nobody who was known, given to whoever it was; and sales that came in after what was said about them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.core.context import Context
from app.core.errors import Conflict, already_claimed, reference_not_found
from app.core.reactions import Reaction
from app.rules.feedback.feedback import OBSERVED
from app.rules.kit import event_types
from app.services import interactions
from app.services.feedback import ideas
from app.services.feedback.drafts import title_of
from app.store import customers as customer_store
from app.store.feedback import feedback as store
from app.store.kit import events
from app.store.kit.documents import Document
from app.store.kit.events import Event
from app.store.kit.jobs import Job

_SAID_IN = ("acknowledged_interaction_id", "notified_interaction_id")


async def claim(ctx: Context, feedback_id: UUID, customer_id: UUID) -> Document:
    """Say whose feedback it is; what was written to them about it is theirs too. 409 AlreadyClaimed if another's."""
    row = await store.lock(ctx, feedback_id)
    if row["visit_id"] is not None:
        raise Conflict("Feedback from a visit belongs to no customer and cannot be claimed")
    holder = row["customer_id"]
    if holder not in (None, customer_id):
        raise already_claimed(holder)
    if holder is None:
        if not await customer_store.existing_ids(ctx, [customer_id]):
            raise reference_not_found("/customer_id", "Customer")
        await _learn(ctx, row, {"customer_id": customer_id})
        for interaction_id in sorted({row[name] for name in _SAID_IN if row[name] is not None}):
            await interactions.claim(ctx, interaction_id, customer_id)
    return await store.get(ctx, feedback_id)


async def on_sales(ctx: Context, sales: Sequence[Event]) -> None:
    """Reaction: a sale was recorded, revised or claimed, and feedback about it may not know of it yet."""
    await link_sales(ctx, [event.subject_id for event in sales])


LINK_NEW_SALE = Reaction(on_sales, when=store.AWAITS_RECEIPT)
LINK_SALE = Reaction(on_sales, when=f"{store.AWAITS_RECEIPT} OR {store.REFERS_TO_SALE}")


async def link_sales(ctx: Context, sale_ids: Iterable[UUID]) -> None:
    """Feedback about these sales learns what they say: that it is about them, where it was, and whose it is.

    By their id, or by the number of the receipt, for what was said before the receipt came in. What is known already
    stays: where it was, and above all whose it is.
    """
    for row in await store.about_sales(ctx, sale_ids):
        learnt = {
            "sale_id": row["of_sale"],
            "site": row["at_site"],
            "till": row["at_till"],
            "staff": row["by_operator"],
            "sku": row["of_sku"],
            "customer_id": None if row["method"] in OBSERVED else row["buyer"],
        }
        if new := {name: value for name, value in learnt.items() if value is not None and row[name] is None}:
            await _learn(ctx, row, new)


async def recheck_receipt(ctx: Context, job: Job) -> None:
    """Job: a receipt may have been coming in at the very moment at which feedback about it did, unseen by either."""
    if (sale_id := await store.receipt_sale(ctx, UUID(job.key))) is not None:
        await link_sales(ctx, [sale_id])


async def _learn(ctx: Context, row: Mapping[str, Any], new: dict[str, Any]) -> None:
    feedback_id, customer_id = row["id"], new.get("customer_id", row["customer_id"])
    await store.change(ctx, feedback_id, new)
    await store.update_ratings(ctx, [feedback_id])
    if "customer_id" in new:
        # At the time it was collected: there it belongs on the timeline of its customer.
        type_, at = event_types.FEEDBACK_CLAIMED, row["collected_at"]
        if row["idea_id"] is not None:
            await ideas.vote(ctx, row["idea_id"], customer_id=customer_id, feedback_id=feedback_id, at=at)
    else:
        type_, at = event_types.FEEDBACK_UPDATED, ctx.now
    changes = [{"pointer": f"/{name}", "stored": None, "sent": str(value)} for name, value in new.items()]
    title, data = type_.titled(feedback=title_of(row)), {"changes": changes}
    event = Event(type_, feedback_id, customer_id, title, at, row["channel"], data)
    await events.record(ctx, event)
