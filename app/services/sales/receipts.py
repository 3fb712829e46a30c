"""Drafts of receipts: what was sent, with its sums checked and turned into rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import ValidationFailed, invalid
from app.core.ids import new_id
from app.rules.customers import Match
from app.rules.kit.content_hash import content_hash
from app.rules.kit.event_types import SALE_RECORDED
from app.rules.kit.money import minor_unit, scaled
from app.rules.kit.timestamps import format_timestamp
from app.rules.kit.withdrawn_currencies import WITHDRAWN
from app.rules.sales import receipts as rules
from app.rules.sales.receipts import ZERO, MatchedBy, SaleKind
from app.schemas.sales.sales import SaleNew
from app.store.kit.events import Event
from app.store.sales.intake import Row
from app.store.sales.returns import LineKey

_AMOUNT_LIMIT = Decimal(10) ** 12


class Line(NamedTuple):
    line_no: int
    sku: str | None
    name: str | None
    category: str | None
    batch: str | None
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    refund_source: str | None
    refund_receipt_no: str | None
    refund_line_no: int | None
    goods_kept: bool


@dataclass(slots=True)
class ReceiptDraft:
    """An incoming receipt with its sums; its buyer is set later."""

    new: SaleNew
    id: UUID
    content_hash: bytes
    kind: SaleKind
    lines: list[Line]
    total: Decimal
    gross: Decimal
    refunded: Decimal
    balanced: bool
    customer_id: UUID | None = None
    match: Match = Match.ANONYMOUS
    candidates: tuple[UUID, ...] = ()
    matched_by: MatchedBy | None = None
    match_reasons: Sequence[Mapping[str, str]] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.new.source, self.new.receipt_no

    @property
    def returns(self) -> list[tuple[int, LineKey, Line]]:
        """The lines that name the line that they return: position, key of the returned line, and the line itself."""
        return [
            (n, LineKey(line.refund_source, line.refund_receipt_no, line.refund_line_no or 0), line)
            for n, line in enumerate(self.lines)
            if line.refund_source is not None and line.refund_receipt_no is not None
        ]

    @property
    def title(self) -> str:
        """The title on a timeline."""
        verb = {SaleKind.SALE: "Bought", SaleKind.RETURN: "Returned", SaleKind.EXCHANGE: "Exchanged"}[self.kind]
        count = len(self.lines)
        return SALE_RECORDED.titled(
            bought=verb,
            total=abs(self.total),
            currency=self.new.currency,
            at_site=f" at {self.new.site}" if self.new.site else "",
            items=f" ({count} item{'s' if count != 1 else ''})" if count else "",
        )

    @property
    def event(self) -> Event:
        """The event that is written with the receipt (see `store.sales.intake`)."""
        new = self.new
        data = {
            "source": new.source,
            "receipt_no": new.receipt_no,
            "kind": self.kind.value,
            "total": str(self.total),
            "currency": new.currency,
            "site": new.site,
        }
        channel = new.channel.value
        return Event(SALE_RECORDED, self.id, self.customer_id, self.title, new.occurred_at, channel, data)

    def row(self, now: datetime) -> Row:
        """In the order of store.sales.intake.SALE."""
        new = self.new
        return (
            self.id,
            new.source,
            new.receipt_no,
            new.revision,
            self.kind.value,
            new.occurred_at,
            new.business_date or new.occurred_at.date(),
            new.site,
            new.till,
            new.operator,
            new.channel.value,
            new.currency,
            self.customer_id,
            self.match.value,
            new.customer and new.customer.model_dump(mode="json", exclude_none=True),
            self.candidates,
            self.matched_by and self.matched_by.value,
            self.match_reasons,
            [payment.model_dump(mode="json") for payment in new.payments],
            self.total,
            self.gross,
            self.refunded,
            self.balanced,
            new.attributes,
            self.content_hash,
            now,
            now,
        )

    def line_rows(self) -> list[Row]:
        """In the order of store.sales.intake.SALE_LINE."""
        return [(self.id, *line) for line in self.lines]

    def as_sent(self) -> dict[str, Any]:
        """The JSON of the stored receipt, limited to the fields that its sender decides."""
        new = self.new
        return {
            "source": new.source,
            "receipt_no": new.receipt_no,
            "occurred_at": format_timestamp(new.occurred_at),
            "business_date": new.business_date and new.business_date.isoformat(),
            "site": new.site,
            "till": new.till,
            "operator": new.operator,
            "channel": new.channel.value,
            "currency": new.currency,
            "customer": new.customer and new.customer.model_dump(mode="json", exclude_none=True),
            "lines": [
                {
                    **{
                        name: str(v) if isinstance(v, Decimal) else v
                        for name, v in line._asdict().items()
                        if name[:6] != "refund" and name != "goods_kept"
                    },
                    "refund_of": line.refund_receipt_no
                    and {
                        "source": line.refund_source,
                        "receipt_no": line.refund_receipt_no,
                        "line_no": line.refund_line_no,
                        "goods_kept": line.goods_kept,
                    },
                }
                for line in sorted(self.lines, key=lambda line: line.line_no)
            ],
            "payments": [payment.model_dump(mode="json") for payment in new.payments],
            "total": str(self.total),
            "attributes": new.attributes,
        }


def draft_receipt(new: SaleNew) -> ReceiptDraft:
    """Raises ValidationFailed for what cannot be a receipt, whatever else is stored.

    A duplicate line number, an amount that nobody can pay to the last digit, a sum of more than 12 digits, a currency
    that was withdrawn before, a return of its own line or of less than nothing.
    """
    content = new.model_dump_json(exclude_none=True)
    _require_currency_of_its_time(new)
    _require_payable_amounts(new)
    _require_returns_of_others(new)
    unit = minor_unit(new.currency)
    lines = [
        Line(
            line.line_no if line.line_no is not None else n,
            line.sku,
            line.name,
            line.category,
            line.batch,
            line.quantity,
            _scaled(line.unit_price, new.currency),
            _scaled(line.discount or ZERO, new.currency),
            _scaled(line.tax or ZERO, new.currency),
            _scaled(
                rules.line_total(line.quantity, line.unit_price, line.discount or ZERO, unit)
                if line.total is None
                else line.total,
                new.currency,
            ),
            (line.refund_of.source or new.source) if line.refund_of else None,
            line.refund_of.receipt_no if line.refund_of else None,
            line.refund_of.line_no if line.refund_of else None,
            line.refund_of is not None and line.refund_of.goods_kept,
        )
        for n, line in enumerate(new.lines, start=1)
    ]
    _require_distinct_line_numbers(lines)
    total = _scaled(sum((line.total for line in lines), ZERO) if new.total is None else new.total, new.currency)
    _require_within_limit(lines, total)
    gross, refunded = rules.turnover(lines, total, unit)
    return ReceiptDraft(
        new,
        new_id(),
        content_hash(content),
        rules.receipt_kind(lines, total),
        lines,
        total,
        _scaled(gross, new.currency),
        _scaled(refunded, new.currency),
        rules.balanced(lines, [payment.amount for payment in new.payments], total, unit)
        and not any(
            sent.total is None and rules.rounded_away(line.quantity, line.unit_price, line.discount, unit)
            for sent, line in zip(new.lines, lines, strict=True)
        ),
    )


@lru_cache(maxsize=8_192)
def _scaled(amount: Decimal, currency: str) -> Decimal:
    return scaled(amount, currency)


def _require_currency_of_its_time(new: SaleNew) -> None:
    last_day = WITHDRAWN.get(new.currency)
    if last_day is not None and new.occurred_at.date() > last_day:
        raise invalid("/currency", "currency", f"{new.currency} was withdrawn after {last_day}")


def _require_payable_amounts(new: SaleNew) -> None:
    """Prices of one unit may be finer than the smallest coin, as those of fuel are; what is paid cannot."""
    unit = minor_unit(new.currency)
    amounts = [new.total, *(payment.amount for payment in new.payments)]
    for line in new.lines:
        amounts += (line.discount, line.tax, line.total)
    if not any(amount is not None and amount % unit for amount in amounts):
        return
    pointers = ["/total", *(f"/payments/{n}/amount" for n in range(len(new.payments)))]
    pointers += [f"/lines/{n}/{name}" for n in range(len(new.lines)) for name in ("discount", "tax", "total")]
    detail = f"Must be a multiple of {unit} {new.currency}"
    wrong = [pointer for pointer, a in zip(pointers, amounts, strict=True) if a is not None and a % unit]
    raise ValidationFailed(errors=[{"pointer": p, "code": "too_precise", "detail": detail} for p in wrong])


def _require_returns_of_others(new: SaleNew) -> None:
    for n, line in enumerate(new.lines):
        if line.refund_of is None:
            continue
        if (line.refund_of.source or new.source, line.refund_of.receipt_no) == (new.source, new.receipt_no):
            raise invalid(f"/lines/{n}/refund_of", "own_receipt", "Must be a line of another receipt")
        if line.quantity > 0 or (line.total is not None and line.total > 0):
            wrong = "quantity" if line.quantity > 0 else "total"
            raise invalid(f"/lines/{n}/{wrong}", "positive_refund", "Must be negative or 0 for a line with `refund_of`")


def _require_within_limit(lines: list[Line], total: Decimal) -> None:
    """They are products and sums, which the schema does not limit."""
    too_large = [f"/lines/{n}/total" for n, line in enumerate(lines) if abs(line.total) >= _AMOUNT_LIMIT]
    if too_large or abs(total) >= _AMOUNT_LIMIT:
        pointer = too_large[0] if too_large else "/total"
        raise invalid(pointer, "number_range", "The computed amount has more than 12 digits before the point")


def _require_distinct_line_numbers(lines: list[Line]) -> None:
    numbers = [line.line_no for line in lines]
    if len(set(numbers)) < len(numbers):
        duplicate = next(n for n, number in enumerate(numbers) if number in numbers[:n])
        raise ValidationFailed(
            errors=[{"pointer": f"/lines/{duplicate}/line_no", "code": "twice", "detail": "Duplicate line_no"}]
        )
