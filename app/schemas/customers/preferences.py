"""How a customer wants to be treated: channels, quiet hours, language and wishes."""

from typing import Annotated

from pydantic import Field, StringConstraints

from app.rules.kit.channels import Channel
from app.schemas.kit.comparison import UNORDERED
from app.schemas.kit.types import Day, Language, Line, Schema, TimeZone, partial

ClockTime = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]


class UnwelcomeChannel(Schema):
    """A channel on which the customer does not want to be contacted."""

    channel: Channel
    reason: Line | None = None
    """Why the customer does not want it, shown to whoever is about to use it."""
    since: Day | None = None
    """The day on which the customer said so."""


class QuietHours(Schema):
    """The time of day in which the customer must not be contacted. If `start` is after `end`, it spans midnight. Both
    must differ: for a customer who must not be contacted at all, mark the channels as unwelcome.
    """

    start: ClockTime
    """The local time at which the quiet hours begin, as `HH:MM`."""
    end: ClockTime
    """The local time at which the quiet hours end, as `HH:MM`."""
    time_zone: TimeZone = "UTC"
    """The IANA time zone of both times, such as `Europe/London`."""


class Preferences(Schema):
    """How the customer wants to be treated."""

    channels: Annotated[list[Channel], Field(max_length=len(Channel))] = []
    """The channels that the customer prefers, best first."""
    unwelcome_channels: Annotated[list[UnwelcomeChannel], Field(max_length=len(Channel)), UNORDERED] = []
    """The channels to avoid. Outbound contact on one of them needs a reason, or it is refused with 409."""
    quiet_hours: QuietHours | None = None
    language: Language | None = None
    """The language the customer prefers, a BCP 47 tag such as `en-GB`."""
    delivery: Line | None = None
    """How the customer wants goods to be delivered."""
    payment: Line | None = None
    """How the customer wants to pay."""
    standing_instructions: Annotated[list[Line], Field(max_length=50)] = []
    """What to observe with every order, such as `Trim the steaks`."""
    tastes: Annotated[list[Line], Field(max_length=50)] = []
    """What the customer likes or dislikes."""
    matters: Annotated[list[Line], Field(max_length=50)] = []
    """What is important to the customer."""
    expects: Annotated[list[Line], Field(max_length=50)] = []
    """What the customer expects of the business."""


QuietHoursChange = partial(
    QuietHours, "QuietHoursChange", "The fields of the quiet hours to change, as a JSON merge patch (RFC 7396)."
)


class _PreferencesWhole(Preferences):
    quiet_hours: QuietHoursChange = None  # type: ignore[valid-type]


PreferencesChange = partial(
    _PreferencesWhole,
    "PreferencesChange",
    "The preferences to change, as a JSON merge patch (RFC 7396): lists are replaced as a whole.",
)
