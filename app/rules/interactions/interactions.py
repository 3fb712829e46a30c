"""What counts as a contact between a customer and the business, and how it reads on a timeline, long after."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from app.rules.kit.channels import Channel


class Direction(StrEnum):
    """Whether the customer made contact (`inbound`), the business did (`outbound`), or it is an internal note."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class InteractionKind(StrEnum):
    """The kind of interaction. An inbound `enquiry` awaits an answer."""

    CALL = "call"
    MESSAGE = "message"
    MEETING = "meeting"
    PRESENTATION = "presentation"
    ENQUIRY = "enquiry"
    NOTE = "note"
    SOCIAL = "social"
    THANK_YOU = "thank_you"


LONGEST_TITLE = 300


def awaits_answer(kind: InteractionKind, direction: Direction) -> bool:
    """An enquiry that came in is open until somebody answers it."""
    return kind == InteractionKind.ENQUIRY and direction == Direction.INBOUND


def answer_kind(channel: Channel) -> InteractionKind:
    """What an answer is, by the way it was given."""
    match channel:
        case Channel.PHONE | Channel.VIDEO:
            return InteractionKind.CALL
        case Channel.IN_PERSON | Channel.VISIT | Channel.EVENT:
            return InteractionKind.MEETING
    return InteractionKind.MESSAGE


def unwelcome(
    marked: Iterable[Mapping[str, Any]], channel: Channel, direction: Direction, reason: str | None
) -> Mapping[str, Any] | None:
    """The customer's mark that stands against this contact: only what goes out needs a reason, and one is enough."""
    if direction != Direction.OUTBOUND or reason is not None:
        return None
    return next((mark for mark in marked if mark["channel"] == channel), None)


def unwelcome_detail(mark: Mapping[str, Any]) -> str:
    """`The customer does not want to be contacted by phone: works at night (since 2026-01-31); …`."""
    reason = f": {mark['reason']}" if mark.get("reason") else ""
    since = f" (since {mark['since']})" if mark.get("since") else ""
    unwanted = f"The customer does not want to be contacted by {mark['channel']}{reason}{since}"
    return f"{unwanted}; `unwelcome_reason` is required"


def title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    """`Phone call from the customer: the order`; `Enquiry from the customer by e-mail`; `Internal note`."""
    noun, means = _named(kind, channel)
    if direction == Direction.INTERNAL:
        noun, side = f"Internal: {noun}" if kind != InteractionKind.NOTE else "Internal note", ""
    elif kind in (InteractionKind.MEETING, InteractionKind.PRESENTATION):
        side = "with the customer"
    else:
        side = "from the customer" if direction == Direction.INBOUND else "to the customer"
    return _about(" ".join(part for part in (noun, side, means) if part), subject)


def updated_title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    return _shortened(f"Updated: {title(kind, channel, direction, subject)}")


def claimed_title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    """It stands in for the contact on the timeline of the customer whose it turned out to be."""
    return _shortened(f"Claimed: {title(kind, channel, direction, subject)}")


def answered_title(channel: Channel, subject: str | None) -> str:
    """`Enquiry answered by phone: the order`."""
    return _about(" ".join(part for part in ("Enquiry answered", _MEANS[channel]) if part), subject)


def channel_phrase(channel: Channel) -> str:
    """`by phone`, `on WhatsApp`; nothing for other channels."""
    return _MEANS[channel]


_NOUNS = {
    InteractionKind.CALL: "Call",
    InteractionKind.MESSAGE: "Message",
    InteractionKind.MEETING: "Meeting",
    InteractionKind.PRESENTATION: "Presentation",
    InteractionKind.ENQUIRY: "Enquiry",
    InteractionKind.NOTE: "Note",
    InteractionKind.SOCIAL: "Social contact",
    InteractionKind.THANK_YOU: "Thank-you",
}
_MEANS = {
    Channel.PHONE: "by phone",
    Channel.EMAIL: "by e-mail",
    Channel.SMS: "by text message",
    Channel.WHATSAPP: "on WhatsApp",
    Channel.FACEBOOK: "on Facebook",
    Channel.INSTAGRAM: "on Instagram",
    Channel.TELEGRAM: "on Telegram",
    Channel.WEB_CHAT: "in web chat",
    Channel.VIDEO: "by video",
    Channel.IN_PERSON: "in person",
    Channel.VISIT: "on a visit",
    Channel.LETTER: "by letter",
    Channel.EVENT: "at an event",
    Channel.WEB_FORM: "by web form",
    Channel.SOCIAL: "on social media",
    Channel.OTHER: "",
}
# Where kind and channel have one word together.
_JOINED = {
    (InteractionKind.CALL, Channel.PHONE): "Phone call",
    (InteractionKind.CALL, Channel.VIDEO): "Video call",
    (InteractionKind.CALL, Channel.WHATSAPP): "WhatsApp call",
    (InteractionKind.MESSAGE, Channel.EMAIL): "E-mail",
    (InteractionKind.MESSAGE, Channel.SMS): "Text message",
    (InteractionKind.MESSAGE, Channel.WHATSAPP): "WhatsApp message",
    (InteractionKind.MESSAGE, Channel.LETTER): "Letter",
    (InteractionKind.MEETING, Channel.VIDEO): "Video meeting",
    (InteractionKind.MEETING, Channel.VISIT): "Visit",
}


def _named(kind: InteractionKind, channel: Channel) -> tuple[str, str]:
    if (joined := _JOINED.get((kind, channel))) is not None:
        return joined, ""
    return _NOUNS[kind], "" if kind == InteractionKind.NOTE else _MEANS[channel]


def _about(what: str, subject: str | None) -> str:
    return _shortened(f"{what}: {subject}" if subject else what)


def _shortened(whole: str) -> str:
    return whole if len(whole) <= LONGEST_TITLE else f"{whole[: LONGEST_TITLE - 1]}…"
