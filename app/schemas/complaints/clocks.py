"""The clocks of a complaint, explained."""

from typing import Annotated

from pydantic import Field

from app.rules.complaints.states import Priority, State, Waiting
from app.rules.service_levels import ClockState, IntervalKind, Metric
from app.schemas.kit.types import Count, Day, Id, Label, Moment, Name, Resource, TimeZone, Version

Seconds = Annotated[int, Field(ge=-(2**53), le=2**53 - 1)]
Minutes = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]


class CountedDay(Resource):
    """One local day of an interval."""

    on: Day
    open: Annotated[list[Annotated[str, Field(max_length=11)]], Field(max_length=100)]
    """The working time of that day, by the clock on the wall: `09:00-17:00`."""
    day_type: Annotated[str, Field(max_length=20, examples=["week"])]
    """`week`, `exception` or `holiday`."""
    name: Name | None
    counted_seconds: Count


class CountedInterval(Resource):
    kind: IntervalKind
    reason: Label
    """What set it going or stopped it."""
    starts_at: Moment
    ends_at: Moment | None
    counted_seconds: Count
    """Working time; nothing while it was paused."""
    days: Annotated[list[CountedDay], Field(max_length=400)]
    """Its first 400 days; none of a pause."""


class PolicyUsed(Resource):
    id: Id
    version: Version


class CalendarUsed(Resource):
    id: Id
    version: Version
    code: Label
    time_zone: TimeZone


class EscalationStep(Resource):
    at_minutes: Minutes
    """Working minutes after the due time; negative: before it."""
    planned_at: Moment
    executed_at: Moment | None
    """Null: still to come."""
    notify: Annotated[list[Label], Field(max_length=50)]
    reassign_to: Label | None
    priority: Priority | None
    """To which it was raised."""


class ExplainedClock(Resource):
    metric: Metric
    cycle: Count
    state: ClockState
    policy: PolicyUsed
    calendar: CalendarUsed
    target_minutes: Count
    elapsed_seconds: Count
    """Working time that it has run for: the sum of what its intervals count."""
    remaining_seconds: Seconds | None
    """Negative: overdue by so much. Null when it is over."""
    started_at: Moment
    due_at: Moment | None
    met_at: Moment | None
    cancelled_at: Moment | None
    breached_at: Moment | None
    intervals: Annotated[list[CountedInterval], Field(max_length=10_000)]
    escalations: Annotated[list[EscalationStep], Field(max_length=200)]


class ComplaintClocks(Resource):
    complaint_id: Id
    reference: Label
    as_of: Moment
    state: State
    waiting_for: Waiting | None
    clocks: Annotated[list[ExplainedClock], Field(max_length=10_000)]
