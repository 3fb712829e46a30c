"""The customers whom the receipts of a batch may change: they are locked at once, before any of them is changed."""

from collections.abc import Iterable
from uuid import UUID

from app.core.context import Context
from app.store import customers as store


class Involved:
    """Each statement that writes receipts locks its own customers in order; several of them would be in no order."""

    def __init__(self) -> None:
        self._known: set[UUID] = set()
        self._locked: set[UUID] = set()

    def add(self, customer_ids: Iterable[UUID | None]) -> None:
        self._known |= {customer_id for customer_id in customer_ids if customer_id is not None}

    async def lock(self, ctx: Context) -> None:
        """Lock those who are known by now, in order of id. One alone is locked by what changes them."""
        if len(self._known) > 1 and (unlocked := self._known - self._locked):
            await store.lock(ctx, unlocked)
            self._locked |= unlocked
