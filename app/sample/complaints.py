"""Who complained of what in the sample shop's year, and what became of it."""

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
from app.rules.customers import ContactKind
from app.rules.kit.channels import Channel
from app.rules.service_levels import Calendar, Severity
from app.sample.businesses import OFFICE, SITES
from app.sample.complaint_histories import ENDS, OPEN, Way
from app.sample.complaint_texts import STRANGERS, About, Grievance, Worth
from app.sample.contact_points import Reach
from app.sample.incidents import Incident, Incidents, Window
from app.sample.interactions import as_said
from app.sample.products import PRODUCTS
from app.sample.receipts import Receipt
from app.sample.service_setup import promised
from app.sample.simulated_customer import CONTACT_OF, Party
from app.sample.trading_year import LONDON, Year

_ATTEMPTS = 60
_FEELINGS = {
    Severity.LOW: (30, 45, 20, 5, 0),
    Severity.MEDIUM: (14, 42, 30, 12, 2),
    Severity.HIGH: (4, 25, 28, 33, 10),
    Severity.CRITICAL: (0, 12, 16, 40, 32),
}
_CHANNELS = {
    Channel.PHONE: 30,
    Channel.EMAIL: 26,
    Channel.IN_PERSON: 22,
    Channel.WEB_FORM: 8,
    Channel.WHATSAPP: 8,
    Channel.FACEBOOK: 5,
    Channel.INSTAGRAM: 5,
    Channel.LETTER: 3,
}
_BETTER = {"second", "reopened"}
"""They end with a second answer."""
_OPENLY = {Channel.FACEBOOK, Channel.INSTAGRAM}
_UNHAPPY = {"rejected", "second", "settled", "agreed", "disputed", "deadlock", "referred"}


class Trouble:
    def __init__(
        self,
        rng: Random,
        year: Year,
        calendar: Calendar,
        reach: Reach,
        parties: list[Party],
        receipts: list[Receipt],
        operators: dict[str, str],
    ) -> None:
        """`operators`: who stood at the till, by receipt number."""
        self._rng, self._calendar, self._reach = rng, calendar, reach
        self._until = year.until.astimezone(LONDON).replace(microsecond=0)
        self._incidents = Incidents(rng, year, parties, receipts)
        self._operators = operators

    def complaints(self, count: int) -> list[dict[str, Any]]:
        """Exactly so many, in the order in which they were received."""
        made = [self._complaint(plan, window) for plan, window in _plans(self._rng, count)]
        made.sort(key=lambda complaint: complaint["_at"])
        for number, complaint in enumerate(made, 1):
            del complaint["_at"]
            complaint["source"], complaint["external_id"] = "sample", f"G-{number:05d}"
        return made

    def _complaint(self, plan: str, window: Window) -> dict[str, Any]:
        rng, decision = self._rng, _decision(self._rng, plan)
        # Who is turned down may be lost.
        lost = plan == "rejected" and rng.random() < 0.7
        for _ in range(_ATTEMPTS):
            incident = self._incidents.any(window, last=lost)
            severity = rng.choices(list(Severity), incident.grievance.severities)[0]
            tags = incident.party.document.get("tags", []) if incident.party else []
            owner = self._owner(incident, severity)
            way = Way(rng, self._calendar, promised(severity, tags), owner, incident.received, decision)
            way.go(plan)
            if way.at <= self._until:
                break
        else:
            incident.received = min(incident.received, self._until)
            way.cut(self._until)
        return self._document(plan, incident, severity, way)

    def _owner(self, incident: Incident, severity: Severity) -> str:
        grave = severity in (Severity.HIGH, Severity.CRITICAL)
        return self._rng.choice(OFFICE if grave or incident.site is None else incident.site.staff)

    def _document(self, plan: str, incident: Incident, severity: Severity, way: Way) -> dict[str, Any]:
        rng, grievance, made = self._rng, incident.grievance, way.moves
        channel = self._channel(incident)
        feeling = self._feeling(severity, plan)
        document: dict[str, Any] = {
            "channel": channel.value,
            "received_at": incident.received.isoformat(),
            "description": rng.choice(grievance.words).format(**self._words(incident)),
            "feeling": feeling.value,
            "history": way.history,
            "remedies": self._remedies(plan, incident, severity, way),
            "_customer": incident.party.number if incident.party else None,
            "_at": incident.received,
        }
        if incident.site:
            document["site"] = incident.site.city
        if rng.random() < 0.7:
            document["desired_outcome"] = rng.choice(grievance.wanted)
        if feeling in (Feeling.ANGRY, Feeling.DISTRESSED):
            document["relationship_at_risk"] = rng.random() < 0.7
        if channel in _OPENLY or rng.random() < 0.08:
            document["publicity"] = (Publicity.PUBLIC if channel in _OPENLY else Publicity.LIKELY).value
        if made:
            document["owner"], document["category"] = way.owner, grievance.category
        if Move.ASSESS in made:
            document |= self._assessed(severity)
        if Move.CLOSE in made or (way.then and way.then[-1]["verb"] == Move.CLOSE):
            document |= self._cause(grievance)
        if way.then:
            document["_then"] = way.then
        return document | self._bought(incident) | self._stranger(incident, channel)

    def _channel(self, incident: Incident) -> Channel:
        party = incident.party
        if party is None:
            return self._rng.choice((Channel.PHONE, Channel.EMAIL, Channel.LETTER))
        fits = [channel for channel in _CHANNELS if party.reachable(channel) and channel not in party.unwelcome]
        if incident.site is None:
            fits = [channel for channel in fits if channel != Channel.IN_PERSON]
        return self._rng.choices(fits, [_CHANNELS[channel] for channel in fits])[0] if fits else Channel.OTHER

    def _feeling(self, severity: Severity, plan: str) -> Feeling:
        calm, disappointed, frustrated, angry, distressed = _FEELINGS[severity]
        if plan in _UNHAPPY:
            calm, angry = 0, angry + 40
        return self._rng.choices(list(Feeling), (calm, disappointed, frustrated, angry, distressed))[0]

    def _words(self, incident: Incident) -> dict[str, str]:
        piece, site = incident.piece, incident.site or SITES[0]
        day = incident.receipt.moment if incident.receipt else incident.received - timedelta(days=2)
        staff = self._operator(incident) or self._rng.choice(site.staff)
        return {
            "product": as_said(piece.product.name if piece else self._liked(incident)),
            "site": site.city,
            "staff": staff.split()[0],
            "day": f"{day.astimezone(LONDON):%A}",
        }

    def _liked(self, incident: Incident) -> str:
        liked = incident.party.favourites if incident.party else None
        return PRODUCTS[self._rng.choice(liked)].name if liked else "Pork pie"

    def _operator(self, incident: Incident) -> str | None:
        return self._operators.get(incident.receipt.number) if incident.receipt else None

    def _remedies(self, plan: str, incident: Incident, severity: Severity, way: Way) -> list[dict[str, Any]]:
        """What they asked for, and what we offered for it."""
        rng, made, state = self._rng, way.moves, _state(way.moves)
        if Move.WITHDRAW in made:
            return []
        offers = incident.grievance.remedies
        kind, worth, described = rng.choices(offers, [4, 2, 2, 1][: len(offers)])[0]
        asked = {"kind": kind.value, "state": RemedyState.SOUGHT.value}
        if state is None:
            return [asked] if rng.random() < 0.6 else []
        if way.decision is Decision.NOT_UPHELD and plan not in _BETTER:
            return [
                {"kind": RemedyKind.EXPLANATION.value, "state": state.value, "description": "Why it was none of ours"}
            ]
        chosen: dict[str, Any] = asked | {"state": state.value, "description": described}
        found = [chosen | self._cost(worth, incident, severity)]
        if state is RemedyState.ACCEPTED and plan in _BETTER:
            more = {"kind": RemedyKind.GOODWILL.value, "description": "For the trouble", "state": state.value}
            if plan == "second":
                chosen["state"] = RemedyState.REFUSED.value
            found = [chosen | self._cost(worth, incident, severity), more | self._cost(Worth.TOKEN, incident, severity)]
        elif kind is not RemedyKind.APOLOGY and rng.random() < 0.3:
            found.append({"kind": RemedyKind.APOLOGY.value, "state": state.value})
        return found

    def _cost(self, worth: Worth, incident: Incident, severity: Severity) -> dict[str, str]:
        piece = incident.piece
        token = self._rng.choice((300, 500, 500, 1_000)) * (1 + list(Severity).index(severity))
        paid = piece.total if piece and piece.total else token
        pence = {Worth.LINE: paid, Worth.HALF: (paid + 1) // 2, Worth.TOKEN: token}.get(worth)
        return {} if pence is None else {"cost": _pounds(pence), "currency": "GBP"}

    def _assessed(self, severity: Severity) -> dict[str, Any]:
        rng, grave = self._rng, severity in (Severity.HIGH, Severity.CRITICAL)
        assessed: dict[str, Any] = {
            "severity": severity.value,
            "complexity": rng.choices(list(Complexity), (25, 50, 25) if grave else (60, 32, 8))[0].value,
            "impact": rng.choices(list(Impact), (50, 25, 10, 15) if grave else (80, 16, 4, 0))[0].value,
        }
        if severity is Severity.CRITICAL:
            assessed |= {"immediate_action": True, "priority": Priority.URGENT.value}
        elif grave:
            assessed["priority"] = Priority.HIGH.value
        return assessed

    def _cause(self, grievance: Grievance) -> dict[str, str]:
        if self._rng.random() > 0.88:
            return {}
        kind, cause = self._rng.choice(grievance.causes)
        return {"cause_kind": kind.value, "cause": cause}

    def _bought(self, incident: Incident) -> dict[str, Any]:
        receipt, piece = incident.receipt, incident.piece
        if receipt is None or piece is None:
            return {}
        found: dict[str, Any] = {"_sale": receipt.number}
        if incident.grievance.about is not About.COUNTER or incident.grievance.category == "price":
            found |= {"sale_line_no": incident.line + 1, "sku": piece.product.sku}
            found |= {"value": _pounds(piece.total), "currency": "GBP"}
        elif operator := self._operator(incident):
            found["staff"] = operator
        return found

    def _stranger(self, incident: Incident, channel: Channel) -> dict[str, Any]:
        if incident.party is not None:
            return {}
        complainant: dict[str, Any] = {"name": self._rng.choice(STRANGERS)}
        kind = CONTACT_OF.get(channel)
        value = self._reach.stranger() if kind is ContactKind.PHONE else self._reach.email("fed", "up")
        if kind is not None and value is not None:
            complainant["contact"] = {"kind": kind.value, "value": value}
        return {"complainant": complainant}


def _plans(rng: Random, count: int) -> list[tuple[str, Window]]:
    """As many of each as there should be, in any order."""
    waiting = round(count * (1 - sum(ENDS.values()) / 1_000))
    plans: list[tuple[str, Window]] = []
    for number in range(waiting):
        plan, low, high = OPEN[number % len(OPEN)]
        plans.append((plan, (low, high)))
    ended = list(accumulate(ENDS.values()))
    for number in range(count - waiting):
        place = (number + 0.5) / (count - waiting) * ended[-1]
        plans.append((list(ENDS)[bisect_left(ended, place)], None))
    rng.shuffle(plans)
    return plans


def _decision(rng: Random, plan: str) -> Decision:
    weights = (0, 55, 45) if plan in _UNHAPPY else (62, 25, 13)
    return rng.choices((Decision.UPHELD, Decision.PARTLY_UPHELD, Decision.NOT_UPHELD), weights)[0]


def _state(made: set[str]) -> RemedyState | None:
    """Of what we offered; None where we have not yet."""
    if Move.RESPOND not in made:
        return None
    if Move.ACCEPT in made:
        return RemedyState.ACCEPTED
    return RemedyState.REFUSED if Move.REJECT in made else RemedyState.OFFERED


def _pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"
