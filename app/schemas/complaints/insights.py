"""How complaints are dealt with, in figures; each stands beside the one that it could be bought with."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.complaints.states import CauseKind, State
from app.rules.kit.channels import Channel
from app.rules.service_levels import Metric
from app.schemas.kit.measures import Fraction, Hours, Rate, Share
from app.schemas.kit.types import Count, Day, Label, Moment, Name, Resource, Schema


class MatureShare(Resource):
    """A share of those for whom so many days have passed since the end."""

    days: Annotated[int, Field(ge=1, le=3_650)]
    mature: Count
    count: Count
    share: Fraction | None
    low: Fraction | None
    """The share lies between `low` and `high` with 95 % confidence (Wilson score interval)."""
    high: Fraction | None


class Scope(Schema):
    category: Label | None = None
    site: Label | None = None
    sku: Label | None = None
    channel: Channel | None = None
    owner: Label | None = None


class InsightsQuery(Scope):
    received_since: Annotated[Moment | None, Field(description="Left out: 90 days before `received_before`.")] = None
    received_before: Annotated[Moment | None, Field(description="Left out: now.")] = None
    per: Annotated[
        Literal["day", "week", "month"], Field(description="What the volume is counted by, in UTC; weeks from Monday.")
    ] = "week"


class VolumePeriod(Resource):
    starts_on: Day
    """The first one may begin before the time that was asked for; only what falls into that is counted."""
    received: Count
    closed: Count
    """Those that ended in this period, whenever they were received."""
    withdrawn: Count


class Volume(Resource):
    received: Count
    closed: Count
    withdrawn: Count
    periods: Annotated[list[VolumePeriod], Field(max_length=402)]


class BacklogAge(Resource):
    from_days: Count
    to_days: Count | None
    """In whole days since it was received, inclusive; null: and older."""
    open: Count
    breached: Count


class Backlog(Resource):
    """All that are open now, whenever they were received."""

    open: Count
    breached: Count
    """How many of them have missed a clock."""
    ages: Annotated[list[BacklogAge], Field(max_length=5)]


class StateTime(Resource):
    state: State
    visits: Count
    """How often a complaint came out of this state; the hours are those of these visits."""
    ongoing: Count
    """How many are in it now: how long they will stay is not known, so they are not in the hours."""
    median_hours: Hours | None
    p90_hours: Hours | None
    """Nine of ten were quicker."""
    mean_hours: Hours | None


class TimeInState(Resource):
    states: Annotated[list[StateTime], Field(max_length=20)]
    reopened: Share


class MetricClocks(Resource):
    metric: Metric
    met_in_time: Count
    met_late: Count
    running: Count
    """Running or standing still, with time left."""
    breached: Count
    """Not met, and the time is over; those that were called off later are counted too."""
    in_time: Share
    """`met_in_time` of all whose outcome is known: met or breached."""


class ClockPerformance(Resource):
    metrics: Annotated[list[MetricClocks], Field(max_length=10)]
    reopened: Share


class Speed(Resource):
    count: Count
    median_hours: Hours | None
    p90_hours: Hours | None


class Speeds(Resource):
    """Hours since the complaint was received, nights and holidays included."""

    acknowledge: Speed
    respond: Speed
    """To the first answer."""
    close: Speed
    reopened: Share
    """Of those that ever ended, how many were opened again."""
    accepted: Share
    """Of the answers that complainants said yes or no to."""


class Outcomes(Resource):
    closed: Share
    """Of those received."""
    recovered: Annotated[list[MatureShare], Field(max_length=3)]
    """Of those closed with a customer who is known: who bought again within 30, 90 and 180 days."""


class RepeatComplainants(Resource):
    customers: Share
    """Customers with two complaints or more in this time, of all customers with one."""
    complaints: Count
    """All complaints of theirs."""
    unclaimed: Count
    """Complaints of nobody who is known yet: they may be by any of them."""


class RootCause(Resource):
    cause_kind: CauseKind
    count: Count
    of: Count
    share: Fraction | None
    low: Fraction | None
    high: Fraction | None


class RootCauses(Resource):
    known: Share
    """How many of the complaints have a root cause."""
    kinds: Annotated[list[RootCause], Field(max_length=20)]
    """Shares are of those whose cause is known."""


class ProductComplaints(Resource):
    sku: Label
    name: Name | None
    complaints: Count
    closed: Count
    reopened: Count


class SiteComplaints(Resource):
    site: Label
    name: Name | None
    complaints: Count
    closed: Count
    reopened: Count
    receipts: Count
    """Receipts of this site in the same time, returns and voided ones included."""
    per_thousand_receipts: Rate | None


class ComplaintInsights(Resource):
    received_since: Moment
    received_before: Moment
    per: Literal["day", "week", "month"]
    volume: Volume
    backlog: Backlog
    time_in_state: TimeInState
    clocks: ClockPerformance
    speed: Speeds
    outcomes: Outcomes
    repeat_complainants: RepeatComplainants
    causes: RootCauses
    products: Annotated[list[ProductComplaints], Field(max_length=20)]
    """Most complaints first."""
    sites: Annotated[list[SiteComplaints], Field(max_length=20)]
    """Most complaints first."""
