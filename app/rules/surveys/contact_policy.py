"""Who may be invited to a survey: triggers, sampling, channels and quiet hours."""

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


class TriggerEvent(StrEnum):
    """The occasion after which customers are invited to a survey."""

    SALE = "sale"
    COMPLAINT_CLOSED = "complaint_closed"
    INTERACTION = "interaction"


MAX_AGE = timedelta(days=7)
"""Events older than this and the delay of a rule trigger no invitation: old receipts may be imported."""

CHANNELS_BY_CONTACT: dict[ContactKind, tuple[Channel, ...]] = {
    ContactKind.EMAIL: (Channel.EMAIL,),
    ContactKind.PHONE: (Channel.SMS, Channel.PHONE),
    ContactKind.WHATSAPP: (Channel.WHATSAPP,),
    ContactKind.TELEGRAM: (Channel.TELEGRAM,),
    ContactKind.FACEBOOK: (Channel.FACEBOOK,),
    ContactKind.INSTAGRAM: (Channel.INSTAGRAM,),
}
"""The channels that a contact point serves. A WhatsApp account is not taken for a phone number."""
CONTACT_BY_CHANNEL: dict[Channel, ContactKind] = {
    channel: kind for kind, channels in CHANNELS_BY_CONTACT.items() for channel in channels
}
"""The kind of contact point that a channel requires; other channels require none."""
DEFAULT_ORDER = tuple(CONTACT_BY_CHANNEL)
"""The order of channels where neither the customer nor the rule has one: the least intrusive first."""
FACE_TO_FACE = frozenset({Channel.IN_PERSON, Channel.VISIT, Channel.EVENT})
"""Channels for which quiet hours do not count."""


def contact_kind(
    channel: Channel | None, preferred: Collection[Channel], kinds: Collection[ContactKind]
) -> ContactKind | None:
    """The kind of contact point to be used on a channel, of those that the customer has.

    For customers who prefer WhatsApp and gave no account, their phone number is used.
    """
    required = CONTACT_BY_CHANNEL.get(channel) if channel is not None else None
    if required in kinds:
        return required
    by_phone = channel is Channel.WHATSAPP and channel in preferred and ContactKind.PHONE in kinds
    return ContactKind.PHONE if by_phone else None


def choose_channel(
    preferred: Sequence[Channel],
    unwelcome: Collection[Channel],
    reachable: Collection[Channel],
    allowed: Sequence[Channel] | None = None,
) -> Channel | None:
    """The usable channel that the customer prefers most, or else the first usable one; None where there is none.

    A channel is usable if it is allowed (without a list: all are), reaches the customer, and is not unwelcome.
    """
    order = allowed or DEFAULT_ORDER
    usable = [channel for channel in order if channel in reachable and channel not in unwelcome]
    return next((channel for channel in preferred if channel in usable), usable[0] if usable else None)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` to before `end` of the customer's day; over midnight where `start` is later.

    Where both are the same, no hour is quiet: customers who must never be contacted have unwelcome channels.
    """

    start: time
    end: time
    zone: str

    def contains(self, timestamp: datetime) -> bool:
        """By the wall clock of the customer's time zone."""
        now = timestamp.astimezone(ZoneInfo(self.zone)).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end


def parse_quiet_hours(stored: Mapping[str, Any] | None) -> QuietHours | None:
    """From the preferences of a customer."""
    if stored is None:
        return None
    return QuietHours(time.fromisoformat(stored["start"]), time.fromisoformat(stored["end"]), stored["time_zone"])


def next_permitted(timestamp: datetime, quiet: QuietHours | None) -> datetime:
    """The first time from `timestamp` on that is not in quiet hours, in UTC."""
    at = timestamp.astimezone(UTC)
    while quiet is not None and quiet.contains(at):
        wall = at.astimezone(ZoneInfo(quiet.zone)).replace(tzinfo=None)
        end = wall.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
        until = at + (end - wall) % timedelta(days=1)
        # Where the offset of the zone changes on the way, look again at the change.
        at = _offset_change(at, until, ZoneInfo(quiet.zone)) or until
    return at


def is_sampled(rule_id: UUID, subject_id: UUID, percent: int) -> bool:
    """Whether this subject is among the `percent` that a rule invites: random, but the same each time."""
    hashed = hashlib.sha256(rule_id.bytes + subject_id.bytes).digest()[:8]
    return int.from_bytes(hashed) * 100 < percent << 64


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event after which a customer may be invited."""

    event: TriggerEvent
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
        return f"{self.event}:{self.id}"


def parse_trigger_key(key: str) -> tuple[TriggerEvent, UUID]:
    event, _, subject_id = key.partition(":")
    return TriggerEvent(event), UUID(subject_id)


def matches(conditions: Mapping[str, Any], trigger: Trigger, tags: Iterable[str] | None = None) -> bool:
    """Whether a rule with these conditions invites after this trigger: every condition that is not empty has to match.

    `tags` are the customer's; None: not known yet, so the condition on tags is not checked.
    """
    facts = {
        "sites": trigger.site,
        "staff": trigger.staff,
        "sale_channels" if trigger.event is TriggerEvent.SALE else "channels": trigger.channel,
        "interaction_kinds": trigger.kind,
        "complaint_categories": trigger.category,
    }
    if any((allowed := conditions.get(name)) and value not in allowed for name, value in facts.items()):
        return False
    if (minimum := conditions.get("min_total")) is not None:
        too_little = trigger.total is None or trigger.total < Decimal(minimum)
        if too_little or trigger.currency != conditions.get("currency"):
            return False
    any_of = conditions.get("customer_tags")
    return not any_of or tags is None or not set(any_of).isdisjoint(tags)


def invitation_due(happened_at: datetime, delay: timedelta, now: datetime) -> datetime | None:
    """When to invite; None for an event that is too long ago."""
    return None if now - happened_at > MAX_AGE + delay else max(happened_at + delay, now)


def _offset_change(since: datetime, until: datetime, zone: ZoneInfo) -> datetime | None:
    """When the offset of a zone changes within less than a day, to the second; None where it does not."""

    def offset(timestamp: datetime) -> timedelta | None:
        return timestamp.astimezone(zone).utcoffset()

    if offset(since) == offset(until):
        return None
    low, high = int(since.timestamp()), int(until.timestamp()) + 1
    before = offset(since)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if offset(datetime.fromtimestamp(middle, UTC)) == before else (low, middle)
    return datetime.fromtimestamp(high, UTC)
