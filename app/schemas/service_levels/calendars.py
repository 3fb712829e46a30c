"""Calendars: when somebody is there to deal with things."""

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
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class OpenWindow(Schema):
    """Working time of one day, by the clock on the wall. Work over midnight is two windows, one a day."""

    opens: Opens
    closes: Closes
    """Not before `opens`; `24:00` is the end of the day."""


class OpenHours(OpenWindow):
    """Working time of every such day of the week. A day may have several, and none is a day off."""

    day: Weekday


class CalendarException(Schema):
    """A day that is not like its day of the week. It goes before public holidays."""

    on: Day
    name: Name | None = None
    hours: Annotated[list[OpenWindow], Field(max_length=24)] = []
    """Instead of the usual ones; empty: closed."""


class PublicHolidays(Schema):
    """Whose public holidays are free."""

    country: CountryCode
    """ISO 3166-1 alpha-2."""
    subdivision: Label | None = None
    """Part of the country, as in ISO 3166-2 but without the country: `SCT` of `GB`."""


class CalendarNew(Schema):
    """Working time, against which the targets of service policies are measured."""

    code: Label
    """What policies name it by. Unique."""
    name: Name
    time_zone: TimeZone
    """IANA name."""
    hours: Annotated[list[OpenHours], Field(max_length=168)] = []
    """The usual week. What windows of one day have in common counts once."""
    exceptions: Annotated[list[CalendarException], Field(max_length=1_000)] = []
    """Each day once."""
    holidays: PublicHolidays | None = None

    def faults(self) -> Iterator[tuple[str, str, str]]:
        """What is wrong between its fields: pointer, code and detail of each."""
        yield from _backward("/hours", self.hours)
        seen: set[object] = set()
        for n, exception in enumerate(self.exceptions):
            if exception.on in seen:
                yield f"/exceptions/{n}/on", "duplicate", "Duplicate exception for this day"
            seen.add(exception.on)
            yield from _backward(f"/exceptions/{n}/hours", exception.hours)
        if self.holidays is not None:
            yield from _unknown(self.holidays)


PublicHolidaysChange = partial(PublicHolidays, "PublicHolidaysChange", "What changes of the public holidays.")


class _CalendarWhole(CalendarNew):
    holidays: PublicHolidaysChange = None  # type: ignore[valid-type]


CalendarChange = partial(
    _CalendarWhole, "CalendarChange", "What changes of a calendar: lists are replaced whole, null takes a value away."
)


class Calendar(Resource):
    id: Id
    code: Label
    name: Name
    time_zone: TimeZone
    hours: Annotated[list[OpenHours], Field(max_length=168)]
    exceptions: Annotated[list[CalendarException], Field(max_length=1_000)]
    holidays: PublicHolidays | None
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
    version: Version
    definition: CalendarNew
    """The whole calendar as it was."""
    actor: Label
    """Whose key made it so."""
    created_at: Moment


class CalendarVersionPage(Resource):
    items: Annotated[list[CalendarVersion], Field(max_length=200)]
    next_cursor: str | None


def _backward(pointer: str, windows: Sequence[OpenWindow]) -> Iterator[tuple[str, str, str]]:
    for n, window in enumerate(windows):
        if window.closes < window.opens:  # spelled with two digits each, so in the order of time
            yield (
                f"{pointer}/{n}/closes",
                "before_opens",
                "Must not be before `opens`; use two windows across midnight",
            )


def _unknown(free: PublicHolidays) -> Iterator[tuple[str, str, str]]:
    if (parts := countries().get(free.country)) is None:
        yield "/holidays/country", "country", f"No public holidays are known for {free.country}"
    elif free.subdivision is not None and free.subdivision not in parts:
        known = f"Known: {', '.join(sorted(parts))}" if parts else "No subdivision has public holidays of its own"
        yield "/holidays/subdivision", "subdivision", f"Unknown subdivision of {free.country}. {known}"
