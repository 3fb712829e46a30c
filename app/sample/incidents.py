"""The incidents behind complaints: bad purchases, bad visits to a shop, and trouble with neighbours."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from app.rules.sales import SaleChannel
from app.sample.baskets import BasketLine
from app.sample.businesses import SITES, Site
from app.sample.complaint_texts import NEIGHBOURS, TOPICS, ComplaintTopic, Subject
from app.sample.receipts import Receipt
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import LONDON, TradingYear

Window = tuple[float, float] | None
"""The least and the greatest age in days; None for any time."""
_STRANGER_SHARE = 0.08
_WITHOUT_RECEIPT_SHARE = 0.12
_LOST_AFTER_DAYS = 60
"""Days without a purchase after which a customer counts as lost."""
_MAX_DELAY_DAYS = {Subject.EQUIPMENT: 30.0, Subject.COUNTER: 1.0, Subject.DELIVERY: 1.0}
_EQUIPMENT, _MEAT, _HOMEMADE = {"KNI", "COO"}, {"BEE", "LAM", "POR", "POU"}, {"SAU", "PIE", "DEL"}


@dataclass
class Incident:
    topic: ComplaintTopic
    customer: SimulatedCustomer | None
    site: Site | None
    receipt: Receipt | None
    line: int
    """The index of the line on the receipt."""
    received: datetime

    @property
    def basket_line(self) -> BasketLine | None:
        return self.receipt.lines[self.line] if self.receipt else None


class IncidentGenerator:
    """Draws incidents from the receipts of known customers that return nothing."""

    def __init__(
        self, rng: Random, year: TradingYear, customers: list[SimulatedCustomer], receipts: list[Receipt]
    ) -> None:
        self._rng, self._year = rng, year
        self._customers = [customer for customer in customers if customer.purchase_rate]
        known = [receipt for receipt in receipts if receipt.customer and not receipt.returned]
        self._receipts = sorted(known, key=lambda receipt: receipt.day)
        self._days = [receipt.day for receipt in self._receipts]
        last = {id(receipt.customer): receipt for receipt in self._receipts}
        self._last_receipts = [
            receipt
            for receipt in last.values()
            if _LOST_AFTER_DAYS < len(year.days) - receipt.day < 5 * _LOST_AFTER_DAYS
        ]

    def draw(self, window: Window, *, lost: bool = False) -> Incident:
        """With `lost`, an incident after which the customer did not come back, where there is any."""
        rng = self._rng
        if not self._customers or (not lost and rng.random() < _STRANGER_SHARE):
            return Incident(NEIGHBOURS, None, rng.choice(SITES), None, 0, self._random_time(window))
        receipt = None if rng.random() < _WITHOUT_RECEIPT_SHARE else self._receipt(window, lost)
        if receipt is None:
            customer = rng.choice(self._customers)
            topic = self._draw_topic({Subject.NOTHING, Subject.COUNTER})
            return Incident(topic, customer, customer.site, None, 0, self._random_time(window))
        line = self._line(receipt)
        topic = self._draw_topic(_subjects(receipt, receipt.lines[line]))
        delay = timedelta(days=rng.uniform(0.02, 1) * _MAX_DELAY_DAYS.get(topic.subject, 1.5))
        return Incident(
            topic, receipt.customer, receipt.site, receipt, line, self._to_daytime(receipt.occurred_at + delay)
        )

    def _receipt(self, window: Window, lost: bool) -> Receipt | None:
        if lost and self._last_receipts:
            return self._rng.choice(self._last_receipts)
        shortest, longest = (0, len(self._year.days)) if window is None else window
        days = len(self._year.days)
        first, end = bisect_left(self._days, days - round(longest)), bisect_left(self._days, days - round(shortest) + 1)
        return self._receipts[self._rng.randrange(first, end)] if first < end else None

    def _line(self, receipt: Receipt) -> int:
        """The index of a line; equipment is complained about more often than food."""
        equipment = [index for index, line in enumerate(receipt.lines) if line.product.sku[:3] in _EQUIPMENT]
        return equipment[0] if equipment and self._rng.random() < 0.6 else self._rng.randrange(len(receipt.lines))

    def _draw_topic(self, subjects: set[Subject]) -> ComplaintTopic:
        topics = [topic for topic in TOPICS if topic.subject in subjects]
        return self._rng.choices(topics, [topic.weight for topic in topics])[0]

    def _random_time(self, window: Window) -> datetime:
        low, high = window or (1, len(self._year.days) - 2)
        return self._to_daytime(self._year.until - timedelta(days=self._rng.uniform(low, high)))

    def _to_daytime(self, at: datetime) -> datetime:
        """The time itself between 7 and 22 o'clock, otherwise one on the following morning."""
        local = at.astimezone(LONDON).replace(microsecond=0)
        if 7 <= local.hour < 22:
            return local
        following = local + timedelta(days=1) if local.hour >= 22 else local
        return following.replace(hour=7 + self._rng.randrange(3), minute=self._rng.randrange(60))


def _subjects(receipt: Receipt, line: BasketLine) -> set[Subject]:
    prefix = line.product.sku[:3]
    subjects = {Subject.COUNTER if receipt.channel == SaleChannel.IN_STORE else Subject.DELIVERY}
    if not line.product.durable:
        subjects.add(Subject.FRESH)
    for prefixes, subject in ((_EQUIPMENT, Subject.EQUIPMENT), (_MEAT, Subject.MEAT), (_HOMEMADE, Subject.HOMEMADE)):
        if prefix in prefixes:
            subjects.add(subject)
    return subjects
