"""The receipts of a year, in the order in which they arrive from the tills and the web shop."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.rules.sales import SaleChannel
from app.sample.baskets import Assortment, BasketLine
from app.sample.businesses import SITES, Site
from app.sample.purchase_days import draw_anonymous_purchases, draw_known_purchases
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import TradingYear

WEBSHOP = "webshop"
_ANONYMOUS_SHARE = 0.35
_RETURN_SHARE = 0.03
_EXCHANGE_SHARE = 0.006
_OFFLINE_SHARE = 0.004
_UNBALANCED_SHARE = 1 / 2_500


@dataclass(slots=True, eq=False)
class Receipt:
    day: int
    """The index of the day in the year."""
    occurred_at: datetime
    customer: SimulatedCustomer | None
    site: Site | None
    """None for the web shop."""
    channel: SaleChannel
    lines: list[BasketLine]
    returned: list["ReturnedLine"] = field(default_factory=list)
    number: str = ""
    arrived_at: datetime | None = None
    """Set where the till was offline: later than `occurred_at`."""
    overpaid: int = 0
    """Pence by which the payments exceed the total."""

    @property
    def source(self) -> str:
        return f"till-{self.site.code}" if self.site else WEBSHOP


@dataclass(slots=True, eq=False)
class ReturnedLine:
    """A line that returns an earlier one, or a part of it."""

    receipt: Receipt
    """The receipt of the sale."""
    line: int
    """The index of its line."""
    milli: int
    price: int
    total: int
    tax: int


def make_receipts(rng: Random, year: TradingYear, customers: list[SimulatedCustomer], count: int) -> list[Receipt]:
    return_count, exchange_count = round(count * _RETURN_SHARE), round(count * _EXCHANGE_SHARE)
    assortment = Assortment()
    sale_count = count - return_count - exchange_count
    known = draw_known_purchases(rng, year, customers, sale_count - round(sale_count * _ANONYMOUS_SHARE))
    receipts = [_make_sale(rng, year, assortment, day, customer) for day, customer in known]
    receipts += [
        _make_sale(rng, year, assortment, day, None)
        for day in draw_anonymous_purchases(rng, year, sale_count - len(known))
    ]
    receipts += _make_returns(rng, year, assortment, receipts, return_count, exchange_count)
    # Further sales make up for returns that could not be made.
    receipts += [
        _make_sale(rng, year, assortment, day, None)
        for day in draw_anonymous_purchases(rng, year, count - len(receipts))
    ]
    receipts.sort(key=lambda receipt: (receipt.occurred_at, receipt.source))
    _assign_numbers(receipts)
    _add_mishaps(rng, receipts)
    receipts.sort(key=lambda receipt: receipt.arrived_at or receipt.occurred_at)
    return receipts


def _make_sale(
    rng: Random, year: TradingYear, assortment: Assortment, day: int, customer: SimulatedCustomer | None
) -> Receipt:
    channel = SaleChannel.IN_STORE
    if rng.random() < (customer.online_share if customer else 0.04):
        channel = SaleChannel.ONLINE
    elif customer and customer.business_line and rng.random() < 0.5:
        channel = SaleChannel.PHONE
    if customer:
        customer.purchase_count += 1
    lines = assortment.basket(rng, year.seasons[day], customer)
    if channel == SaleChannel.ONLINE:
        return Receipt(day, year.in_browsing_hours(rng, day), customer, None, channel, lines)
    elsewhere = customer is None or rng.random() < 0.04
    site = rng.choices(SITES, _SITE_SHARES)[0] if customer is None or elsewhere else customer.site
    return Receipt(day, year.in_opening_hours(rng, day), customer, site, channel, lines)


def _make_returns(
    rng: Random, year: TradingYear, assortment: Assortment, sales: list[Receipt], return_count: int, exchange_count: int
) -> list[Receipt]:
    """Returns at the till that sold the goods: of durable ones after weeks, of meat after a day or two."""
    receipts: list[Receipt] = []
    count = return_count + exchange_count
    for _ in range(count * 80 if sales else 0):
        if len(receipts) == count:
            break
        sale = rng.choice(sales)
        line = rng.randrange(len(sale.lines))
        durable = sale.lines[line].product.durable
        day = sale.day + (rng.randint(2, 28) if durable else rng.randint(1, 3))
        if rng.random() > (1.0 if durable else 0.12) or day >= len(year.days) or not year.is_open(day):
            continue
        if (returned := _return_line(rng, sale, line)) is None:
            continue
        occurred_at = year.in_opening_hours(rng, day) if sale.site else year.in_browsing_hours(rng, day)
        is_exchange = len(receipts) < exchange_count
        lines = assortment.basket(rng, year.seasons[day], sale.customer, max_lines=2) if is_exchange else []
        receipts.append(Receipt(day, occurred_at, sale.customer, sale.site, sale.channel, lines, [returned]))
    return receipts


def _return_line(rng: Random, sale: Receipt, index: int) -> ReturnedLine | None:
    """Returns the line or a part of it at the price that was paid.

    None where everything was returned before, or where the price of a piece would not be in whole pence.
    """
    line = sale.lines[index]
    if not line.returnable_milli:
        return None
    if line.discount or line.milli % 1_000:
        if line.returnable_milli < line.milli:
            return None
        milli, total, tax = line.milli, line.total, line.tax
        price, remainder = divmod(total * 1_000, milli) if line.discount else (line.price, 0)
        if remainder:
            return None
    else:
        milli = rng.randint(1, line.returnable_milli // 1_000) * 1_000
        price, total = line.price, milli // 1_000 * line.price
        tax = line.tax * milli // line.milli
    line.returnable_milli -= milli
    return ReturnedLine(sale, index, milli, price, total, tax)


def _assign_numbers(receipts: list[Receipt]) -> None:
    counts: dict[str, int] = {}
    for receipt in receipts:
        number = counts[receipt.source] = counts.get(receipt.source, 0) + 1
        prefix = receipt.site.code[:3].upper() if receipt.site else "WEB"
        receipt.number = f"{prefix}-{number:06d}"


def _add_mishaps(rng: Random, receipts: list[Receipt]) -> None:
    """Tills that were offline, and amounts that were mistyped."""
    for receipt in receipts:
        if receipt.site and not receipt.returned and rng.random() < _OFFLINE_SHARE:
            # Before the shop opens again, so that the sale arrives before any return of it.
            receipt.arrived_at = receipt.occurred_at + timedelta(minutes=rng.randint(40, 12 * 60))
    candidates = [receipt for receipt in receipts if receipt.site and not receipt.returned]
    unbalanced = max(1, round(len(receipts) * _UNBALANCED_SHARE)) if len(receipts) >= 100 else 0
    for receipt in rng.sample(candidates, min(unbalanced, len(candidates))):
        receipt.overpaid = rng.choice((100, 500, 1_000, 9_000))


_SITE_SHARES = [site.share for site in SITES]
