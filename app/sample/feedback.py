"""The feedback of the sample shop's year: survey answers, reviews, forms, suggestions and mystery shopping."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.rules.kit.channels import Channel
from app.sample.businesses import OFFICE, SITES, Site
from app.sample.feedback_setup import ASPECTS, SURVEYS
from app.sample.feedback_texts import (
    ACTIONS,
    COMPETITOR_REVIEWS,
    COMPETITORS,
    IDEAS,
    NEGATIVE,
    NEUTRAL,
    OBSERVATIONS,
    POSITIVE,
    REVIEWERS,
    SHARE_WITHOUT_TEXT,
    SUGGESTIONS,
    TRANSLATIONS,
)
from app.sample.interactions import as_spoken
from app.sample.receipts import Receipt
from app.sample.simulated_customer import SimulatedCustomer
from app.sample.trading_year import TradingYear

Document = dict[str, Any]
_SOURCE_WEIGHTS = {
    "invitation": 46,
    "receipt_code": 14,
    "review": 15,
    "form": 9,
    "suggestion": 5,
    "social": 4,
    "competitor": 7,
}
_SITE_BIAS = {"leeds": 0.0, "bristol": -0.9, "london": 0.3}
"""How much better or worse a site is rated, on a scale of 0 to 10."""
_INVITATION_CHANNELS = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS)
_VISITS_PER_SITE = 12


class FeedbackGenerator:
    def __init__(
        self,
        rng: Random,
        year: TradingYear,
        customers: list[SimulatedCustomer],
        receipts: list[Receipt],
        operators: dict[str, str],
    ):
        """`operators`: the operator of the till by receipt number."""
        self._rng, self._year, self._operators = rng, year, operators
        self._customers = [customer for customer in customers if customer.purchase_rate]
        self._receipts = [receipt for receipt in receipts if receipt.lines and not receipt.returned]
        self._known = [receipt for receipt in self._receipts if receipt.customer]
        # The code on a receipt can be used once.
        self._unused_codes = self._receipts.copy()
        rng.shuffle(self._unused_codes)

    def feedback(self, count: int) -> list[Document]:
        """Exactly `count` pieces of feedback by time, with fewer methods where there are no receipts."""
        sources = self._rng.choices(list(_SOURCE_WEIGHTS), list(_SOURCE_WEIGHTS.values()), k=count)
        feedback = [self._draw(source) for source in sources]
        feedback.sort(key=lambda document: document["collected_at"])
        for number, document in enumerate(feedback, 1):
            document["source"], document["external_id"] = "sample", f"V-{number:05d}"
        return feedback

    def visits(self) -> list[Document]:
        """A visit of a mystery shopper to each site every month, and as many observations."""
        visits = []
        for site in SITES if self._receipts else ():
            for month in range(_VISITS_PER_SITE):
                for kind in ("mystery_shopper", "observation"):
                    visits.append(self._visit(site, kind, month))
        visits.sort(key=lambda visit: visit["happened_at"])
        for number, visit in enumerate(visits, 1):
            visit["source"], visit["external_id"] = "sample", f"M-{number:04d}"
        return visits

    def _draw(self, source: str) -> Document:
        if (source == "invitation" and not self._known) or (source == "receipt_code" and not self._unused_codes):
            source = "review"
        return _BY_SOURCE[source](self)

    def _invitation(self) -> Document:
        receipt = self._rng.choice(self._known)
        customer = receipt.customer
        assert customer is not None
        at = self._later(receipt.occurred_at, 26, 90)
        channels = [
            channel
            for channel in _INVITATION_CHANNELS
            if customer.reachable(channel) and channel not in customer.unwelcome_channels
        ]
        document = self._survey_answer(receipt, at)
        return document | {
            "method": "survey",
            "channel": (channels[0] if channels else Channel.OTHER).value,
            "_customer": customer.loyalty_number,
            "_sale": receipt.number,
            "_survey": SURVEYS[0]["code"],
        }

    def _receipt_code(self) -> Document:
        receipt = self._unused_codes.pop()
        document = self._survey_answer(receipt, self._later(receipt.occurred_at, 0.02, 4))
        return document | {
            "method": "survey",
            "channel": Channel.WEB_FORM.value,
            "receipt": {"source": receipt.source, "receipt_no": receipt.number},
            "_survey": SURVEYS[0]["code"],
        }

    def _survey_answer(self, receipt: Receipt, at: datetime) -> Document:
        likelihood = self._rate(receipt.site, 10)
        ratings = [{"metric": "nps", "value": str(likelihood)}]
        if self._rng.random() < 0.8:
            ratings.append(
                {"metric": "csat", "value": str(max(1, min(5, round(likelihood / 2 + self._rng.uniform(-0.5, 0.6)))))}
            )
        return self._document(at, likelihood / 10, receipt, ratings)

    def _review(self) -> Document:
        receipt = self._rng.choice(self._receipts) if self._receipts else None
        stars = max(1, round(self._rate(receipt.site if receipt else None, 10) / 2))
        at = self._later(receipt.occurred_at, 5, 200) if receipt else self._random_time()
        document = self._document(at, stars / 5, receipt, [{"metric": "rating", "value": str(stars)}], with_text=True)
        document.pop("sku", None)
        return document | {
            "method": "review",
            "channel": Channel.OTHER.value,
            "author": {"name": f"{self._rng.choice(REVIEWERS)} {self._rng.choice('ABCDEFGHKLMPRSTW')}."},
            "url": f"https://reviews.example.com/{self._rng.randrange(10**9):09d}",
        }

    def _form(self) -> Document:
        """Experience and expectation by aspect."""
        receipt = self._rng.choice(self._known) if self._known else None
        at = self._later(receipt.occurred_at, 1, 60) if receipt else self._random_time()
        satisfaction = self._rate(receipt.site if receipt else None, 5)
        ratings: list[Document] = [{"metric": "csat", "value": str(max(1, satisfaction))}]
        for aspect in ASPECTS:
            expectation = self._rng.choice((4, 5, 5))
            gap = {"waiting time": 1.6, "freshness": 0.3, "advice": 0.7}[aspect]
            experience = max(1, min(5, round(expectation - gap + self._rng.uniform(-1, 0.8))))
            ratings.append({"metric": "rating", "value": str(expectation), "aspect": aspect, "side": "expectation"})
            ratings.append({"metric": "rating", "value": str(experience), "aspect": aspect})
        document = self._document(at, satisfaction / 5, receipt, ratings)
        author = {"_customer": receipt.customer.loyalty_number} if receipt and receipt.customer else {}
        return document | {"method": "form", "channel": Channel.WEB_FORM.value} | author

    def _suggestion(self) -> Document:
        idea = self._rng.randrange(len(IDEAS))
        text = self._rng.choice(SUGGESTIONS).format(idea=IDEAS[idea][0].lower())
        document: Document = {"method": "suggestion", "channel": Channel.IN_PERSON.value, "text": text, "_idea": idea}
        if self._customers and self._rng.random() < 0.8:
            document["_customer"] = self._rng.choice(self._customers).loyalty_number
        return document | {"collected_at": self._random_time().isoformat()}

    def _social(self) -> Document:
        is_positive = self._rng.random() < 0.7
        text = self._rng.choice(POSITIVE if is_positive else NEGATIVE).format(**self._template_values(None))
        channel = self._rng.choice((Channel.FACEBOOK, Channel.INSTAGRAM))
        at = self._random_time().isoformat()
        return {"method": "social", "channel": channel.value, "text": text, "language": "en", "collected_at": at}

    def _competitor_review(self) -> Document:
        text, stars = self._rng.choice(COMPETITOR_REVIEWS)
        return {
            "method": "competitor",
            "competitor": self._rng.choice(COMPETITORS),
            "text": text,
            "language": "en",
            "ratings": [{"metric": "rating", "value": str(stars)}],
            "collected_at": self._random_time().isoformat(),
        }

    def _document(
        self, at: datetime, score: float, receipt: Receipt | None, ratings: list[Document], *, with_text: bool = False
    ) -> Document:
        rng = self._rng
        document: Document = {"collected_at": at.isoformat(), "ratings": ratings}
        if receipt is not None and receipt.site is not None:
            document["site"] = receipt.site.city
            if (operator := self._operators.get(receipt.number)) is not None:
                document["staff"] = operator
        if with_text or rng.random() > SHARE_WITHOUT_TEXT:
            pool: tuple[str, ...] = POSITIVE if score > 0.8 else NEUTRAL if score > 0.55 else NEGATIVE
            language = receipt.customer.language if receipt and receipt.customer else "en"
            if language in TRANSLATIONS and rng.random() < 0.5:
                pool = (TRANSLATIONS[language][0 if score > 0.6 else 1],)
            document["text"] = rng.choice(pool).format(**self._template_values(receipt))
        return document | self._loop(at, score, receipt)

    def _loop(self, at: datetime, score: float, receipt: Receipt | None) -> Document:
        """Unhappy customers are thanked sooner, and notified of a change more often."""
        rng, unhappy = self._rng, score < 0.6
        if rng.random() > (0.85 if unhappy else 0.5):
            return {}
        staff = rng.choice(OFFICE)
        acknowledged = self._later(at, 1, 40 if unhappy else 120)
        loop: Document = {
            "acknowledged_at": acknowledged,
            "acknowledged_by": staff,
            "acknowledged_channel": Channel.EMAIL.value,
        }
        if unhappy and rng.random() < 0.6:
            acted = self._later(acknowledged, 8, 400)
            action = rng.choice(ACTIONS).format(**self._template_values(receipt))
            loop |= {"acted_at": acted, "acted_by": staff, "action": action}
            if rng.random() < 0.75:
                loop |= {
                    "notified_at": self._later(acted, 1, 90),
                    "notified_by": staff,
                    "notified_channel": Channel.EMAIL.value,
                }
        return {"loop": {n: v.isoformat() if isinstance(v, datetime) else v for n, v in loop.items()}}

    def _visit(self, site: Site, kind: str, month: int) -> Document:
        rng, day = self._rng, min(month * 30 + self._rng.randrange(28), len(self._year.days) - 1)
        while not self._year.is_open(day):
            day -= 1
        bias = _SITE_BIAS[site.code] / 10
        is_clean = self._yes_or_no(0.93)
        results = [
            {"item": "greeted", "yes_no": self._yes_or_no(0.75 + bias)},
            {"item": "advice", "value": str(max(1, min(5, round(rng.gauss(4 + bias * 10, 0.9)))))},
            {"item": "clean", "yes_no": is_clean, "note": "As it should be" if is_clean == "yes" else "Wet floor"},
            {"item": "thanked", "yes_no": self._yes_or_no(0.7 + bias)},
        ]
        return {
            "kind": kind,
            "happened_at": self._year.in_opening_hours(rng, day).isoformat(),
            "site": site.city,
            "shift": rng.choice(("morning", "afternoon")),
            "shopper": rng.choice(("Visitor 1", "Visitor 2", "Visitor 3"))
            if kind == "mystery_shopper"
            else rng.choice(OFFICE),
            "staff": rng.choice(site.staff),
            "note": rng.choice(OBSERVATIONS),
            "results": results,
            "_scorecard": "counter",
        }

    def _yes_or_no(self, probability: float) -> str:
        return "yes" if self._rng.random() < probability else "no"

    def _rate(self, site: Site | None, best: int) -> int:
        """A rating from 0 to `best`; most are high."""
        bias = _SITE_BIAS[site.code] if site else 0.0
        rating = 10 - self._rng.expovariate(1 / (1.7 - bias * 0.8))
        return max(0, min(best, round(rating * best / 10)))

    def _template_values(self, receipt: Receipt | None) -> dict[str, str]:
        site = receipt.site if receipt and receipt.site else SITES[0]
        product = as_spoken(self._rng.choice(receipt.lines).product.name) if receipt else "steak"
        operator = self._operators.get(receipt.number) if receipt else None
        return {"product": product, "site": site.city, "staff": (operator or self._rng.choice(site.staff)).split()[0]}

    def _random_time(self) -> datetime:
        return self._year.in_browsing_hours(self._rng, self._rng.randrange(len(self._year.days)))

    def _later(self, at: datetime, least: float, most: float) -> datetime:
        """Between `least` and `most` hours later, but not in the future."""
        return min(at + timedelta(hours=self._rng.uniform(least, most)), self._year.until)


_BY_SOURCE: dict[str, Callable[[FeedbackGenerator], Document]] = {
    "invitation": FeedbackGenerator._invitation,
    "receipt_code": FeedbackGenerator._receipt_code,
    "review": FeedbackGenerator._review,
    "form": FeedbackGenerator._form,
    "suggestion": FeedbackGenerator._suggestion,
    "social": FeedbackGenerator._social,
    "competitor": FeedbackGenerator._competitor_review,
}
