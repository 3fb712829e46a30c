"""What follows when a sale was recorded, revised, or given to its buyer, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.core.context import Context
from app.rules.sales.receipts import SaleKind
from app.rules.surveys import After
from app.services import feedback, surveys


@dataclass(frozen=True, slots=True)
class Sold:
    """A sale as it is now."""

    id: UUID
    kind: SaleKind
    occurred_at: datetime
    site: str | None
    operator: str | None
    channel: str
    customer_id: UUID | None
    new: bool
    """It came in just now; else it was known, and was revised or claimed."""
    awaited: bool
    """Something was said about it that may not know of it yet."""


async def follow(ctx: Context, sales: Sequence[Sold], *, asking: bool = True) -> None:
    """Receipts come in by the thousand: nothing here may ask the database about a sale that nobody waits for.

    Feedback learns whose it is (`feedback_claims`). Survey rules ask the buyers (`occasions`); without `asking`, it is
    known that there are none.
    """
    if awaited := [sale.id for sale in sales if sale.awaited]:
        await feedback.follow_sale(ctx, awaited)
    bought = [sale.id for sale in sales if sale.customer_id is not None and sale.kind is not SaleKind.RETURN]
    if asking:
        await surveys.arisen(ctx, After.SALE, bought)
