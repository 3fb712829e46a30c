"""What feedback comes to, in figures; each with how many it was counted from and how far it may be off."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.feedback.feedback import FeedbackMetric, Method
from app.rules.kit.channels import Channel
from app.schemas.kit.measures import Share
from app.schemas.kit.types import Count, Id, Label, Moment, Name, Resource, Schema, Tag, TimeZone

Grouping = Literal[
    "day", "week", "month", "quarter", "year", "site", "staff", "sku", "channel", "method", "survey", "tag"
]
Key = Annotated[str, Field(max_length=100)]
Mark = Annotated[float, Field(ge=0, le=100)]
"""On the common scale from 0, the worst, to 100, the best."""
Net = Annotated[float, Field(ge=-100, le=100)]
Limit = Annotated[int, Field(ge=1, le=200, description="How many items to answer with.")]


class Span(Schema):
    since: Annotated[Moment | None, Field(description="Collected from then on. Left out: 90 days before `before`.")] = (
        None
    )
    before: Annotated[Moment | None, Field(description="Collected before then. Left out: now.")] = None


class MeasuresQuery(Span):
    metric: Annotated[
        FeedbackMetric,
        Field(description="`score`: what each feedback comes to as a whole, whatever it was measured with."),
    ] = FeedbackMetric.SCORE
    by: Annotated[Grouping | None, Field(description="Left out: only all of it in one.")] = None
    site: Label | None = None
    staff: Label | None = None
    sku: Label | None = None
    channel: Channel | None = None
    method: Method | None = None
    survey_id: Id | None = None
    tag: Annotated[Tag | None, Field(description="Of customers with this tag.")] = None
    time_zone: Annotated[
        TimeZone, Field(description="IANA name: whose midnight days, weeks, months and years begin at.")
    ] = "UTC"
    limit: Limit = 50


class Mean(Resource):
    answers: Count
    mean: Mark | None
    """On the common scale from 0 to 100. Null where nobody has answered."""
    low: Mark | None
    """The mean lies between `low` and `high` with 95 % confidence (Student's t). Null with less than two answers."""
    high: Mark | None


class NetPromoter(Resource):
    promoters: Count
    """9 and 10."""
    passives: Count
    """7 and 8."""
    detractors: Count
    """0 to 6."""
    nps: Net | None
    """Promoters less detractors, of a hundred. Null where nobody has answered."""
    low: Net | None
    """It lies between `low` and `high` with 95 % confidence (adjusted Wald interval, Rocks 2016)."""
    high: Net | None


class Measure(Mean):
    distribution: Annotated[list[Count], Field(min_length=5, max_length=5)]
    """How many answers lie in each fifth of the scale, the worst first: of marks from 1 to 5, how many of each."""
    nps: NetPromoter | None
    """Null unless NPS was asked for."""
    satisfied: Share | None
    """Answers of 75 and more: 4 and 5 of 1 to 5. Null unless CSAT was asked for."""
    response: Share | None
    """Of the invitations that were sent in this time, how many were answered, whenever that was. Null where
    invitations cannot be told apart: by product or method."""


class MeasureGroup(Measure):
    key: Key | None
    """The day on which a period begins, the site's code, the survey's id. Null: of none."""
    name: Name | None
    """Of a site, product or survey that has one."""


class Measures(Resource):
    metric: FeedbackMetric
    by: Grouping | None
    since: Moment
    before: Moment
    groups: Count
    """How many there are, those that do not fit into the answer included."""
    all: Measure
    items: Annotated[list[MeasureGroup], Field(max_length=600)]
    """Periods in their order, each of them; others by how many answers they have, most first."""


class MethodsQuery(Span):
    site: Label | None = None
    staff: Label | None = None
    least: Annotated[
        int, Field(ge=1, le=10_000, description="Methods with fewer answers do not count in the spread.")
    ] = 5
    limit: Limit = 50


class MethodMean(Mean):
    method: Method


class Methods(Resource):
    answers: Count
    methods: Annotated[list[MethodMean], Field(max_length=20)]
    """Most answers first."""
    spread: Mark | None
    """The highest mean less the lowest: where it is wide, methods disagree. Null where fewer than two have enough
    answers."""


class MethodsAtSite(Methods):
    key: Label
    name: Name | None


class MethodComparison(Resource):
    since: Moment
    before: Moment
    groups: Count
    all: Methods
    """What belongs to no site included."""
    items: Annotated[list[MethodsAtSite], Field(max_length=200)]
    """Most answers first."""
