"""How complaints are handled, in figures; measures that can be traded against each other are shown together."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.complaints.states import CauseKind, State
from app.rules.kit.channels import Channel
from app.rules.service_levels import Metric
from app.schemas.kit.measures import Fraction, Hours, Rate, Share
from app.schemas.kit.types import Count, Day, Label, Moment, Name, Resource, Schema


class MatureShare(Resource):
    """A share of the cases whose observation period of so many days is over."""

    days: Annotated[int, Field(ge=1, le=3_650)]
    """The length of the observation period after the end of the complaint, in days."""
    mature: Count
    """The number of cases whose observation period is over."""
    count: Count
    """The number of these cases that meet the condition."""
    share: Fraction | None
    """The fraction `count` / `mature`, from 0 to 1. Null if there are no such cases."""
    low: Fraction | None
    """The lower bound of the 95 % confidence interval of the share (Wilson score)."""
    high: Fraction | None
    """The upper bound of the 95 % confidence interval of the share (Wilson score)."""


class Scope(Schema):
    category: Label | None = None
    site: Label | None = None
    sku: Label | None = None
    channel: Channel | None = None
    owner: Label | None = None
    """Only complaints of this member of staff, in whatever case the name is written."""


class InsightsQuery(Scope):
    received_since: Moment | None = None
    """Only complaints received at or after this timestamp. Defaults to 90 days before `received_before`."""
    received_before: Moment | None = None
    """Only complaints received before this timestamp. Defaults to the present time."""
    interval: Literal["day", "week", "month"] = "week"
    """The length of the periods of the volume, in UTC. Weeks begin on Monday."""


class VolumePeriod(Resource):
    """The complaints of one period."""

    starts_on: Day
    """The first day of the period. Only complaints within the requested period are counted."""
    received: Count
    """The number of complaints received in this period."""
    closed: Count
    """The number of complaints that were closed in this period, whenever they were received."""
    withdrawn: Count
    """The number of complaints that were withdrawn in this period, whenever they were received."""


class Volume(Resource):
    """How many complaints came in and ended."""

    received: Count
    """The number of complaints received."""
    closed: Count
    """The number of complaints that were closed."""
    withdrawn: Count
    """The number of complaints that were withdrawn."""
    periods: Annotated[list[VolumePeriod], Field(max_length=402)]
    """The same figures by period, in order, including periods without complaints."""


class BacklogAge(Resource):
    """The open complaints of a certain age."""

    from_days: Count
    """The lowest age in whole days since the receipt."""
    to_days: Count | None
    """The highest age in whole days, inclusive. Null if there is no upper limit."""
    open: Count
    """The number of open complaints of this age."""
    breached: Count
    """The number of these that missed a target."""


class Backlog(Resource):
    """All complaints that are open now, whenever they were received."""

    open: Count
    """The number of complaints that are open now."""
    breached: Count
    """The number of these that missed a target."""
    ages: Annotated[list[BacklogAge], Field(max_length=5)]
    """The same figures by the age of the complaints."""


class StateTime(Resource):
    """How long complaints stay in a state."""

    state: State
    completed: Count
    """The number of times that a complaint left the state. The hours are those of these stays."""
    ongoing: Count
    """The number of complaints that are in the state now, which the hours do not include."""
    median_hours: Hours | None
    """The median of the hours spent in the state. Null without completed stays."""
    p90_hours: Hours | None
    """The 90th percentile of the hours spent in the state."""
    mean_hours: Hours | None
    """The mean of the hours spent in the state."""


class TimeInState(Resource):
    """How long complaints stay in each state, with the share that was reopened."""

    states: Annotated[list[StateTime], Field(max_length=20)]
    """The figures by state, in the order of the states."""
    reopened: Share
    """Of the complaints that ever ended, the share that was reopened."""


class MetricClocks(Resource):
    """How the clocks of one metric ended."""

    metric: Metric
    met_in_time: Count
    """The number of clocks that were met before the due time."""
    met_late: Count
    """The number of clocks that were met after the due time."""
    running: Count
    """The number of clocks that are running or paused with time left."""
    breached: Count
    """The number of clocks whose target was missed and not met, even if they were cancelled later."""
    in_time: Share
    """The share that was met in time, of all clocks that were met or breached."""


class ClockPerformance(Resource):
    """How well targets are met, with the share that was reopened."""

    metrics: Annotated[list[MetricClocks], Field(max_length=10)]
    """The figures of each metric that has clocks."""
    reopened: Share
    """Of the complaints that ever ended, the share that was reopened."""


class Speed(Resource):
    """How long a step took."""

    count: Count
    """The number of complaints that reached the step."""
    median_hours: Hours | None
    """The median of the hours since the receipt. Null if none reached the step."""
    p90_hours: Hours | None
    """The 90th percentile of the hours since the receipt."""


class Speeds(Resource):
    """Hours since the receipt of the complaint, including nights and holidays."""

    acknowledge: Speed
    """From the receipt of the complaint to its acknowledgement."""
    respond: Speed
    """From the receipt of the complaint to the first response."""
    close: Speed
    """From the receipt of the complaint to its closure."""
    reopened: Share
    """Of the complaints that ever ended, the share that was reopened."""
    accepted: Share
    """The share of responses that were accepted, of those accepted or rejected."""


class Outcomes(Resource):
    """How the complaints of the period ended."""

    closed: Share
    """The share of the received complaints that were closed."""
    recovered: Annotated[list[MatureShare], Field(max_length=3)]
    """The share of customers with a closed complaint who bought again within 30, 90 and 180 days."""


class RepeatComplainants(Resource):
    """How many customers complain more than once."""

    customers: Share
    """The share of customers with two or more complaints, of all customers with a complaint in the period."""
    complaints: Count
    """The number of complaints of customers with two or more."""
    unclaimed: Count
    """The number of complaints without a customer, who may be any of them."""


class RootCause(Resource):
    """How often a kind of root cause occurs."""

    cause_kind: CauseKind
    count: Count
    """The number of complaints with this kind of root cause."""
    total: Count
    """The number of complaints whose root cause is known."""
    share: Fraction | None
    """The fraction `count` / `total`, from 0 to 1."""
    low: Fraction | None
    """The lower bound of the 95 % confidence interval of the share (Wilson score)."""
    high: Fraction | None
    """The upper bound of the 95 % confidence interval of the share (Wilson score)."""


class RootCauses(Resource):
    """The root causes of complaints, as far as they are known."""

    known: Share
    """The share of complaints whose root cause is known."""
    kinds: Annotated[list[RootCause], Field(max_length=20)]
    """The kinds of root causes, the most frequent first."""


class ProductComplaints(Resource):
    """The complaints about a product."""

    sku: Label
    name: Name | None
    """The name of the product. Null if it has none."""
    complaints: Count
    """The number of complaints about the product."""
    closed: Count
    """The number of these that were closed."""
    reopened: Count
    """The number of these that were reopened."""


class SiteComplaints(Resource):
    """The complaints about a site."""

    site: Label
    """The code of the site that complaints are about."""
    name: Name | None
    """The name of the site. Null if it has none."""
    complaints: Count
    """The number of complaints about the site."""
    closed: Count
    """The number of these that were closed."""
    reopened: Count
    """The number of these that were reopened."""
    receipts: Count
    """The number of purchases at the site in the same period: receipts that count and were not given back whole."""
    per_thousand_receipts: Rate | None
    """The number of complaints per thousand of these purchases. Null without any."""


class ComplaintInsights(Resource):
    """How complaints are handled, in figures."""

    received_since: Moment
    """The beginning of the period, inclusive."""
    received_before: Moment
    """The end of the period, exclusive."""
    interval: Literal["day", "week", "month"]
    """The length of the periods of the volume."""
    volume: Volume
    backlog: Backlog
    time_in_state: TimeInState
    clocks: ClockPerformance
    speed: Speeds
    outcomes: Outcomes
    repeat_complainants: RepeatComplainants
    causes: RootCauses
    products: Annotated[list[ProductComplaints], Field(max_length=20)]
    """The products with the most complaints, most first."""
    sites: Annotated[list[SiteComplaints], Field(max_length=20)]
    """The sites with the most complaints, most first."""
