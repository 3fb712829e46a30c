"""What happened to whom: purchases that went wrong, visits that annoyed, and neighbours who had enough."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.rules.sales import SaleChannel
from app.sample.baskets import Piece
from app.sample.businesses import SITES, Site
from app.sample.complaint_texts import GRIEVANCES, NEIGHBOURS, About, Grievance
from app.sample.receipts import Receipt
from app.sample.simulated_customer import Party
from app.sample.trading_year import LONDON, Year

Window = tuple[float, float] | None
"""Between so many and so many days ago; None: at any time."""
_STRANGERS = 0.08
_WITHOUT_RECEIPT = 0.12
_QUIET = 60
"""Days without a purchase, after which somebody is taken to be gone."""
_DAYS_LATER = {About.KIT: 30.0, About.COUNTER: 1.0, About.DELIVERY: 1.0}
_KIT, _MEAT, _MADE = {"KNI", "COO"}, {"BEE", "LAM", "POR", "POU"}, {"SAU", "PIE", "DEL"}


@dataclass
class Incident:
    grievance: Grievance
    party: Party | None
    site: Site | None
    receipt: Receipt | None
    line: int
    """Counts from 0."""
    received: datetime

    @property
    def piece(self) -> Piece | None:
        return self.receipt.pieces[self.line] if self.receipt else None


class Incidents:
    """Draws from the receipts of known customers; those that something was brought back with are passed over."""

    def __init__(self, rng: Random, year: Year, parties: list[Party], receipts: list[Receipt]) -> None:
        self._rng, self._year = rng, year
        self._parties = [party for party in parties if party.rate]
        known = [receipt for receipt in receipts if receipt.party and not receipt.back]
        self._receipts = sorted(known, key=lambda receipt: receipt.day)
        self._days = [receipt.day for receipt in self._receipts]
        last = {id(receipt.party): receipt for receipt in self._receipts}
        self._farewells = [r for r in last.values() if _QUIET < len(year.days) - r.day < 5 * _QUIET]

    def any(self, window: Window, *, last: bool = False) -> Incident:
        """`last`: one after which the customer did not come back, where there is one."""
        rng = self._rng
        if not self._parties or (not last and rng.random() < _STRANGERS):
            return Incident(NEIGHBOURS, None, rng.choice(SITES), None, 0, self._some_time(window))
        receipt = None if rng.random() < _WITHOUT_RECEIPT else self._receipt(window, last)
        if receipt is None:
            party = rng.choice(self._parties)
            grievance = self._grievance({About.NOTHING, About.COUNTER})
            return Incident(grievance, party, party.site, None, 0, self._some_time(window))
        line = self._line(receipt)
        grievance = self._grievance(_about(receipt, receipt.pieces[line]))
        later = timedelta(days=rng.uniform(0.02, 1) * _DAYS_LATER.get(grievance.about, 1.5))
        return Incident(grievance, receipt.party, receipt.site, receipt, line, self._awake(receipt.moment + later))

    def _receipt(self, window: Window, last: bool) -> Receipt | None:
        if last and self._farewells:
            return self._rng.choice(self._farewells)
        shortest, longest = (0, len(self._year.days)) if window is None else window
        days = len(self._year.days)
        first, end = bisect_left(self._days, days - round(longest)), bisect_left(self._days, days - round(shortest) + 1)
        return self._receipts[self._rng.randrange(first, end)] if first < end else None

    def _line(self, receipt: Receipt) -> int:
        """What is used for years is complained of for longer."""
        kit = [number for number, piece in enumerate(receipt.pieces) if piece.product.sku[:3] in _KIT]
        return kit[0] if kit and self._rng.random() < 0.6 else self._rng.randrange(len(receipt.pieces))

    def _grievance(self, about: set[About]) -> Grievance:
        fit = [grievance for grievance in GRIEVANCES if grievance.about in about]
        return self._rng.choices(fit, [grievance.share for grievance in fit])[0]

    def _some_time(self, window: Window) -> datetime:
        low, high = window or (1, len(self._year.days) - 2)
        return self._awake(self._year.until - timedelta(days=self._rng.uniform(low, high)))

    def _awake(self, at: datetime) -> datetime:
        """Nobody complains at night."""
        local = at.astimezone(LONDON).replace(microsecond=0)
        if 7 <= local.hour < 22:
            return local
        following = local + timedelta(days=1) if local.hour >= 22 else local
        return following.replace(hour=7 + self._rng.randrange(3), minute=self._rng.randrange(60))


def _about(receipt: Receipt, piece: Piece) -> set[About]:
    kind = piece.product.sku[:3]
    about = {About.COUNTER if receipt.channel == SaleChannel.IN_STORE else About.DELIVERY}
    if not piece.product.durable:
        about.add(About.FRESH)
    for group, what in ((_KIT, About.KIT), (_MEAT, About.MEAT), (_MADE, About.MADE)):
        if kind in group:
            about.add(what)
    return about
