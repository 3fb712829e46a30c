"""The complaints of the sample shop's year, and what was done about them."""

from bisect import bisect_left
from datetime import timedelta
from itertools import accumulate
from random import Random
from typing import Any

from app.rules.complaints import (
    Complexity,
    Decision,
    Feeling,
    Impact,
    Move,
    Priority,
    Publicity,
    RemedyKind,
    RemedyState,
)
from app.rules.customers import WHATSAPP, ContactKind
from app.rules.kit.channels import Channel
from app.rules.service_levels import Calendar, Severity
from app.sample.businesses import OFFICE, SITES
from app.sample.complaint_histories import CLOSED_PATHS, OPEN_PATHS, ComplaintHistory
from app.sample.complaint_texts import STRANGER_NAMES, ComplaintTopic, Subject, Worth
from app.sample.contact_points import ContactPointPool
from app.sample.incidents import Incident, IncidentGenerator, Window
from app.sample.interactions import as_spoken
from app.sample.products import PRODUCTS
from app.sample.receipts import Receipt
from app.sample.service_setup import target_minutes
from app.sample.simulated_customer import CONTACT_OF, SimulatedCustomer
from app.sample.trading_year import LONDON, TradingYear

_MAX_ATTEMPTS = 60
_FEELING_WEIGHTS = {
    Severity.LOW: (30, 45, 20, 5, 0),
    Severity.MEDIUM: (14, 42, 30, 12, 2),
    Severity.HIGH: (4, 25, 28, 33, 10),
    Severity.CRITICAL: (0, 12, 16, 40, 32),
}
_CHANNEL_WEIGHTS = {
    Channel.PHONE: 30,
    Channel.EMAIL: 26,
    Channel.IN_PERSON: 22,
    Channel.WEB_FORM: 8,
    Channel.WHATSAPP: 8,
    Channel.FACEBOOK: 5,
    Channel.INSTAGRAM: 5,
    Channel.LETTER: 3,
}
_ANSWERED_TWICE = {"second_response", "reopened"}
_PUBLIC_CHANNELS = {Channel.FACEBOOK, Channel.INSTAGRAM}
_DISPUTED_PATHS = {
    "rejected",
    "second_response",
    "settled",
    "accepted_after_deadlock",
    "disputed",
    "deadlock",
    "referred",
}


class ComplaintGenerator:
    def __init__(
        self,
        rng: Random,
        year: TradingYear,
        calendar: Calendar,
        pool: ContactPointPool,
        customers: list[SimulatedCustomer],
        receipts: list[Receipt],
        operators: dict[str, str],
    ) -> None:
        """`operators`: the operator of the till by receipt number."""
        self._rng, self._calendar, self._pool = rng, calendar, pool
        self._until = year.until.astimezone(LONDON).replace(microsecond=0)
        self._incidents = IncidentGenerator(rng, year, customers, receipts)
        self._operators = operators

    def complaints(self, count: int) -> list[dict[str, Any]]:
        """Exactly `count` complaints, in the order in which they were received."""
        complaints = [self._complaint(path, window) for path, window in _draw_paths(self._rng, count)]
        complaints.sort(key=lambda complaint: complaint["_at"])
        for number, complaint in enumerate(complaints, 1):
            del complaint["_at"]
            complaint["source"], complaint["external_id"] = "sample", f"G-{number:05d}"
        return complaints

    def _complaint(self, path: str, window: Window) -> dict[str, Any]:
        rng, decision = self._rng, _decision(self._rng, path)
        # Many customers whose complaint was rejected do not come back.
        lost = path == "rejected" and rng.random() < 0.7
        for _ in range(_MAX_ATTEMPTS):
            incident = self._incidents.draw(window, lost=lost)
            severity = rng.choices(list(Severity), incident.topic.severities)[0]
            tags = incident.customer.document.get("tags", []) if incident.customer else []
            owner = self._owner(incident, severity)
            history = ComplaintHistory(
                rng, self._calendar, target_minutes(severity, tags), owner, incident.received, decision
            )
            history.follow(path)
            if history.at <= self._until:
                break
        else:
            incident.received = min(incident.received, self._until)
            history.truncate(self._until)
        return self._document(path, incident, severity, history)

    def _owner(self, incident: Incident, severity: Severity) -> str:
        is_severe = severity in (Severity.HIGH, Severity.CRITICAL)
        return self._rng.choice(OFFICE if is_severe or incident.site is None else incident.site.staff)

    def _document(self, path: str, incident: Incident, severity: Severity, history: ComplaintHistory) -> dict[str, Any]:
        rng, topic, moves = self._rng, incident.topic, history.moves
        channel = self._channel(incident)
        feeling = self._feeling(severity, path)
        document: dict[str, Any] = {
            "channel": channel.value,
            "received_at": incident.received.isoformat(),
            "description": rng.choice(topic.descriptions).format(**self._template_values(incident)),
            "feeling": feeling.value,
            "history": history.entries,
            "remedies": self._remedies(path, incident, severity, history),
            "_customer": incident.customer.loyalty_number if incident.customer else None,
            "_at": incident.received,
        }
        if incident.site:
            document["site"] = incident.site.city
        if rng.random() < 0.7:
            document["desired_outcome"] = rng.choice(topic.desired_outcomes)
        if feeling in (Feeling.ANGRY, Feeling.DISTRESSED):
            document["relationship_at_risk"] = rng.random() < 0.7
        if channel in _PUBLIC_CHANNELS or rng.random() < 0.08:
            document["publicity"] = (Publicity.PUBLIC if channel in _PUBLIC_CHANNELS else Publicity.LIKELY).value
        if moves:
            document["owner"], document["category"] = history.owner, topic.category
        if Move.ASSESS in moves:
            document |= self._assessment(severity)
        if Move.CLOSE in moves or (history.actions and history.actions[-1]["operation"] == Move.CLOSE):
            document |= self._cause(topic)
        if history.actions:
            document["_actions"] = history.actions
        return document | self._purchase(incident) | self._complainant(incident, channel)

    def _channel(self, incident: Incident) -> Channel:
        customer = incident.customer
        if customer is None:
            return self._rng.choice((Channel.PHONE, Channel.EMAIL, Channel.LETTER))
        possible = [
            channel
            for channel in _CHANNEL_WEIGHTS
            if customer.reachable(channel) and channel not in customer.unwelcome_channels
        ]
        if incident.site is None:
            possible = [channel for channel in possible if channel != Channel.IN_PERSON]
        if not possible:
            return Channel.OTHER
        return self._rng.choices(possible, [_CHANNEL_WEIGHTS[channel] for channel in possible])[0]

    def _feeling(self, severity: Severity, path: str) -> Feeling:
        calm, disappointed, frustrated, angry, distressed = _FEELING_WEIGHTS[severity]
        if path in _DISPUTED_PATHS:
            calm, angry = 0, angry + 40
        return self._rng.choices(list(Feeling), (calm, disappointed, frustrated, angry, distressed))[0]

    def _template_values(self, incident: Incident) -> dict[str, str]:
        line, site = incident.basket_line, incident.site or SITES[0]
        day = incident.receipt.occurred_at if incident.receipt else incident.received - timedelta(days=2)
        staff = self._operator(incident) or self._rng.choice(site.staff)
        return {
            "product": as_spoken(line.product.name if line else self._favourite(incident)),
            "site": site.city,
            "staff": staff.split()[0],
            "day": f"{day.astimezone(LONDON):%A}",
        }

    def _favourite(self, incident: Incident) -> str:
        favourites = incident.customer.favourites if incident.customer else None
        return PRODUCTS[self._rng.choice(favourites)].name if favourites else "Pork pie"

    def _operator(self, incident: Incident) -> str | None:
        return self._operators.get(incident.receipt.number) if incident.receipt else None

    def _remedies(
        self, path: str, incident: Incident, severity: Severity, history: ComplaintHistory
    ) -> list[dict[str, Any]]:
        """The remedy that was asked for, and those that were offered."""
        rng, moves, state = self._rng, history.moves, _offer_state(history.moves)
        if Move.WITHDRAW in moves:
            return []
        offers = incident.topic.remedies
        kind, worth, description = rng.choices(offers, [4, 2, 2, 1][: len(offers)])[0]
        sought = {"kind": kind.value, "state": RemedyState.SOUGHT.value}
        if state is None:
            return [sought] if rng.random() < 0.6 else []
        if history.decision is Decision.NOT_UPHELD and path not in _ANSWERED_TWICE:
            return [
                {"kind": RemedyKind.EXPLANATION.value, "state": state.value, "description": "Why it was none of ours"}
            ]
        offer: dict[str, Any] = sought | {"state": state.value, "description": description}
        remedies = [offer | self._cost(worth, incident, severity)]
        if state is RemedyState.ACCEPTED and path in _ANSWERED_TWICE:
            goodwill = {"kind": RemedyKind.GOODWILL.value, "description": "For the trouble", "state": state.value}
            if path == "second_response":
                offer["state"] = RemedyState.REFUSED.value
            remedies = [
                offer | self._cost(worth, incident, severity),
                goodwill | self._cost(Worth.TOKEN, incident, severity),
            ]
        elif kind is not RemedyKind.APOLOGY and rng.random() < 0.3:
            remedies.append({"kind": RemedyKind.APOLOGY.value, "state": state.value})
        return remedies

    def _cost(self, worth: Worth, incident: Incident, severity: Severity) -> dict[str, str]:
        line = incident.basket_line
        token = self._rng.choice((300, 500, 500, 1_000)) * (1 + list(Severity).index(severity))
        paid = line.total if line and line.total else token
        pence = {Worth.LINE: paid, Worth.HALF: (paid + 1) // 2, Worth.TOKEN: token}.get(worth)
        return {} if pence is None else {"cost": _pounds(pence), "currency": "GBP"}

    def _assessment(self, severity: Severity) -> dict[str, Any]:
        rng, is_severe = self._rng, severity in (Severity.HIGH, Severity.CRITICAL)
        assessment: dict[str, Any] = {
            "severity": severity.value,
            "complexity": rng.choices(list(Complexity), (25, 50, 25) if is_severe else (60, 32, 8))[0].value,
            "impact": rng.choices(list(Impact), (50, 25, 10, 15) if is_severe else (80, 16, 4, 0))[0].value,
        }
        if severity is Severity.CRITICAL:
            assessment |= {"immediate_action": True, "priority": Priority.URGENT.value}
        elif is_severe:
            assessment["priority"] = Priority.HIGH.value
        return assessment

    def _cause(self, topic: ComplaintTopic) -> dict[str, str]:
        if self._rng.random() > 0.88:
            return {}
        kind, cause = self._rng.choice(topic.causes)
        return {"cause_kind": kind.value, "cause": cause}

    def _purchase(self, incident: Incident) -> dict[str, Any]:
        receipt, line = incident.receipt, incident.basket_line
        if receipt is None or line is None:
            return {}
        purchase: dict[str, Any] = {"_sale": receipt.number}
        if incident.topic.subject is not Subject.COUNTER or incident.topic.category == "price":
            purchase |= {"sale_line_no": incident.line + 1, "sku": line.product.sku}
            purchase |= {"value": _pounds(line.total), "currency": "GBP"}
        elif operator := self._operator(incident):
            purchase["staff"] = operator
        return purchase

    def _complainant(self, incident: Incident, channel: Channel) -> dict[str, Any]:
        if incident.customer is not None:
            return {}
        complainant: dict[str, Any] = {"name": self._rng.choice(STRANGER_NAMES)}
        kind = CONTACT_OF.get(channel)
        value = self._pool.stranger_phone() if kind in (ContactKind.PHONE, WHATSAPP) else self._pool.email("fed", "up")
        if kind is not None and value is not None:
            complainant["contact"] = {"kind": str(kind), "value": value}
        return {"complainant": complainant}


def _draw_paths(rng: Random, count: int) -> list[tuple[str, Window]]:
    """Paths with the right frequencies in random order, and the age of those complaints that are open."""
    open_count = round(count * (1 - sum(CLOSED_PATHS.values()) / 1_000))
    paths: list[tuple[str, Window]] = []
    for number in range(open_count):
        path, youngest, oldest = OPEN_PATHS[number % len(OPEN_PATHS)]
        paths.append((path, (youngest, oldest)))
    cumulative = list(accumulate(CLOSED_PATHS.values()))
    for number in range(count - open_count):
        quantile = (number + 0.5) / (count - open_count) * cumulative[-1]
        paths.append((list(CLOSED_PATHS)[bisect_left(cumulative, quantile)], None))
    rng.shuffle(paths)
    return paths


def _decision(rng: Random, path: str) -> Decision:
    weights = (0, 55, 45) if path in _DISPUTED_PATHS else (62, 25, 13)
    return rng.choices((Decision.UPHELD, Decision.PARTLY_UPHELD, Decision.NOT_UPHELD), weights)[0]


def _offer_state(moves: set[str]) -> RemedyState | None:
    """The state of the remedies that were offered; None before the response."""
    if Move.RESPOND not in moves:
        return None
    if Move.ACCEPT in moves:
        return RemedyState.ACCEPTED
    return RemedyState.REFUSED if Move.REJECT in moves else RemedyState.OFFERED


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"
