"""Limits returns to what was sold: tracks what is left of the lines that the receipts of one batch return."""

from collections.abc import Sequence
from uuid import UUID

from app.core.context import Context
from app.core.errors import RefundExceedsSale
from app.rules.kit.money import minor_unit
from app.rules.sales import receipts as rules
from app.rules.sales.receipts import ZERO
from app.services.sales.receipts import ReceiptDraft
from app.store.sales import intake as store
from app.store.sales.intake import Balance, LineKey


class Returns:
    """The balances of returned lines. A line that is not stored yet can be returned, since tills may send it later."""

    def __init__(self, balances: dict[LineKey, Balance]) -> None:
        self._balances = balances

    @classmethod
    async def load(cls, ctx: Context, receipts: Sequence[ReceiptDraft], revised: Sequence[UUID]) -> "Returns":
        keys = {key for receipt in receipts for _, key, _ in receipt.returns}
        return cls(await store.balances(ctx, keys, revised) if keys else {})

    def add(self, receipt: ReceiptDraft) -> RefundExceedsSale | None:
        """Add what a receipt returns and sells, or return the problem of a line that returns too much."""
        if not self._balances:
            return None
        unit = minor_unit(receipt.new.currency)
        after = dict(self._balances)
        for n, key, line in receipt.returns:
            balance = after[key]
            if balance.quantity is not None and balance.total is not None:
                left, left_total = balance.quantity + balance.returned, balance.total + balance.returned_total
                if rules.exceeds(left, left_total, line.quantity, line.total, unit):
                    return _exceeded(n, key, left, left_total, receipt.new.currency)
            after[key] = balance._replace(
                returned=balance.returned + min(line.quantity, ZERO),
                returned_total=balance.returned_total + min(line.total, ZERO),
            )
        for line in receipt.lines:
            key = LineKey(receipt.new.source, receipt.new.receipt_no, line.line_no)
            if key in after:
                after[key] = after[key]._replace(quantity=line.quantity, total=line.total)
        self._balances = after
        return None


def _exceeded(n: int, key: LineKey, left: object, left_total: object, currency: str) -> RefundExceedsSale:
    detail = f"Line {key.line_no} of receipt {key.receipt_no} has {left} for {left_total} {currency} left to return"
    return RefundExceedsSale(errors=[{"pointer": f"/lines/{n}/refund_of", "code": "exceeds", "detail": detail}])
