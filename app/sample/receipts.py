"""The receipts of a year, in the order in which they arrive from the tills and the web shop."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from app.rules.sales import SaleChannel
from app.sample.baskets import Piece, Shelf
from app.sample.businesses import SITES, Site
from app.sample.purchase_days import known_visits, passing_visits
from app.sample.simulated_customer import Party
from app.sample.trading_year import Year

WEBSHOP = "webshop"
_ANONYMOUS = 0.35
_RETURNS = 0.03
_EXCHANGES = 0.006
_OFFLINE = 0.004
_UNBALANCED = 1 / 2_500


@dataclass(slots=True, eq=False)
class Receipt:
    day: int
    moment: datetime
    party: Party | None
    site: Site | None
    """None: the web shop."""
    channel: SaleChannel
    pieces: list[Piece]
    back: list["Back"] = field(default_factory=list)
    number: str = ""
    arrives: datetime | None = None
    """Later than it happened, where the till was offline."""
    wrong_by: int = 0
    """Pence that were paid too much."""

    @property
    def source(self) -> str:
        return f"till-{self.site.code}" if self.site else WEBSHOP


@dataclass(slots=True, eq=False)
class Back:
    """A line that takes (part of) an earlier one back."""

    of: Receipt
    line: int
    milli: int
    price: int
    total: int
    tax: int


def make_receipts(rng: Random, year: Year, parties: list[Party], count: int) -> list[Receipt]:
    returns, exchanges = round(count * _RETURNS), round(count * _EXCHANGES)
    shelf = Shelf()
    sold = count - returns - exchanges
    known = known_visits(rng, year, parties, sold - round(sold * _ANONYMOUS))
    receipts = [_sale(rng, year, shelf, day, party) for day, party in known]
    receipts += [_sale(rng, year, shelf, day, None) for day in passing_visits(rng, year, sold - len(known))]
    receipts += _brought_back(rng, year, shelf, receipts, returns, exchanges)
    # Where too little could be taken back, somebody else walks in.
    receipts += [_sale(rng, year, shelf, day, None) for day in passing_visits(rng, year, count - len(receipts))]
    receipts.sort(key=lambda receipt: (receipt.moment, receipt.source))
    _number(receipts)
    _mishaps(rng, receipts)
    receipts.sort(key=lambda receipt: receipt.arrives or receipt.moment)
    return receipts


def _sale(rng: Random, year: Year, shelf: Shelf, day: int, party: Party | None) -> Receipt:
    channel = SaleChannel.IN_STORE
    if rng.random() < (party.online if party else 0.04):
        channel = SaleChannel.ONLINE
    elif party and party.line and rng.random() < 0.5:
        channel = SaleChannel.PHONE
    if party:
        party.purchases += 1
    pieces = shelf.basket(rng, year.seasons[day], party)
    if channel == SaleChannel.ONLINE:
        return Receipt(day, year.browsing(rng, day), party, None, channel, pieces)
    elsewhere = party is None or rng.random() < 0.04
    site = rng.choices(SITES, _SHARES)[0] if party is None or elsewhere else party.site
    return Receipt(day, year.shopping(rng, day), party, site, channel, pieces)


def _brought_back(
    rng: Random, year: Year, shelf: Shelf, sales: list[Receipt], returns: int, exchanges: int
) -> list[Receipt]:
    """Pans after weeks, meat after a day or two; the source is the one that sold it."""
    made: list[Receipt] = []
    for _ in range((returns + exchanges) * 80 if sales else 0):
        if len(made) == returns + exchanges:
            break
        sale = rng.choice(sales)
        line = rng.randrange(len(sale.pieces))
        durable = sale.pieces[line].product.durable
        day = sale.day + (rng.randint(2, 28) if durable else rng.randint(1, 3))
        if rng.random() > (1.0 if durable else 0.12) or day >= len(year.days) or not year.is_open(day):
            continue
        if (back := _back(rng, sale, line)) is None:
            continue
        moment = year.shopping(rng, day) if sale.site else year.browsing(rng, day)
        new = shelf.basket(rng, year.seasons[day], sale.party, most=2) if len(made) < exchanges else []
        made.append(Receipt(day, moment, sale.party, sale.site, sale.channel, new, [back]))
    return made


def _back(rng: Random, sale: Receipt, line: int) -> Back | None:
    """The line or some of it, at the price paid; None where that is no price in whole pence, or all is back."""
    piece = sale.pieces[line]
    if not piece.left:
        return None
    if piece.discount or piece.milli % 1_000:
        if piece.left < piece.milli:
            return None
        milli, total, tax = piece.milli, piece.total, piece.tax
        price, odd = divmod(total * 1_000, milli) if piece.discount else (piece.price, 0)
        if odd:
            return None
    else:
        milli = rng.randint(1, piece.left // 1_000) * 1_000
        price, total = piece.price, milli // 1_000 * piece.price
        tax = piece.tax * milli // piece.milli
    piece.left -= milli
    return Back(sale, line, milli, price, total, tax)


def _number(receipts: list[Receipt]) -> None:
    counted: dict[str, int] = {}
    for receipt in receipts:
        number = counted[receipt.source] = counted.get(receipt.source, 0) + 1
        prefix = receipt.site.code[:3].upper() if receipt.site else "WEB"
        receipt.number = f"{prefix}-{number:06d}"


def _mishaps(rng: Random, receipts: list[Receipt]) -> None:
    """Tills lose their connection, and cashiers mistype."""
    for receipt in receipts:
        if receipt.site and not receipt.back and rng.random() < _OFFLINE:
            # By the next opening at the latest: before anything of it can be brought back.
            receipt.arrives = receipt.moment + timedelta(minutes=rng.randint(40, 12 * 60))
    plain = [receipt for receipt in receipts if receipt.site and not receipt.back]
    wrong = max(1, round(len(receipts) * _UNBALANCED)) if len(receipts) >= 100 else 0
    for receipt in rng.sample(plain, min(wrong, len(plain))):
        receipt.wrong_by = rng.choice((100, 500, 1_000, 9_000))


_SHARES = [site.share for site in SITES]
