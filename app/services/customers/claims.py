"""What every assignment of a record to a customer has to check."""

from uuid import UUID

from app.core.context import Context
from app.core.errors import AlreadyClaimed, Conflict, reference_not_found
from app.store.customers import customers as store


async def require_customer(ctx: Context, customer_id: UUID | None) -> None:
    """422 ValidationFailed for a customer who does not exist."""
    if customer_id is not None and not await store.existing_ids(ctx, [customer_id]):
        raise reference_not_found("/customer_id", "Customer")


async def claims(
    ctx: Context, holder: UUID | None, customer_id: UUID, moved_from: UUID | None = None, *, follows: bool
) -> bool:
    """Whether a record of `holder` becomes one of `customer_id`; false if it is one already, unless it only `follows`
    another record that is: it stays theirs then.

    409 AlreadyClaimed if it has another holder, unless it is `moved_from` this one; 409 Conflict if it is to be moved
    from somebody but has no holder; 422 ValidationFailed for a customer who does not exist.
    """
    if holder == customer_id:
        return follows
    if holder is not None and holder != moved_from:
        raise AlreadyClaimed(f"Already belongs to customer {holder}", customer_id=str(holder))
    if holder is None and moved_from is not None:
        raise Conflict(f"Belongs to no customer, so it cannot be moved from {moved_from}")
    await require_customer(ctx, customer_id)
    return True
