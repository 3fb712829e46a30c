"""Whom to ask for feedback, after what, on which channel and at which hour."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.rules.customers import ContactKind
from app.rules.kit.channels import Channel


class After(StrEnum):
    """The occasion after which customers are invited to a survey."""

    SALE = "sale"
    COMPLAINT_CLOSED = "complaint_closed"
    INTERACTION = "interaction"


FRESH = timedelta(days=7)
"""What happened longer ago than this and the delay of a rule asks nobody: the receipts of last year may come in."""

REACHES: dict[ContactKind, tuple[Channel, ...]] = {
    ContactKind.EMAIL: (Channel.EMAIL,),
    ContactKind.PHONE: (Channel.SMS, Channel.PHONE),
    ContactKind.WHATSAPP: (Channel.WHATSAPP,),
    ContactKind.TELEGRAM: (Channel.TELEGRAM,),
    ContactKind.FACEBOOK: (Channel.FACEBOOK,),
    ContactKind.INSTAGRAM: (Channel.INSTAGRAM,),
}
"""On which channels a contact point reaches its customer. A WhatsApp account is not taken for a number to call."""
NEEDS: dict[Channel, ContactKind] = {channel: kind for kind, channels in REACHES.items() for channel in channels}
"""The kind of contact point without which nobody is reached on a channel; other channels need none."""
USUAL = tuple(NEEDS)
"""Where neither the customer nor the rule has an order: what disturbs least comes first."""
FACE_TO_FACE = frozenset({Channel.IN_PERSON, Channel.VISIT, Channel.EVENT})
"""Who stands before us is neither called nor written to: quiet hours say nothing about it."""


def point(
    channel: Channel | None, preferred: Collection[Channel], kinds: Collection[ContactKind]
) -> ContactKind | None:
    """Which of the kinds of contact point that a customer has is used on a channel.

    Whoever prefers WhatsApp and has given a phone number only, has it on that number. Of others, nobody knows.
    """
    needed = NEEDS.get(channel) if channel is not None else None
    if needed in kinds:
        return needed
    on_phone = channel is Channel.WHATSAPP and channel in preferred and ContactKind.PHONE in kinds
    return ContactKind.PHONE if on_phone else None


def channel(
    preferred: Sequence[Channel],
    unwelcome: Collection[Channel],
    reachable: Collection[Channel],
    allowed: Sequence[Channel] | None = None,
) -> Channel | None:
    """The customer's most preferred channel that will do, or else the first that does; None where there is none.

    It has to be allowed (nothing said: all are), reach the customer, and not be unwelcome.
    """
    order = allowed or USUAL
    fit = [one for one in order if one in reachable and one not in unwelcome]
    return next((one for one in preferred if one in fit), fit[0] if fit else None)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` to before `end` of the customer's day; over midnight where `start` is later.

    Where both are the same, the stretch is empty and no hour is quiet, as with opening hours: a customer who is never
    to be written to says so by unwelcome channels.
    """

    start: time
    end: time
    zone: str

    def holds(self, moment: datetime) -> bool:
        """What counts is what the clock on the customer's wall says at that moment."""
        now = moment.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


def quiet_hours(stored: Mapping[str, Any] | None) -> Quiet | None:
    """As the preferences of a customer have them."""
    if stored is None:
        return None
    return Quiet(time.fromisoformat(stored["start"]), time.fromisoformat(stored["end"]), stored["time_zone"])


def next_permitted(moment: datetime, quiet: Quiet | None) -> datetime:
    """The first moment from this one on that is not in quiet hours, in UTC."""
    moment = moment.astimezone(UTC)
    while quiet is not None and quiet.holds(moment):
        wall = moment.astimezone(ZoneInfo(quiet.zone)).replace(tzinfo=None)
        end = wall.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
        until = moment + (end - wall) % timedelta(days=1)
        # Clocks that are put forward or back on the way may read something else by then: look again when they are.
        moment = _shift(moment, until, ZoneInfo(quiet.zone)) or until
    return moment


def sampled(rule_id: UUID, subject_id: UUID, percent: int) -> bool:
    """Whether this one is among the `percent` that a rule asks: by lot, but the same whenever it is drawn."""
    drawn = hashlib.sha256(rule_id.bytes + subject_id.bytes).digest()[:8]
    return int.from_bytes(drawn) * 100 < percent << 64


@dataclass(frozen=True, slots=True)
class Occasion:
    """Something after which a customer may be asked."""

    after: After
    id: UUID
    """Of the sale, the complaint or the interaction."""
    happened_at: datetime
    customer_id: UUID
    site: str | None = None
    staff: str | None = None
    channel: str | None = None
    """Of a sale, a channel of sales."""
    kind: str | None = None
    """Of an interaction."""
    category: str | None = None
    """Of a complaint."""
    total: Decimal | None = None
    currency: str | None = None

    @property
    def key(self) -> str:
        return f"{self.after}:{self.id}"


def occasion(key: str) -> tuple[After, UUID]:
    """What an occasion's key says."""
    after, _, subject_id = key.partition(":")
    return After(after), UUID(subject_id)


def fits(conditions: Mapping[str, Any], about: Occasion, tags: Iterable[str] | None = None) -> bool:
    """Whether a rule with these conditions asks after this. What is left out or empty is not asked.

    Without `tags`, those of the customer are not known yet: then it says whether it may turn out to fit.
    """
    listed = {
        "sites": about.site,
        "staff": about.staff,
        "sale_channels" if about.after is After.SALE else "channels": about.channel,
        "interaction_kinds": about.kind,
        "complaint_categories": about.category,
    }
    if any((wanted := conditions.get(name)) and value not in wanted for name, value in listed.items()):
        return False
    if (least := conditions.get("min_total")) is not None:
        too_little = about.total is None or about.total < Decimal(least)
        if too_little or about.currency != conditions.get("currency"):
            return False
    wanted_tags = conditions.get("customer_tags")
    return not wanted_tags or tags is None or not set(wanted_tags).isdisjoint(tags)


def due(happened_at: datetime, delay: timedelta, now: datetime) -> datetime | None:
    """When to ask; None for what happened too long ago."""
    return None if now - happened_at > FRESH + delay else max(happened_at + delay, now)


def _shift(since: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """When, within less than a day, the clocks of a zone are put forward or back. They are on whole seconds."""

    def offset(moment: datetime) -> timedelta | None:
        return moment.astimezone(zone).utcoffset()

    if offset(since) == offset(until):
        return None
    low, high = int(since.timestamp()), int(until.timestamp()) + 1
    before = offset(since)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(datetime.fromtimestamp(middle, UTC)) == before else (low, middle)
    return datetime.fromtimestamp(high, UTC)
