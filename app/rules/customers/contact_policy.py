"""How and when a customer may be contacted: channels, the contact points they need, and quiet hours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.rules.customers.customers import ContactKind, NumberUse
from app.rules.kit.channels import Channel

CONTACT_BY_CHANNEL: dict[Channel, ContactKind] = {
    Channel.EMAIL: ContactKind.EMAIL,
    Channel.SMS: ContactKind.PHONE,
    Channel.PHONE: ContactKind.PHONE,
    Channel.WHATSAPP: ContactKind.PHONE,
    Channel.TELEGRAM: ContactKind.TELEGRAM,
    Channel.FACEBOOK: ContactKind.FACEBOOK,
    Channel.INSTAGRAM: ContactKind.INSTAGRAM,
}
"""The kind of contact point that a channel requires; other channels require none."""
USE_BY_CHANNEL = {
    Channel.PHONE: NumberUse.CALL,
    Channel.SMS: NumberUse.SMS,
    Channel.WHATSAPP: NumberUse.WHATSAPP,
}
"""What a phone number is used for on a channel."""
CHANNEL_BY_USE = {use: channel for channel, use in USE_BY_CHANNEL.items()}
DEFAULT_ORDER = tuple(CONTACT_BY_CHANNEL)
"""The order of channels where neither the customer nor the rule has one: the least intrusive first."""
FACE_TO_FACE = frozenset({Channel.IN_PERSON, Channel.VISIT, Channel.EVENT})
"""Channels for which quiet hours do not count."""


class ReachablePoint(NamedTuple):
    """A contact point at which the customer can be reached."""

    kind: ContactKind
    value: str
    uses: Collection[str] = ()
    """Of a phone number; see NumberUse."""
    opted_out: Collection[str] = ()
    """The uses of this number that the customer does not want."""


def choose_contact_point(
    channel: Channel | None, preferred: Collection[Channel], points: Sequence[ReachablePoint]
) -> ReachablePoint | None:
    """The first contact point that can be used on a channel.

    For customers who prefer WhatsApp and have no number with this use, any of their numbers is used.
    """
    if channel is None or channel not in CONTACT_BY_CHANNEL:
        return None
    kind, use = CONTACT_BY_CHANNEL[channel], USE_BY_CHANNEL.get(channel)
    usable = [point for point in points if point.kind is kind and use not in point.opted_out]
    fit = [point for point in usable if use is None or use in point.uses]
    if not fit and channel is Channel.WHATSAPP and channel in preferred:
        fit = usable
    return fit[0] if fit else None


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

    Both are the same only where an earlier release took that; no hour is quiet then.
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
