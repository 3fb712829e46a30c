"""The times of enquiries and their answers are corrected."""

from datetime import datetime

from asyncpg import Record

from app.core.context import Context
from app.core.errors import invalid, out_of_order
from app.rules.interactions import interactions as rules
from app.rules.interactions.interactions import Direction
from app.rules.kit.moments import OUT_OF_ORDER
from app.schemas.interactions.interactions import InteractionContent
from app.store.interactions import interactions as store
from app.store.interactions import threads


def elsewhere(row: Record, new: InteractionContent) -> datetime | None:
    """When an interaction with this content was answered in another system, if it can have been."""
    at: datetime | None = row["answered_elsewhere_at"]
    if at is None or at < new.happened_at or not rules.awaits_answer(new.kind, new.direction):
        return None
    return at


async def correct(ctx: Context, row: Record, new: InteractionContent) -> None:
    """A locked interaction took place at another time than was said. What somebody named as an answer, or answered in
    another system, stays that: 422 where it would come before its enquiry. Reactions look anew for other answers.
    """
    is_inferred = row["answered_by_id"] is not None and row["answered_by_id"] != row["named_answer_id"]
    answered_at = row["answered_at"] if rules.awaits_answer(new.kind, new.direction) and not is_inferred else None
    if answered_at is not None and answered_at < new.happened_at:
        raise invalid("/happened_at", OUT_OF_ORDER, "Must not be after `answered_at`")
    if new.direction is Direction.OUTBOUND:
        enquiries = await threads.named_enquiries(ctx, row["id"])
        if any(new.happened_at < enquiry["happened_at"] for enquiry in enquiries):
            raise out_of_order("/happened_at", "happened_at of the enquiry")
        for enquiry in enquiries:
            await store.INTERACTIONS.change(ctx, enquiry["id"], {"answered_at": new.happened_at})
    if row["direction"] == Direction.OUTBOUND:
        await threads.retime_answers(ctx, row, new.happened_at)
