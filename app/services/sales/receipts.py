"""Drafts of receipts: what was sent, with its sums checked and turned into rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import invalid
from app.core.ids import new_id
from app.rules.customers import NO_POLICY, Match, SourcePolicy
from app.rules.kit.content_hash import content_hash
from app.rules.kit.event_types import SALE_RECORDED
from app.rules.kit.money import minor_unit, scaled
from app.rules.kit.timestamps import format_timestamp
from app.rules.sales import sums
from app.rules.sales.receipts import LineKind, MatchedBy, SaleKind, trading_day
from app.rules.sales.returns import LineKey
from app.rules.sales.sums import ZERO, Amounts, Imbalance
from app.schemas.sales.sales import SaleNew
from app.services.customers import Reason
from app.services.sales import amounts as checks
from app.store.kit.events import Event
from app.store.sales.intake import Row

_VERBS = {SaleKind.SALE: "Bought", SaleKind.RETURN: "Returned", SaleKind.EXCHANGE: "Exchanged"}
_OTHER_VERBS = ("Paid", "Paid back")


class Line(NamedTuple):
    line_no: int
    kind: LineKind
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
    amounts: Amounts
    total: Decimal
    gross: Decimal
    refunded: Decimal
    imbalances: Sequence[Imbalance]
    tax_on_top: bool
    business_date: date
    policy: SourcePolicy
    is_revision: bool = False
    """Whether a stored receipt is replaced, whose `id` it has then."""
    is_found: bool = True
    """False once its own keys were asked, and do not say whose it is."""
    customer_id: UUID | None = None
    match: Match = Match.ANONYMOUS
    candidates: tuple[UUID, ...] = ()
    matched_by: MatchedBy | None = None
    match_reasons: Sequence[Reason] = ()

    @property
    def key(self) -> tuple[str, str]:
        return self.new.source, self.new.receipt_no

    @property
    def occurred_at(self) -> datetime:
        """In UTC: the database does not take every offset that a clock can have."""
        return self.new.occurred_at.astimezone(UTC)

    @property
    def currency(self) -> str:
        assert self.new.currency is not None, "drafts are made with a currency"
        return self.new.currency

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
        verb = _OTHER_VERBS[self.total < 0] if self.kind is SaleKind.OTHER else _VERBS[self.kind]
        count = sum(line.kind is LineKind.ITEM for line in self.lines)
        return SALE_RECORDED.titled(
            bought=verb,
            total=abs(self.total),
            currency=self.currency,
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
            "currency": self.currency,
            "site": new.site,
        }
        channel = new.channel.value
        return Event(SALE_RECORDED, self.id, self.customer_id, self.title, self.occurred_at, channel, data)

    def row(self, now: datetime) -> Row:
        """In the order of store.sales.intake.SALE."""
        new = self.new
        return (
            self.id,
            new.source,
            new.receipt_no,
            new.revision,
            self.kind.value,
            self.occurred_at,
            self.business_date,
            new.site,
            new.till,
            new.operator,
            new.channel.value,
            self.currency,
            self.customer_id,
            self.match.value,
            new.customer and new.customer.model_dump(mode="json", exclude_none=True),
            self.candidates,
            self.matched_by and self.matched_by.value,
            self.match_reasons,
            *self._scaled_amounts,
            self._taxes,
            [payment.model_dump(mode="json") for payment in new.payments],
            self._scaled_or_none(new.tendered),
            self._scaled_or_none(new.change),
            self.total,
            self.gross,
            self.refunded,
            self.tax_on_top,
            not self.imbalances,
            [self._imbalance(imbalance) for imbalance in self.imbalances],
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
            "currency": self.currency,
            "customer": new.customer and new.customer.model_dump(mode="json", exclude_none=True),
            "lines": [
                {
                    **{
                        name: str(v) if isinstance(v, Decimal | LineKind) else v
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
            **{name: str(amount) for name, amount in zip(checks.AMOUNTS, self._scaled_amounts, strict=True)},
            "taxes": self._taxes,
            "payments": [payment.model_dump(mode="json") for payment in new.payments],
            "tendered": new.tendered and str(new.tendered),
            "change": new.change and str(new.change),
            "total": str(self.total),
            "attributes": new.attributes,
        }

    @property
    def _scaled_amounts(self) -> list[Decimal]:
        """In the order of AMOUNTS."""
        return [_scaled(amount, self.currency) for amount in self.amounts[: len(checks.AMOUNTS)]]

    def _scaled_or_none(self, amount: Decimal | None) -> Decimal | None:
        return None if amount is None else _scaled(amount, self.currency)

    @property
    def _taxes(self) -> list[dict[str, Any]]:
        return [tax.model_dump(mode="json", exclude_none=True) for tax in self.new.taxes or ()]

    def _imbalance(self, imbalance: Imbalance) -> dict[str, Any]:
        expected, found = imbalance.expected, imbalance.found
        difference = _scaled(found - expected, self.currency)
        return {
            "sum": imbalance.sum.value,
            "line_no": imbalance.line_no,
            "expected": str(_scaled(expected, self.currency)),
            "found": str(_scaled(found, self.currency)),
            "difference": str(difference),
        }


def draft_receipt(new: SaleNew, policy: SourcePolicy = NO_POLICY, site_zone: str | None = None) -> ReceiptDraft:
    """Raises ValidationFailed for what cannot be a receipt, whatever else is stored.

    A duplicate line number, an amount that nobody can pay to the last digit, a sum of more than 12 digits, a currency
    that was withdrawn before, a return of its own line or of less than nothing.
    """
    content = new.model_dump_json(exclude_none=True)
    currency = new.currency or policy.currency
    if currency is None:
        raise invalid("/currency", "missing", "Required, since the source has no currency")
    if new.currency is None:
        new = new.model_copy(update={"currency": currency})
    checks.require_currency_of_its_time(new, currency)
    checks.require_payable_amounts(new, currency)
    unit = minor_unit(currency)
    lines = [
        Line(
            line.line_no if line.line_no is not None else n,
            line.kind or LineKind.ITEM,
            line.sku,
            line.name,
            line.category,
            line.batch,
            line.quantity,
            _scaled(line.unit_price, currency),
            _scaled(line.discount or ZERO, currency),
            _scaled(line.tax or ZERO, currency),
            _scaled(
                sums.line_total(line.quantity, line.unit_price, line.discount or ZERO, unit)
                if line.total is None
                else line.total,
                currency,
            ),
            (line.refund_of.source or new.source) if line.refund_of else None,
            line.refund_of.receipt_no if line.refund_of else None,
            line.refund_of.line_no if line.refund_of else None,
            line.refund_of is not None and line.refund_of.goods_kept,
        )
        for n, line in enumerate(new.lines, start=1)
    ]
    checks.require_distinct_line_numbers(lines)
    checks.require_returns(new, lines)
    amounts = checks.amounts_of(new, policy.tax_included)
    kind, total, gross, refunded, imbalances, tax_on_top = sums.reckon(lines, amounts, new.total, unit)
    checks.require_within_limit(lines, total)
    return ReceiptDraft(
        new,
        new_id(),
        content_hash(content),
        kind,
        lines,
        amounts,
        _scaled(total, currency),
        _scaled(gross, currency),
        _scaled(refunded, currency),
        [*checks.rounded_away(new, lines, unit), *imbalances][: sums.MOST_IMBALANCES],
        tax_on_top,
        new.business_date or trading_day(new.occurred_at, site_zone or policy.time_zone),
        policy,
    )


@lru_cache(maxsize=8_192)
def _scaled(amount: Decimal, currency: str) -> Decimal:
    return scaled(amount, currency)
