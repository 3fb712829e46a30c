"""The interactions of the sample shop: dialogues on channels and at times that suit each customer."""

from datetime import datetime, timedelta
from itertools import accumulate
from random import Random
from typing import Any

from app.rules.customers import ContactKind, CustomerRole
from app.rules.interactions import Direction, InteractionKind
from app.rules.kit.channels import Channel
from app.sample import preference_texts
from app.sample.businesses import OFFICE
from app.sample.contact_points import ContactPointPool, vary_phone_format
from app.sample.dialogues import Dialogue, Turn
from app.sample.household_dialogues import HOUSEHOLD_DIALOGUES, WRITTEN
from app.sample.products import PRODUCTS
from app.sample.simulated_customer import CONTACT_OF, SimulatedCustomer
from app.sample.trade_dialogues import STRANGER_MESSAGES, TRADE_DIALOGUES, TRANSLATIONS
from app.sample.trading_year import LONDON, TradingYear, trade_weight

_STRANGER_SHARE = 0.02
_UNANSWERED_SHARE = 0.06
_UNWELCOME_SHARE = 0.15
"""How often staff consider a channel that is not welcome."""
_NEXT_STEPS_DONE_AFTER = timedelta(days=30)
"""Nearly all next steps that are older have been done, and tasks that are done are not part of the sample."""
_DOCUMENTS = "https://files.example.com/"


class InteractionGenerator:
    def __init__(
        self, rng: Random, year: TradingYear, pool: ContactPointPool, customers: list[SimulatedCustomer]
    ) -> None:
        self._rng, self._year, self._pool, self._customers = rng, year, pool, customers
        self._weights = list(accumulate(9.0 if p.business_line else 0.6 + p.purchase_count**0.5 for p in customers))
        self._dialogues = {audience: _dialogues_with(audience) for audience in ("person", "trade", "supplier")}
        self._threads = 0

    def interactions(self, count: int) -> list[dict[str, Any]]:
        """Exactly `count` interactions by time; the last dialogue may be incomplete."""
        stranger_count = round(count * _STRANGER_SHARE) if self._customers else count
        interactions = [self._stranger_message() for _ in range(stranger_count)]
        while len(interactions) < count:
            interactions += self._draw_dialogue()[: count - len(interactions)]
        interactions.sort(key=lambda entry: entry["_at"])
        for number, entry in enumerate(interactions, 1):
            del entry["_at"]
            entry["source"], entry["external_id"] = "sample", f"S-{number:06d}"
        return interactions

    def _stranger_message(self) -> dict[str, Any]:
        rng = self._rng
        at = self._year.in_opening_hours(rng, self._open_day(0.0))
        phone = self._pool.stranger_phone() if rng.random() < 0.5 else None
        kind, value = (ContactKind.PHONE, phone) if phone else (ContactKind.EMAIL, self._pool.email("ask", "me"))
        return {
            "kind": rng.choice((InteractionKind.ENQUIRY, InteractionKind.MESSAGE, InteractionKind.MESSAGE)).value,
            "channel": rng.choice((Channel.SMS, Channel.PHONE) if phone else (Channel.EMAIL, Channel.WEB_FORM)).value,
            "direction": Direction.INBOUND.value,
            "body": rng.choice(STRANGER_MESSAGES),
            "contact": {"kind": kind.value, "value": value},
            "happened_at": at.isoformat(),
            "_customer": None,
            "_at": at,
        }

    def _draw_dialogue(self) -> list[dict[str, Any]]:
        rng = self._rng
        customer = rng.choices(self._customers, cum_weights=self._weights)[0]
        dialogues, weights = self._dialogues[_audience(customer)]
        dialogue = rng.choices(dialogues, cum_weights=weights)[0]
        if (channel := self._channel(customer, dialogue)) is None:
            return []
        turns = dialogue.turns
        if turns[0].kind == InteractionKind.ENQUIRY and rng.random() < _UNANSWERED_SHARE:
            turns = turns[:1]
        self._threads += 1
        values = self._template_values(customer)
        at = self._year.in_opening_hours(rng, self._open_day(customer.joined_at))
        entries: list[dict[str, Any]] = []
        for turn in turns:
            at = self._suitable_time(customer, at + timedelta(hours=turn.hours_later * rng.uniform(0.6, 1.6)), turn)
            if at >= self._end():
                break
            entries.append(self._entry(customer, turn, self._turn_channel(customer, turn, channel), at, values))
        if len(entries) > 1:
            for entry in entries:
                entry["thread"] = f"T-{self._threads:05d}"
        return entries

    def _channel(self, customer: SimulatedCustomer, dialogue: Dialogue) -> Channel | None:
        """A channel that the dialogue allows, often a preferred one; None where no channel suits the customer."""
        required = [turn.channel for turn in dialogue.turns if turn.channel]
        use_unwelcome = self._rng.random() < _UNWELCOME_SHARE
        if not all(map(customer.reachable, required)):
            return None
        if not use_unwelcome and not customer.unwelcome_channels.isdisjoint(required):
            return None
        possible = [channel for channel in dialogue.channels if customer.reachable(channel)]
        unwelcome = [channel for channel in possible if channel in customer.unwelcome_channels]
        if unwelcome and use_unwelcome:
            return self._rng.choice(unwelcome)
        welcome = [channel for channel in possible if channel not in customer.unwelcome_channels]
        preferred = [channel for channel in customer.preferred_channels if channel in welcome]
        if preferred and self._rng.random() < 0.7:
            return preferred[0]
        return self._rng.choice(welcome) if welcome else None

    def _turn_channel(self, customer: SimulatedCustomer, turn: Turn, channel: Channel) -> Channel:
        """The channel of a turn: staff avoid an unwelcome channel where they can write on another one."""
        default = turn.channel or channel
        if (
            turn.direction != Direction.OUTBOUND
            or default not in customer.unwelcome_channels
            or self._rng.random() < 0.5
        ):
            return default
        others = [*customer.preferred_channels, Channel.EMAIL, Channel.WHATSAPP, Channel.SMS]
        welcome = [
            other
            for other in others
            if other in WRITTEN and customer.reachable(other) and other not in customer.unwelcome_channels
        ]
        return welcome[0] if welcome and turn.kind != InteractionKind.CALL else default

    def _suitable_time(self, customer: SimulatedCustomer, at: datetime, turn: Turn) -> datetime:
        """Customers write at any time of the day; staff in working hours, and never in quiet hours of the customer."""
        at = at.astimezone(LONDON).replace(microsecond=0)
        if turn.direction == Direction.INBOUND and 7 <= at.hour < 22:
            return at
        while not (at.weekday() < 6 and 9 <= at.hour < 17 and trade_weight(at.date())) or (
            turn.direction == Direction.OUTBOUND and customer.is_quiet_at(at.hour * 60 + at.minute)
        ):
            at = (at + timedelta(minutes=self._rng.randint(20, 70))).astimezone(LONDON)
        return at

    def _entry(
        self, customer: SimulatedCustomer, turn: Turn, channel: Channel, at: datetime, values: dict[str, str]
    ) -> dict[str, Any]:
        rng = self._rng
        text, outcome = self._text(customer, turn)
        entry: dict[str, Any] = {
            "kind": turn.kind.value,
            "channel": channel.value,
            "direction": turn.direction.value,
            "body": text.format(**values),
            "happened_at": at.isoformat(),
            "_customer": customer.loyalty_number,
            "_at": at,
        }
        if turn.subject and channel in _CHANNELS_WITH_SUBJECT:
            entry["subject"] = turn.subject.format(**values)
        if (kind := CONTACT_OF.get(channel)) in customer.contacts and kind is not None:
            value = customer.contacts[kind]
            formatted = vary_phone_format(rng, value) if value.startswith("+") else value
            entry["contact"] = {"kind": str(kind), "value": formatted}
        if turn.direction != Direction.INBOUND or channel in _ATTENDED_CHANNELS:
            entry["staff"] = values["staff_name"]
        if outcome:
            entry["outcome"] = outcome.format(**values)
        if turn.documents and rng.random() < 0.7:
            entry["documents"] = [_document(rng, name) for name in turn.documents]
        if turn.next_steps and rng.random() < (0.6 if at > self._end() - _NEXT_STEPS_DONE_AFTER else 0.01):
            entry["next_step"] = self._next_step(turn, at, values)
        if turn.direction == Direction.OUTBOUND and channel in customer.unwelcome_channels:
            entry["unwelcome_reason"] = rng.choice(preference_texts.UNWELCOME_CONTACT_REASONS)
        return entry | self._call_or_meeting(turn, channel, values)

    def _text(self, customer: SimulatedCustomer, turn: Turn) -> tuple[str, str]:
        """The body and the outcome."""
        translations = TRANSLATIONS.get(customer.document.get("preferences", {}).get("language", ""), ())
        if turn.direction == Direction.INBOUND and translations and self._rng.random() < 0.6:
            return translations[0] if turn.kind == InteractionKind.ENQUIRY else translations[1], ""
        index = self._rng.randrange(len(turn.texts))
        if len(turn.outcomes) == len(turn.texts):
            return turn.texts[index], turn.outcomes[index]
        return turn.texts[index], self._rng.choice(turn.outcomes) if turn.outcomes else ""

    def _call_or_meeting(self, turn: Turn, channel: Channel, values: dict[str, str]) -> dict[str, Any]:
        rng = self._rng
        if turn.kind in {InteractionKind.MEETING, InteractionKind.PRESENTATION}:
            duration = {"duration_seconds": 60 * rng.randrange(20, 125, 5)}
            participants = [
                {"name": values["staff_name"], "role": "staff"},
                {"name": values["name"], "role": "customer"},
            ]
            provider = {"provider": rng.choice(("zoom", "google_meet", "teams"))} if channel == Channel.VIDEO else {}
            return duration | provider | {"participants": participants}
        if channel == Channel.PHONE:
            return {"duration_seconds": int(rng.lognormvariate(5, 0.7))}
        return {}

    def _next_step(self, turn: Turn, at: datetime, values: dict[str, str]) -> dict[str, Any]:
        due = at + timedelta(days=self._rng.choice((1, 2, 3, 7, 14, 21, 30)))
        what = self._rng.choice(turn.next_steps).format(**values)
        return {"what": what, "owner": values["staff_name"], "due_at": due.isoformat()}

    def _template_values(self, customer: SimulatedCustomer) -> dict[str, str]:
        rng = self._rng
        favourites = [index for index in customer.favourites if PRODUCTS[index].season != "christmas"] or _YEAR_ROUND
        staff = rng.choice(OFFICE) if customer.business_line and rng.random() < 0.6 else rng.choice(customer.site.staff)
        return {
            "name": customer.familiar_name,
            "product": as_spoken(PRODUCTS[rng.choice(favourites)].name),
            "site": customer.site.city,
            "staff": staff.split()[0],
            "staff_name": staff,
            "day": rng.choice(("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")),
        }

    def _open_day(self, since: float) -> int:
        return self._year.day_at(since + self._rng.random() * (self._year.length - since))

    def _end(self) -> datetime:
        return self._year.until


def _dialogues_with(audience: str) -> tuple[list[Dialogue], list[float]]:
    dialogues = [
        dialogue for dialogue in (*HOUSEHOLD_DIALOGUES, *TRADE_DIALOGUES) if dialogue.audience in {audience, "any"}
    ]
    return dialogues, list(accumulate(dialogue.weight for dialogue in dialogues))


def _audience(customer: SimulatedCustomer) -> str:
    if customer.business_line is None:
        return "person"
    return "trade" if customer.business_line.role == CustomerRole.CUSTOMER else "supplier"


def as_spoken(product: str) -> str:
    """A product name within a sentence: `Free-range chicken, whole` becomes `free-range chicken`."""
    name = product.split(",")[0]
    return name if name.split()[0] in _PROPER_NOUNS else name[0].lower() + name[1:]


def _document(rng: Random, name: str) -> dict[str, Any]:
    slug = name.lower().replace(" ", "-")
    return {
        "name": f"{name}.pdf",
        "address": f"{_DOCUMENTS}{slug}-{rng.randrange(1_000):03d}.pdf",
        "media_type": "application/pdf",
        "size": rng.randrange(20_000, 900_000),
    }


_YEAR_ROUND = [index for index, product in enumerate(PRODUCTS) if not product.season]
_PROPER_NOUNS = {
    "Brie", "Comté", "Côtes", "Cumberland", "English", "Lincolnshire", "Manchego", "Nocellara", "Parmigiano", "Picpoul",
    "Rioja", "Taleggio", "Toulouse", "Wensleydale",
}  # fmt: skip
_ATTENDED_CHANNELS = {Channel.PHONE, Channel.IN_PERSON, Channel.VISIT, Channel.VIDEO, Channel.EVENT}
_CHANNELS_WITH_SUBJECT = {Channel.EMAIL, Channel.WEB_FORM, Channel.LETTER, Channel.VIDEO, Channel.VISIT, Channel.EVENT}
