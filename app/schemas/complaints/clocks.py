"""The clocks of a complaint, with the calculation of their due times."""

from typing import Annotated

from pydantic import Field

from app.rules.complaints.states import Priority, State, Waiting
from app.rules.service_levels import ClockState, IntervalKind, Metric
from app.schemas.kit.types import Count, Day, Id, Label, Moment, Name, Resource, TimeZone, Version

Seconds = Annotated[int, Field(ge=-(2**53), le=2**53 - 1)]
Minutes = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class CountedDay(Resource):
    """A local day of an interval, and the working time counted on it."""

    on: Day
    """The date in the calendar's time zone."""
    open: Annotated[list[Annotated[str, Field(max_length=11)]], Field(max_length=100)]
    """The working periods of the day in local time, such as `09:00-17:00`."""
    day_type: Annotated[str, Field(max_length=20, examples=["week"])]
    """Where the working periods come from: the usual `week`, an `exception` or a public `holiday`."""
    name: Name | None
    """The name of the exception or the public holiday. Null on usual days."""
    counted_seconds: Count
    """The working time counted on this day, in seconds."""


class CountedInterval(Resource):
    """An interval in which a clock ran or was paused."""

    kind: IntervalKind
    reason: Label
    """What started the clock or paused it, such as the move or the situation."""
    starts_at: Moment
    """The beginning of the interval."""
    ends_at: Moment | None
    """When the interval ended. Null while it lasts."""
    counted_seconds: Count
    """The working time counted, in seconds. It is 0 for a pause."""
    days: Annotated[list[CountedDay], Field(max_length=400)]
    """The first 400 days of the interval. Empty for a pause."""


class PolicyUsed(Resource):
    """The version of the service policy that a clock is measured by."""

    id: Id
    version: Version


class CalendarUsed(Resource):
    """The version of the calendar that a clock is measured by."""

    id: Id
    version: Version
    code: Label
    """The code of the calendar in this version."""
    time_zone: TimeZone
    """The IANA name of the time zone of the calendar."""


class EscalationStep(Resource):
    """An escalation step of a clock, executed or planned."""

    at_minutes: Minutes
    """When the step is due, in working minutes after the due time of the clock. Negative values are before it."""
    planned_at: Moment
    """When the step is due, as a timestamp."""
    executed_at: Moment | None
    """When the step was executed. Null while it is planned."""
    notify: Annotated[list[Label], Field(max_length=50)]
    """The names of the people who are notified."""
    reassign_to: Label | None
    """The member of staff who becomes the owner. Null if the step does not reassign."""
    priority: Priority | None
    """The priority that the complaint was raised to. Null if it was not raised."""


class ExplainedClock(Resource):
    """A clock of the complaint with the calculation of its due time."""

    metric: Metric
    """What the clock measures, such as the time to respond."""
    cycle: Count
    """Which clock of this metric it is. The first is 1; updates and reopenings start further ones."""
    state: ClockState
    policy: PolicyUsed
    """The version of the service policy that sets the target."""
    calendar: CalendarUsed
    """The version of the calendar that working time is counted by."""
    target_minutes: Count
    """The target in minutes of working time."""
    elapsed_seconds: Count
    """The working time elapsed, in seconds: the sum of what the intervals count."""
    remaining_seconds: Seconds | None
    """The working time left, in seconds. Negative if the clock is overdue; null once it has ended."""
    started_at: Moment
    """When the clock started to run."""
    due_at: Moment | None
    """When the target is missed. Null while the clock is paused with time left."""
    met_at: Moment | None
    """When the target was met, even if it was late. Null if it was not."""
    cancelled_at: Moment | None
    """When the clock was cancelled, for example by a withdrawal. Null if it was not."""
    breached_at: Moment | None
    """When the target was missed. Null if it was not."""
    intervals: Annotated[list[CountedInterval], Field(max_length=10_000)]
    """The intervals in which the clock ran or was paused, in order."""
    escalations: Annotated[list[EscalationStep], Field(max_length=200)]
    """The escalation steps of the clock, those already executed first."""


class ComplaintClocks(Resource):
    """All clocks of a complaint with the calculation of their due times."""

    complaint_id: Id
    reference: Label
    """The number by which the customer knows the complaint."""
    as_of: Moment
    """The timestamp that the calculation is for."""
    state: State
    waiting_for: Waiting | None
    """Who the complaint is waiting on while it is on hold. Null if it is not on hold."""
    clocks: Annotated[list[ExplainedClock], Field(max_length=10_000)]
    """The clocks of the complaint, those of earlier cycles included."""
