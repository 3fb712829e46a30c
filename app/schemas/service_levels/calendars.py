"""Calendars: the working hours in which targets are measured."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from app.rules.service_levels.calendars import countries
from app.schemas.kit.types import (
    CountryCode,
    Day,
    Id,
    Label,
    Moment,
    Name,
    OwnCode,
    PageQuery,
    Resource,
    Schema,
    TimeZone,
    Version,
    partial,
)

Opens = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", max_length=5)]
Closes = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", max_length=5)]


class Weekday(StrEnum):
    """A day of the week, in local time."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpenWindow(Schema):
    """A working period of one day, in local time. A period past midnight is given as two, one per day."""

    opens: Opens
    """The local time at which the period begins, as `HH:MM`."""
    closes: Closes
    """The local time at which it ends, not before `opens`. `24:00` is the end of the day."""


class OpenHours(OpenWindow):
    """A working period on a day of the week. A day may have several; a day without any is a day off."""

    day: Weekday
    """The day of the week on which the period recurs."""


class CalendarException(Schema):
    """A date with other working hours than usual. It takes precedence over public holidays."""

    on: Day
    """The date that the exception is for. Each date may occur once."""
    name: Name | None = None
    """What the date is called, for people who read the calendar."""
    hours: Annotated[list[OpenWindow], Field(max_length=24)] = []
    """The working periods that replace the usual ones. Closed all day if empty."""


class PublicHolidays(Schema):
    """The country whose public holidays are days off."""

    country: CountryCode
    """The country, an ISO 3166-1 alpha-2 code."""
    subdivision: Label | None = None
    """A part of the country with holidays of its own: the ISO 3166-2 code without the country, such as
    `SCT` of `GB`.
    """


class CalendarNew(Schema):
    """Working hours, in which the targets of service policies are measured."""

    code: OwnCode
    """The unique code by which service policies refer to the calendar."""
    name: Name
    """What the calendar is called, for people who choose one."""
    time_zone: TimeZone
    """The IANA name of the time zone of all hours, such as `Europe/London`."""
    hours: Annotated[list[OpenHours], Field(max_length=168)] = []
    """The working periods of a usual week. Periods of one day that overlap count once."""
    exceptions: Annotated[list[CalendarException], Field(max_length=1_000)] = []
    """Dates that differ from the usual week."""
    holidays: PublicHolidays | None = None
    """The public holidays that are days off. None are if this is null."""

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        yield from _backward("/hours", self.hours)
        windows = [*self.hours, *(window for exception in self.exceptions for window in exception.hours)]
        if all(window.opens == window.closes for window in windows):
            yield "/hours", "never_opens", "At least one working period is required, in which targets are measured"
        seen: set[object] = set()
        for n, exception in enumerate(self.exceptions):
            if exception.on in seen:
                yield f"/exceptions/{n}/on", "duplicate", "Duplicate exception for this day"
            seen.add(exception.on)
            yield from _backward(f"/exceptions/{n}/hours", exception.hours)
        if self.holidays is not None:
            yield from _unknown(self.holidays)


PublicHolidaysChange = partial(
    PublicHolidays,
    "PublicHolidaysChange",
    "The fields of the public holidays to change, as a JSON merge patch (RFC 7396).",
)


class _CalendarWhole(CalendarNew):
    holidays: PublicHolidaysChange = None  # type: ignore[valid-type]


CalendarChange = partial(
    _CalendarWhole,
    "CalendarChange",
    "The fields of a calendar to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class Calendar(Resource):
    """Working hours, in which the targets of service policies are measured."""

    id: Id
    code: Label
    """The unique code by which service policies refer to the calendar."""
    name: Name
    time_zone: TimeZone
    """The IANA name of the time zone of all hours."""
    hours: Annotated[list[OpenHours], Field(max_length=168)]
    """The working periods of a usual week."""
    exceptions: Annotated[list[CalendarException], Field(max_length=1_000)]
    """Dates that differ from the usual week."""
    holidays: PublicHolidays | None
    """The public holidays that are days off. None are if this is null."""
    version: Version
    created_at: Moment
    updated_at: Moment


class CalendarPage(Resource):
    items: Annotated[list[Calendar], Field(max_length=200)]
    next_cursor: str | None


class CalendarQuery(PageQuery):
    code: Label | None = None
    sort: Literal["created_at", "-created_at"] = "-created_at"


class CalendarVersion(Resource):
    """A version of a calendar."""

    version: Version
    """The number of the version; the first is 1."""
    definition: CalendarNew
    """The whole calendar as it was in this version."""
    actor: Label
    """The name of the API key that created the version."""
    created_at: Moment
    """When the version was created."""


class CalendarVersionPage(Resource):
    items: Annotated[list[CalendarVersion], Field(max_length=200)]
    next_cursor: str | None


def _backward(pointer: str, windows: Sequence[OpenWindow]) -> Iterator[tuple[str, str, str]]:
    for n, window in enumerate(windows):
        if window.closes < window.opens:  # both have two digits, so their order is that of time
            yield (
                f"{pointer}/{n}/closes",
                "before_opens",
                "Must not be before `opens`; use two windows across midnight",
            )


def _unknown(holidays: PublicHolidays) -> Iterator[tuple[str, str, str]]:
    parts = countries().get(holidays.country)
    if parts is None:
        yield "/holidays/country", "country", f"No public holidays are known for {holidays.country}"
    elif holidays.subdivision is not None and holidays.subdivision not in parts:
        hint = f"Known: {', '.join(sorted(parts))}" if parts else "No subdivision has public holidays of its own"
        yield "/holidays/subdivision", "subdivision", f"Unknown subdivision of {holidays.country}. {hint}"
