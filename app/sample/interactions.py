"""Who talked with whom: stories told to the sample shop's customers, on channels and at hours that suit them."""

from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerRole
from app.rules.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel
from app.sample import preference_texts
from app.sample.businesses import OFFICE
from app.sample.contact_points import Reach, respelled
from app.sample.dialogues import Story, Turn
from app.sample.household_dialogues import AT_HOME, WRITTEN
from app.sample.products import PRODUCTS
from app.sample.simulated_customer import CONTACT_OF, Party
from app.sample.trade_dialogues import IN_THEIR_LANGUAGE, IN_TRADE, STRANGERS
from app.sample.trading_year import LONDON, Year, busy

_STRANGERS = 0.02
_UNANSWERED = 0.06
_ANYWAY = 0.15
"""How often we are tempted to use a channel that is not welcome."""
_PROMISES_KEPT_AFTER = timedelta(days=30)
"""What was promised longer ago has been done, but for a little; and nobody keeps a list of what is done."""
_DOCUMENTS = "https://files.example.com/"


class Talk:
    def __init__(self, rng: Random, year: Year, reach: Reach, parties: list[Party]) -> None:
        self._rng, self._year, self._reach, self._parties = rng, year, reach, parties
        self._weights = list(accumulate(9.0 if p.line else 0.6 + p.purchases**0.5 for p in parties))
        self._stories = {who: _told_to(who) for who in ("person", "trade", "supplier")}
        self._threads = 0

    def interactions(self, count: int) -> list[dict[str, Any]]:
        """Exactly so many, in the order they happened; the last scene may break off."""
        strangers = round(count * _STRANGERS) if self._parties else count
        told = [self._stranger() for _ in range(strangers)]
        while len(told) < count:
            told += self._scene()[: count - len(told)]
        told.sort(key=lambda entry: entry["_at"])
        for number, entry in enumerate(told, 1):
            del entry["_at"]
            entry["source"], entry["external_id"] = "sample", f"S-{number:06d}"
        return told

    def _stranger(self) -> dict[str, Any]:
        rng = self._rng
        at = self._year.shopping(rng, self._open_day(0.0))
        phone = self._reach.stranger() if rng.random() < 0.5 else None
        kind, value = (ContactKind.PHONE, phone) if phone else (ContactKind.EMAIL, self._reach.email("ask", "me"))
        return {
            "kind": rng.choice((InteractionKind.ENQUIRY, InteractionKind.MESSAGE, InteractionKind.MESSAGE)).value,
            "channel": rng.choice((Channel.SMS, Channel.PHONE) if phone else (Channel.EMAIL, Channel.WEB_FORM)).value,
            "direction": Direction.INBOUND.value,
            "body": rng.choice(STRANGERS),
            "contact": {"kind": kind.value, "value": value},
            "happened_at": at.isoformat(),
            "_customer": None,
            "_at": at,
        }

    def _scene(self) -> list[dict[str, Any]]:
        rng = self._rng
        party = rng.choices(self._parties, cum_weights=self._weights)[0]
        stories, weights = self._stories[_sort_of(party)]
        story = rng.choices(stories, cum_weights=weights)[0]
        if (channel := self._channel(party, story)) is None:
            return []
        turns = story.turns
        if turns[0].kind == InteractionKind.ENQUIRY and rng.random() < _UNANSWERED:
            turns = turns[:1]
        self._threads += 1
        words = self._words(party)
        at = self._year.shopping(rng, self._open_day(party.since))
        entries: list[dict[str, Any]] = []
        for turn in turns:
            at = self._suitable(party, at + timedelta(hours=turn.hours * rng.uniform(0.6, 1.6)), turn)
            if at >= self._end():
                break
            entries.append(self._entry(party, turn, self._on(party, turn, channel), at, words))
        if len(entries) > 1:
            for entry in entries:
                entry["thread"] = f"T-{self._threads:05d}"
        return entries

    def _channel(self, party: Party, story: Story) -> Channel | None:
        """The customer's favourite that fits the scene, most of the time; None where the scene does not fit them."""
        needed = [turn.channel for turn in story.turns if turn.channel]
        anyway = self._rng.random() < _ANYWAY
        if any(not party.reachable(need) or (need in party.unwelcome and not anyway) for need in needed):
            return None
        fits = [channel for channel in story.channels if party.reachable(channel)]
        refused = [channel for channel in fits if channel in party.unwelcome]
        if refused and anyway:
            return self._rng.choice(refused)
        fits = [channel for channel in fits if channel not in party.unwelcome]
        wished = [channel for channel in party.preferred if channel in fits]
        if wished and self._rng.random() < 0.7:
            return wished[0]
        return self._rng.choice(fits) if fits else None

    def _on(self, party: Party, turn: Turn, channel: Channel) -> Channel:
        """We do not answer where we are not welcome; only now and then there is no other way."""
        asked = turn.channel or channel
        if turn.direction != Direction.OUTBOUND or asked not in party.unwelcome or self._rng.random() < 0.5:
            return asked
        others = [*party.preferred, Channel.EMAIL, Channel.WHATSAPP, Channel.SMS]
        welcome = [
            other for other in others if other in WRITTEN and party.reachable(other) and other not in party.unwelcome
        ]
        return welcome[0] if welcome and turn.kind != InteractionKind.CALL else asked

    def _suitable(self, party: Party, at: datetime, turn: Turn) -> datetime:
        """People write when they like; we write and ring in working hours, and never in somebody's quiet hours."""
        at = at.astimezone(LONDON).replace(microsecond=0)
        if turn.direction == Direction.INBOUND and 7 <= at.hour < 22:
            return at
        while not (at.weekday() < 6 and 9 <= at.hour < 17 and busy(at.date())) or (
            turn.direction == Direction.OUTBOUND and party.quiet_at(at.hour * 60 + at.minute)
        ):
            at = (at + timedelta(minutes=self._rng.randint(20, 70))).astimezone(LONDON)
        return at

    def _entry(self, party: Party, turn: Turn, channel: Channel, at: datetime, words: dict[str, str]) -> dict[str, Any]:
        rng = self._rng
        text, outcome = self._text(party, turn)
        entry: dict[str, Any] = {
            "kind": turn.kind.value,
            "channel": channel.value,
            "direction": turn.direction.value,
            "body": text.format(**words),
            "happened_at": at.isoformat(),
            "_customer": party.number,
            "_at": at,
        }
        if turn.subject and channel in _WITH_SUBJECT:
            entry["subject"] = turn.subject.format(**words)
        if (kind := CONTACT_OF.get(channel)) in party.contacts and kind is not None:
            value = party.contacts[kind]
            spelled = respelled(rng, value) if value.startswith("+") else value
            entry["contact"] = {"kind": kind.value, "value": spelled}
        if turn.direction != Direction.INBOUND or channel in _SPOKEN:
            entry["staff"] = words["staff_name"]
        if outcome:
            entry["outcome"] = outcome.format(**words)
        if turn.documents and rng.random() < 0.7:
            entry["documents"] = [_document(rng, name) for name in turn.documents]
        if turn.promises and rng.random() < (0.6 if at > self._end() - _PROMISES_KEPT_AFTER else 0.01):
            entry["next_step"] = self._promise(turn, at, words)
        if turn.direction == Direction.OUTBOUND and channel in party.unwelcome:
            entry["unwelcome_reason"] = rng.choice(preference_texts.WHY_ANYWAY)
        return entry | self._spoken(turn, channel, words)

    def _text(self, party: Party, turn: Turn) -> tuple[str, str]:
        """What was said, and what came of it."""
        spoken = IN_THEIR_LANGUAGE.get(party.document.get("preferences", {}).get("language", ""), ())
        if turn.direction == Direction.INBOUND and spoken and self._rng.random() < 0.6:
            return spoken[0] if turn.kind == InteractionKind.ENQUIRY else spoken[1], ""
        number = self._rng.randrange(len(turn.texts))
        if len(turn.outcomes) == len(turn.texts):
            return turn.texts[number], turn.outcomes[number]
        return turn.texts[number], self._rng.choice(turn.outcomes) if turn.outcomes else ""

    def _spoken(self, turn: Turn, channel: Channel, words: dict[str, str]) -> dict[str, Any]:
        rng = self._rng
        if turn.kind in {InteractionKind.MEETING, InteractionKind.PRESENTATION}:
            long = {"duration_seconds": 60 * rng.randrange(20, 125, 5)}
            attending = [{"name": words["staff_name"], "role": "staff"}, {"name": words["name"], "role": "customer"}]
            provider = {"provider": rng.choice(("zoom", "google_meet", "teams"))} if channel == Channel.VIDEO else {}
            return long | provider | {"participants": attending}
        if channel == Channel.PHONE:
            return {"duration_seconds": int(rng.lognormvariate(5, 0.7))}
        return {}

    def _promise(self, turn: Turn, at: datetime, words: dict[str, str]) -> dict[str, Any]:
        due = at + timedelta(days=self._rng.choice((1, 2, 3, 7, 14, 21, 30)))
        what = self._rng.choice(turn.promises).format(**words)
        return {"what": what, "owner": words["staff_name"], "due_at": due.isoformat()}

    def _words(self, party: Party) -> dict[str, str]:
        rng = self._rng
        liked = [number for number in party.favourites if PRODUCTS[number].season != "christmas"] or _EVERYDAY
        staff = rng.choice(OFFICE) if party.line and rng.random() < 0.6 else rng.choice(party.site.staff)
        return {
            "name": party.called,
            "product": as_said(PRODUCTS[rng.choice(liked)].name),
            "site": party.site.city,
            "staff": staff.split()[0],
            "staff_name": staff,
            "day": rng.choice(("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")),
        }

    def _open_day(self, since: float) -> int:
        return self._year.day_at(since + self._rng.random() * (self._year.length - since))

    def _end(self) -> datetime:
        return self._year.until


def _told_to(who: str) -> tuple[list[Story], list[float]]:
    stories = [story for story in (*AT_HOME, *IN_TRADE) if story.who in {who, "any"}]
    return stories, list(accumulate(story.share for story in stories))


def _sort_of(party: Party) -> str:
    if party.line is None:
        return "person"
    return "trade" if party.line.role == CustomerRole.CUSTOMER else "supplier"


def as_said(product: str) -> str:
    """`Free-range chicken, whole` is free-range chicken to those who talk about it."""
    name = product.split(",")[0]
    return name if name.split()[0] in _PROPER else name[0].lower() + name[1:]


def _document(rng: Random, name: str) -> dict[str, Any]:
    slug = name.lower().replace(" ", "-")
    return {
        "name": f"{name}.pdf",
        "address": f"{_DOCUMENTS}{slug}-{rng.randrange(1_000):03d}.pdf",
        "media_type": "application/pdf",
        "size": rng.randrange(20_000, 900_000),
    }


_EVERYDAY = [number for number, product in enumerate(PRODUCTS) if not product.season]
_PROPER = {
    "Brie", "Comté", "Côtes", "Cumberland", "English", "Lincolnshire", "Manchego", "Nocellara", "Parmigiano", "Picpoul",
    "Rioja", "Taleggio", "Toulouse", "Wensleydale",
}  # fmt: skip
_SPOKEN = {Channel.PHONE, Channel.IN_PERSON, Channel.VISIT, Channel.VIDEO, Channel.EVENT}
_WITH_SUBJECT = {Channel.EMAIL, Channel.WEB_FORM, Channel.LETTER, Channel.VIDEO, Channel.VISIT, Channel.EVENT}
