"""Who said what of the sample shop in its year: asked after a purchase, at the till, on review sites, and unasked."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from app.rules.kit.channels import Channel
from app.sample.businesses import OFFICE, SITES, Site
from app.sample.feedback_setup import ASPECTS, SURVEYS
from app.sample.feedback_texts import (
    ACTIONS,
    BLAME,
    ELSEWHERE,
    IDEAS,
    ON_RIVALS,
    PRAISE,
    REVIEWERS,
    RIVALS,
    SEEN,
    SILENT,
    SO_SO,
    WISHES,
)
from app.sample.interactions import as_said
from app.sample.receipts import Receipt
from app.sample.simulated_customer import Party
from app.sample.trading_year import Year

Document = dict[str, Any]
# Of a hundred pieces of feedback.
_METHODS = {"asked": 46, "till": 14, "review": 15, "form": 9, "suggestion": 5, "social": 4, "rival": 7}
_MOOD = {"leeds": 0.0, "bristol": -0.9, "london": 0.3}
"""How much better or worse than the others they are thought of, in points of ten."""
_BY_MAIL = (Channel.EMAIL, Channel.WHATSAPP, Channel.SMS)
_VISITS_A_SITE = 12


class Voices:
    def __init__(
        self, rng: Random, year: Year, parties: list[Party], receipts: list[Receipt], operators: dict[str, str]
    ):
        """`operators`: who stood at the till, by receipt number."""
        self._rng, self._year, self._operators = rng, year, operators
        self._parties = [party for party in parties if party.rate]
        self._receipts = [receipt for receipt in receipts if receipt.pieces and not receipt.back]
        self._known = [receipt for receipt in self._receipts if receipt.party]
        # A receipt is answered once.
        self._at_the_till = self._receipts.copy()
        rng.shuffle(self._at_the_till)

    def feedback(self, count: int) -> list[Document]:
        """Exactly so many, in the order in which they came; fewer methods where there are no receipts."""
        made = [self._one(method) for method in self._rng.choices(list(_METHODS), list(_METHODS.values()), k=count)]
        made.sort(key=lambda said: said["collected_at"])
        for number, said in enumerate(made, 1):
            said["source"], said["external_id"] = "sample", f"V-{number:05d}"
        return made

    def visits(self) -> list[Document]:
        """A mystery shopper's visit to each site every month, and somebody looking on as often."""
        made = []
        for site in SITES if self._receipts else ():
            for month in range(_VISITS_A_SITE):
                for kind in ("mystery_shopper", "observation"):
                    made.append(self._visit(site, kind, month))
        made.sort(key=lambda visit: visit["happened_at"])
        for number, visit in enumerate(made, 1):
            visit["source"], visit["external_id"] = "sample", f"M-{number:04d}"
        return made

    def _one(self, method: str) -> Document:
        if (method == "asked" and not self._known) or (method == "till" and not self._at_the_till):
            method = "review"
        return _MADE[method](self)

    def _asked(self) -> Document:
        receipt = self._rng.choice(self._known)
        party = receipt.party
        assert party is not None
        at = self._later(receipt.moment, 26, 90)
        ways = [channel for channel in _BY_MAIL if party.reachable(channel) and channel not in party.unwelcome]
        said = self._answered(receipt, at)
        return said | {
            "method": "survey",
            "channel": (ways[0] if ways else Channel.OTHER).value,
            "_customer": party.number,
            "_sale": receipt.number,
            "_survey": SURVEYS[0]["code"],
        }

    def _till(self) -> Document:
        receipt = self._at_the_till.pop()
        said = self._answered(receipt, self._later(receipt.moment, 0.02, 4))
        return said | {
            "method": "survey",
            "channel": Channel.WEB_FORM.value,
            "receipt": {"source": receipt.source, "receipt_no": receipt.number},
            "_survey": SURVEYS[0]["code"],
        }

    def _answered(self, receipt: Receipt, at: datetime) -> Document:
        ten = self._mark(receipt.site, 10)
        ratings = [{"metric": "nps", "value": str(ten)}]
        if self._rng.random() < 0.8:
            ratings.append(
                {"metric": "csat", "value": str(max(1, min(5, round(ten / 2 + self._rng.uniform(-0.5, 0.6)))))}
            )
        return self._said(at, ten / 10, receipt, ratings)

    def _review(self) -> Document:
        receipt = self._rng.choice(self._receipts) if self._receipts else None
        stars = max(1, round(self._mark(receipt.site if receipt else None, 10) / 2))
        at = self._later(receipt.moment, 5, 200) if receipt else self._some_time()
        said = self._said(at, stars / 5, receipt, [{"metric": "rating", "value": str(stars)}], always=True)
        said.pop("sku", None)
        return said | {
            "method": "review",
            "channel": Channel.OTHER.value,
            "author": {"name": f"{self._rng.choice(REVIEWERS)} {self._rng.choice('ABCDEFGHKLMPRSTW')}."},
            "url": f"https://reviews.example.com/{self._rng.randrange(10**9):09d}",
        }

    def _form(self) -> Document:
        """How it was, beside how they think it should be."""
        receipt = self._rng.choice(self._known) if self._known else None
        at = self._later(receipt.moment, 1, 60) if receipt else self._some_time()
        four = self._mark(receipt.site if receipt else None, 5)
        ratings: list[Document] = [{"metric": "csat", "value": str(max(1, four))}]
        for aspect in ASPECTS:
            wanted = self._rng.choice((4, 5, 5))
            short = {"waiting time": 1.6, "freshness": 0.3, "advice": 0.7}[aspect]
            found = max(1, min(5, round(wanted - short + self._rng.uniform(-1, 0.8))))
            ratings.append({"metric": "rating", "value": str(wanted), "aspect": aspect, "side": "expectation"})
            ratings.append({"metric": "rating", "value": str(found), "aspect": aspect})
        said = self._said(at, four / 5, receipt, ratings)
        who = {"_customer": receipt.party.number} if receipt and receipt.party else {}
        return said | {"method": "form", "channel": Channel.WEB_FORM.value} | who

    def _suggestion(self) -> Document:
        number = self._rng.randrange(len(IDEAS))
        text = self._rng.choice(WISHES).format(idea=IDEAS[number][0].lower())
        said: Document = {"method": "suggestion", "channel": Channel.IN_PERSON.value, "text": text, "_idea": number}
        if self._parties and self._rng.random() < 0.8:
            said["_customer"] = self._rng.choice(self._parties).number
        return said | {"collected_at": self._some_time().isoformat()}

    def _social(self) -> Document:
        good = self._rng.random() < 0.7
        text = self._rng.choice(PRAISE if good else BLAME).format(**self._words(None))
        channel = self._rng.choice((Channel.FACEBOOK, Channel.INSTAGRAM))
        at = self._some_time().isoformat()
        return {"method": "social", "channel": channel.value, "text": text, "language": "en", "collected_at": at}

    def _rival(self) -> Document:
        text, stars = self._rng.choice(ON_RIVALS)
        return {
            "method": "competitor",
            "competitor": self._rng.choice(RIVALS),
            "text": text,
            "language": "en",
            "ratings": [{"metric": "rating", "value": str(stars)}],
            "collected_at": self._some_time().isoformat(),
        }

    def _said(
        self, at: datetime, share: float, receipt: Receipt | None, ratings: list[Document], *, always: bool = False
    ) -> Document:
        rng = self._rng
        said: Document = {"collected_at": at.isoformat(), "ratings": ratings}
        if receipt is not None and receipt.site is not None:
            said["site"] = receipt.site.city
            if (operator := self._operators.get(receipt.number)) is not None:
                said["staff"] = operator
        if always or rng.random() > SILENT:
            pool: tuple[str, ...] = PRAISE if share > 0.8 else SO_SO if share > 0.55 else BLAME
            language = receipt.party.language if receipt and receipt.party else "en"
            if language in ELSEWHERE and rng.random() < 0.5:
                pool = (ELSEWHERE[language][0 if share > 0.6 else 1],)
            said["text"] = rng.choice(pool).format(**self._words(receipt))
        return said | self._loop(at, share, receipt)

    def _loop(self, at: datetime, share: float, receipt: Receipt | None) -> Document:
        """Whoever was unhappy is thanked sooner, and more often told what was changed."""
        rng, unhappy = self._rng, share < 0.6
        if rng.random() > (0.85 if unhappy else 0.5):
            return {}
        who = rng.choice(OFFICE)
        thanked = self._later(at, 1, 40 if unhappy else 120)
        loop: Document = {
            "acknowledged_at": thanked,
            "acknowledged_by": who,
            "acknowledged_channel": Channel.EMAIL.value,
        }
        if unhappy and rng.random() < 0.6:
            acted = self._later(thanked, 8, 400)
            action = rng.choice(ACTIONS).format(**self._words(receipt))
            loop |= {"acted_at": acted, "acted_by": who, "action": action}
            if rng.random() < 0.75:
                loop |= {
                    "notified_at": self._later(acted, 1, 90),
                    "notified_by": who,
                    "notified_channel": Channel.EMAIL.value,
                }
        past = {n: v.isoformat() if isinstance(v, datetime) else v for n, v in loop.items()}
        return {"loop": past}

    def _visit(self, site: Site, kind: str, month: int) -> Document:
        rng, day = self._rng, min(month * 30 + self._rng.randrange(28), len(self._year.days) - 1)
        while not self._year.is_open(day):
            day -= 1
        yes: Callable[[float], str] = lambda chance: "yes" if rng.random() < chance else "no"  # noqa: E731
        mood = _MOOD[site.code] / 10
        clean = yes(0.93)
        results = [
            {"item": "greeted", "yes_no": yes(0.75 + mood)},
            {"item": "advice", "value": str(max(1, min(5, round(rng.gauss(4 + mood * 10, 0.9)))))},
            {"item": "clean", "yes_no": clean, "note": "As it should be" if clean == "yes" else "Wet floor"},
            {"item": "thanked", "yes_no": yes(0.7 + mood)},
        ]
        return {
            "kind": kind,
            "happened_at": self._year.shopping(rng, day).isoformat(),
            "site": site.city,
            "shift": rng.choice(("morning", "afternoon")),
            "shopper": rng.choice(("Visitor 1", "Visitor 2", "Visitor 3"))
            if kind == "mystery_shopper"
            else rng.choice(OFFICE),
            "staff": rng.choice(site.staff),
            "note": rng.choice(SEEN),
            "results": results,
            "_scorecard": "counter",
        }

    def _mark(self, site: Site | None, best: int) -> int:
        mood = _MOOD[site.code] if site else 0.0
        mark = 10 - self._rng.expovariate(1 / (1.7 - mood * 0.8))
        return max(0, min(best, round(mark * best / 10)))

    def _words(self, receipt: Receipt | None) -> dict[str, str]:
        site = receipt.site if receipt and receipt.site else SITES[0]
        product = as_said(self._rng.choice(receipt.pieces).product.name) if receipt else "steak"
        operator = self._operators.get(receipt.number) if receipt else None
        return {"product": product, "site": site.city, "staff": (operator or self._rng.choice(site.staff)).split()[0]}

    def _some_time(self) -> datetime:
        return self._year.browsing(self._rng, self._rng.randrange(len(self._year.days)))

    def _later(self, moment: datetime, least: float, most: float) -> datetime:
        """So many hours later, but not after now."""
        return min(moment + timedelta(hours=self._rng.uniform(least, most)), self._year.until)


_MADE: dict[str, Callable[[Voices], Document]] = {
    "asked": Voices._asked,
    "till": Voices._till,
    "review": Voices._review,
    "form": Voices._form,
    "suggestion": Voices._suggestion,
    "social": Voices._social,
    "rival": Voices._rival,
}
