"""Limits returns to what was sold: tracks what is left of the receipts that those of one batch return.

Receipts that are not known yet can be returned, since tills may send them later. If they turn out smaller, they are
taken all the same, and flagged (see `settlement`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from app.core.context import Context
from app.core.errors import RefundExceedsSale
from app.rules.kit.money import minor_unit
from app.rules.sales.receipts import PRICED, LineKind
from app.rules.sales.returns import GivenBack, LineKey, Refund, SoldLine, exceeds, exceeds_gross
from app.rules.sales.sums import ZERO
from app.services.sales.receipts import Line, ReceiptDraft
from app.store.sales import returns as store
from app.store.sales.settlement import ReceiptKey


@dataclass(slots=True)
class _Sold:
    """A receipt that is known, as it stands after the receipts of the batch so far."""

    currency: str
    voided: bool
    customer_id: UUID | None
    over_returned: bool
    gross: Decimal
    lines: dict[int, SoldLine] = field(default_factory=dict)


class Returns:
    """What is left of the receipts that a batch returns, receipt after receipt."""

    def __init__(self) -> None:
        self._sold: dict[ReceiptKey, _Sold] = {}
        self._given_back: dict[ReceiptKey, dict[int, list[GivenBack]]] = {}
        """By the receipt that it was given back of, and the number of the line."""
        self._tracks = False

    @classmethod
    async def load(cls, ctx: Context, receipts: Sequence[ReceiptDraft]) -> "Returns":
        """The stored receipts that some of these replace or return must be locked."""
        returns = cls()
        keys = {key for receipt in receipts for _, key, _ in receipt.returns}
        revised = [receipt.id for receipt in receipts if receipt.is_revision]
        if not keys and not revised:
            return returns
        returns._tracks = True
        for row in await store.sold(ctx, keys, revised):
            sold = returns._sold.setdefault(
                ReceiptKey(row["source"], row["receipt_no"]),
                _Sold(row["currency"], row["voided"], row["customer_id"], row["over_returned"], row["gross"]),
            )
            if row["line_no"] is not None:
                values = row["sku"], row["quantity"], row["total"], row["tax_on_top"]
                sold.lines[row["line_no"]] = SoldLine(LineKind(row["kind"]), *values)
        for key, given_back in await store.given_back(ctx, {ReceiptKey(*key[:2]) for key in keys} | set(returns._sold)):
            returns._note(key, given_back)
        return returns

    def refuse(self, receipt: ReceiptDraft) -> RefundExceedsSale | None:
        """The problem of a receipt that returns too much, or is revised below what was returned of it."""
        if not self._tracks or self._is_voided(receipt):
            return None
        own: dict[LineKey, list[GivenBack]] = {}
        refund = _refund_of(receipt)
        last: dict[ReceiptKey, int] = {}
        for n, key, line in receipt.returns:
            given = _given_back_by(receipt, line, refund)
            problem = self._refuse_line(receipt, n, key, given, own.get(key, []))
            if problem is not None:
                return problem
            own.setdefault(key, []).append(given)
            last[ReceiptKey(*key[:2])] = n
        for of, n in last.items():
            mine = [given for key, all_ in own.items() if key[:2] == of for given in all_]
            if (problem := self._refuse_sum(receipt, n, of, mine)) is not None:
                return problem
        return self._refuse_revision(receipt) if receipt.is_revision else None

    def add(self, receipt: ReceiptDraft) -> bool:
        """Add what a receipt that is going to be written returns and sells.

        Returns whether others change when that is settled: earlier receipts follow its buyer, or too much was returned
        of another one, of which it takes back less than before.
        """
        if not self._tracks:
            return False
        unsettled = any(self._given_back.get(ReceiptKey(*receipt.key), {}).values())
        if receipt.is_revision:
            for of, lines in self._given_back.items():
                for line_no, all_ in lines.items():
                    lines[line_no] = [given for given in all_ if given.sale_id != receipt.id]
                    is_less = len(lines[line_no]) < len(all_)
                    unsettled |= is_less and (sold := self._sold.get(of)) is not None and sold.over_returned
        refund = _refund_of(receipt)
        for _, key, line in [] if self._is_voided(receipt) else receipt.returns:
            self._note(key, _given_back_by(receipt, line, refund))
        before = self._sold.get(ReceiptKey(*receipt.key))
        self._sold[ReceiptKey(*receipt.key)] = _Sold(
            receipt.currency,
            before is not None and before.voided,
            receipt.customer_id,
            before is not None and before.over_returned,
            receipt.gross,
            _sold_lines(receipt),
        )
        return unsettled

    def awaited(self, receipt: ReceiptDraft) -> ReceiptKey | None:
        """The first receipt of which it returns something, and which is not known yet."""
        if not self._tracks:
            return None
        returned = (ReceiptKey(*key[:2]) for _, key, _ in receipt.returns)
        return next((key for key in returned if key not in self._sold), None)

    def buyers(self, receipt: ReceiptDraft) -> set[UUID]:
        """The buyers of the receipts that it returns, as far as they are known."""
        if not self._tracks:
            return set()
        sold = (self._sold.get(ReceiptKey(*key[:2])) for _, key, _ in receipt.returns)
        return {s.customer_id for s in sold if s is not None and s.customer_id is not None}

    def _is_voided(self, receipt: ReceiptDraft) -> bool:
        """Whether the stored receipt is voided, so that no revision of it gives anything back."""
        stored = self._sold.get(ReceiptKey(*receipt.key))
        return stored is not None and stored.voided

    def _note(self, key: LineKey, given_back: GivenBack) -> None:
        self._given_back.setdefault(ReceiptKey(*key[:2]), {}).setdefault(key.line_no, []).append(given_back)

    def _refuse_line(
        self, receipt: ReceiptDraft, n: int, key: LineKey, given: GivenBack, own: Sequence[GivenBack]
    ) -> RefundExceedsSale | None:
        """`own` is what earlier lines of the same receipt return of the same line."""
        sold = self._sold.get(ReceiptKey(*key[:2]))
        if sold is None:
            return None
        line, pointer = receipt.lines[n], f"/lines/{n}/refund_of"
        if sold.voided:
            return _refused(pointer, "voided", f"Receipt {key.receipt_no} is voided")
        if sold.currency != receipt.currency:
            return _refused(pointer, "other_currency", f"Receipt {key.receipt_no} is in {sold.currency}")
        returned = sold.lines.get(key.line_no)
        if returned is None:
            return _refused(pointer, "unknown_line", f"Receipt {key.receipt_no} has no line {key.line_no}")
        if returned.kind is not line.kind:
            detail = f"Line {key.line_no} of receipt {key.receipt_no} is of the kind {returned.kind}"
            return _refused(f"/lines/{n}/kind", "other_kind", detail)
        if not returned.is_of(line.sku):
            return _refused(
                pointer, "other_product", f"Line {key.line_no} of receipt {key.receipt_no} sold {returned.sku}"
            )
        all_ = self._given_back.get(ReceiptKey(*key[:2]), {}).get(key.line_no, [])
        earlier = [other for other in all_ if other.sale_id != receipt.id]
        left, left_total = returned.left([*earlier, *own], sold.currency)
        unit = minor_unit(sold.currency)
        if exceeds(left, left_total, given.quantity, returned.given_back(given), unit):
            amount = f"{max(left_total, ZERO).quantize(unit)} {sold.currency}"
            rest = f"{amount} of discount" if line.kind is LineKind.DISCOUNT else f"{left} for {amount}"
            detail = f"Line {key.line_no} of receipt {key.receipt_no} has {rest} left to return"
            return _refused(pointer, "exceeds", detail)
        return None

    def _refuse_sum(
        self, receipt: ReceiptDraft, n: int, of: ReceiptKey, own: Sequence[GivenBack]
    ) -> RefundExceedsSale | None:
        """`own` is what the receipt, whose last line of it is the n-th, returns of that receipt."""
        if (sold := self._sold.get(of)) is None or not any(given.money > 0 for given in own):
            return None
        lines = self._given_back.get(of, {}).values()
        earlier = [given for all_ in lines for given in all_ if given.sale_id != receipt.id]
        if not exceeds_gross(sold.gross, [*earlier, *own], sold.currency, minor_unit(sold.currency)):
            return None
        detail = f"More than {sold.gross} {sold.currency}, which receipt {of.receipt_no} came to, would be given back"
        return _refused(f"/lines/{n}/refund_of", "exceeds", detail)

    def _refuse_revision(self, receipt: ReceiptDraft) -> RefundExceedsSale | None:
        """A receipt that was returned too much of before may be revised in any way."""
        if (before := self._sold.get(ReceiptKey(*receipt.key))) is None or before.over_returned:
            return None
        unit, positions = minor_unit(receipt.currency), {line.line_no: n for n, line in enumerate(receipt.lines)}
        given_back, lines = self._given_back.get(ReceiptKey(*receipt.key), {}), _sold_lines(receipt)
        for line_no, all_ in given_back.items():
            if not all_:
                continue
            if any(given.currency != receipt.currency for given in all_):
                return _refused("/currency", "other_currency", f"Line {line_no} was returned in another currency")
            if (n := positions.get(line_no)) is None:
                return _refused("/lines", "unknown_line", f"Line {line_no} is missing, of which some was returned")
            sold = lines[line_no]
            if any(given.kind is not sold.kind for given in all_):
                return _refused(f"/lines/{n}/kind", "other_kind", "Something of another kind was returned of this line")
            if not all(sold.is_of(given.sku) for given in all_):
                return _refused(f"/lines/{n}/sku", "other_product", "Another product of this line was returned")
            left, left_total = sold.left(all_, receipt.currency)
            taken, taken_total = sold.quantity - left, (sold.amount - left_total).quantize(unit)
            if exceeds(sold.quantity, sold.amount, taken, taken_total, unit):
                detail = f"{taken} for {taken_total} {receipt.currency} of this line was returned"
                return _refused(f"/lines/{n}", "exceeds", detail)
        money = [given for all_ in given_back.values() for given in all_]
        if exceeds_gross(receipt.gross, money, receipt.currency, unit):
            detail = f"More than {receipt.gross} {receipt.currency}, which is what it comes to, was given back"
            return _refused("/total", "exceeds", detail)
        return None


def _sold_lines(receipt: ReceiptDraft) -> dict[int, SoldLine]:
    """By their numbers."""
    on_top = receipt.tax_on_top
    return {
        line.line_no: SoldLine(line.kind, line.sku, line.quantity, line.total, line.tax if on_top else ZERO)
        for line in receipt.lines
    }


def _refund_of(receipt: ReceiptDraft) -> Refund:
    lines = [line for line in receipt.lines if line.total < 0 and line.kind in PRICED]
    total, tax = sum((line.total for line in lines), ZERO), sum((line.tax for line in lines), ZERO)
    return Refund(receipt.refunded, -total, -tax, receipt.tax_on_top)


def _given_back_by(receipt: ReceiptDraft, line: Line, refund: Refund) -> GivenBack:
    """What a line of a receipt gives back of the line that it returns."""
    values = line.kind, line.sku, line.quantity, line.total, line.tax, line.goods_kept
    return GivenBack.by_line(receipt.id, receipt.currency, *values, refund)


def returned_receipts(receipts: Iterable[ReceiptDraft]) -> set[ReceiptKey]:
    """The receipts of which these return something."""
    return {ReceiptKey(*key[:2]) for receipt in receipts for _, key, _ in receipt.returns}


def _refused(pointer: str, code: str, detail: str) -> RefundExceedsSale:
    return RefundExceedsSale(errors=[{"pointer": pointer, "code": code, "detail": detail}])
