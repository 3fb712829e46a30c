"""Interactions between customers and the business: what they are, and their titles on a timeline."""

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

CONVERSATION_FIELDS = ("complaint_id", "thread")
"""A change of one of these fields may put an interaction into another conversation."""


def awaits_answer(kind: InteractionKind, direction: Direction) -> bool:
    """An inbound enquiry is open until it is answered."""
    return kind == InteractionKind.ENQUIRY and direction == Direction.INBOUND


def is_answer(kind: InteractionKind, direction: Direction) -> bool | None:
    """Whether it may answer an enquiry, as whatever is outbound may; False of enquiries, None of what is neither."""
    if direction is Direction.OUTBOUND:
        return True
    return False if awaits_answer(kind, direction) else None


def answer_kind(channel: Channel) -> InteractionKind:
    """The kind of interaction that an answer on this channel is."""
    match channel:
        case Channel.PHONE | Channel.VIDEO:
            return InteractionKind.CALL
        case Channel.IN_PERSON | Channel.VISIT | Channel.EVENT:
            return InteractionKind.MEETING
    return InteractionKind.MESSAGE


def matching_unwelcome_channel(
    unwelcome_channels: Iterable[Mapping[str, Any]], channel: Channel, direction: Direction, reason: str | None
) -> Mapping[str, Any] | None:
    """The customer's wish that a contact on this channel goes against.

    Only outbound contacts can be unwelcome, and only where no `reason` for them is given.
    """
    if direction != Direction.OUTBOUND or reason is not None:
        return None
    return next((unwelcome for unwelcome in unwelcome_channels if unwelcome["channel"] == channel), None)


def unwelcome_detail(unwelcome: Mapping[str, Any]) -> str:
    """`The customer does not want to be contacted by phone: works at night (since 2026-01-31); …`."""
    reason = f": {unwelcome['reason']}" if unwelcome.get("reason") else ""
    since = f" (since {unwelcome['since']})" if unwelcome.get("since") else ""
    unwanted = f"The customer does not want to be contacted by {unwelcome['channel']}{reason}{since}"
    return f"{unwanted}; `unwelcome_reason` is required"


def title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    """`Phone call from the customer: the order`; `Enquiry from the customer by e-mail`; `Internal note`."""
    noun, means = _noun_and_means(kind, channel)
    if direction == Direction.INTERNAL:
        noun, side = f"Internal: {noun}" if kind != InteractionKind.NOTE else "Internal note", ""
    elif kind in (InteractionKind.MEETING, InteractionKind.PRESENTATION):
        side = "with the customer"
    else:
        side = "from the customer" if direction == Direction.INBOUND else "to the customer"
    return _with_subject(" ".join(part for part in (noun, side, means) if part), subject)


def updated_title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    return _truncated(f"Updated: {title(kind, channel, direction, subject)}")


def claimed_title(kind: InteractionKind, channel: Channel, direction: Direction, subject: str | None) -> str:
    """On the timeline of a customer who was identified later, this entry represents the interaction."""
    return _truncated(f"Claimed: {title(kind, channel, direction, subject)}")


def moved_title(interaction_title: str) -> str:
    return _truncated(f"Moved from another customer: {interaction_title}")


def released_title(interaction_title: str) -> str:
    return _truncated(f"Released from its customer: {interaction_title}")


def attended_title(interaction_title: str) -> str:
    """On the timeline of a customer who took part in a contact of somebody else."""
    return _truncated(f"Took part: {interaction_title}")


def answered_title(channel: Channel, subject: str | None) -> str:
    """`Enquiry answered by phone: the order`."""
    return _with_subject(" ".join(part for part in ("Enquiry answered", _MEANS[channel]) if part), subject)


def unanswered_title(subject: str | None) -> str:
    """`Enquiry awaits an answer again: the order`."""
    return _with_subject("Enquiry awaits an answer again", subject)


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
# Combinations of kind and channel that have a word of their own.
_COMBINED = {
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


def _noun_and_means(kind: InteractionKind, channel: Channel) -> tuple[str, str]:
    if (combined := _COMBINED.get((kind, channel))) is not None:
        return combined, ""
    return _NOUNS[kind], "" if kind == InteractionKind.NOTE else _MEANS[channel]


def _with_subject(title: str, subject: str | None) -> str:
    return _truncated(f"{title}: {subject}" if subject else title)


def _truncated(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1]}…"
