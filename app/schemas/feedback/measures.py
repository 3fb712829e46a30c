"""Measures of feedback, with their numbers of answers and confidence intervals."""

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
"""On the common scale from 0 (worst) to 100 (best)."""
Net = Annotated[float, Field(ge=-100, le=100)]
Limit = Annotated[int, Field(ge=1, le=200, description="The maximum number of groups to return.")]


class Span(Schema):
    since: Moment | None = None
    """Only feedback collected at or after this timestamp. Defaults to 90 days before `before`."""
    before: Moment | None = None
    """Only feedback collected before this timestamp. Defaults to the present time."""


class MeasuresQuery(Span):
    metric: FeedbackMetric = FeedbackMetric.SCORE
    """What is measured. `score` is the main rating of each piece of feedback, whichever metric it is of."""
    group_by: Grouping | None = None
    """What to group by. Left out, only the figures of all feedback together are returned."""
    site: Label | None = None
    staff: Label | None = None
    sku: Label | None = None
    channel: Channel | None = None
    method: Method | None = None
    survey_id: Id | None = None
    tag: Tag | None = None
    """Only feedback of customers with this tag, in whatever case it is written."""
    time_zone: TimeZone = "UTC"
    """The IANA name of the time zone in which days, weeks, months and years begin."""
    limit: Limit = 50


class Mean(Resource):
    """The mean of answers on the common scale from 0 to 100, with its confidence interval."""

    answers: Count
    """The number of answers that the mean is taken of."""
    mean: Mark | None
    """The mean on the common scale from 0 to 100. Null without answers."""
    low: Mark | None
    """The lower bound of the 95 % confidence interval of the mean (Student's t). Null with fewer than two answers."""
    high: Mark | None
    """The upper bound of the 95 % confidence interval of the mean (Student's t). Null with fewer than two answers."""


class NetPromoter(Resource):
    """The Net Promoter Score with its confidence interval."""

    promoters: Count
    """The number of answers of 9 and 10."""
    passives: Count
    """The number of answers of 7 and 8."""
    detractors: Count
    """The number of answers from 0 to 6."""
    nps: Net | None
    """The percentage of promoters less that of detractors. Null without answers."""
    low: Net | None
    """The lower bound of the 95 % confidence interval of the score (adjusted Wald interval, Rocks 2016)."""
    high: Net | None
    """The upper bound of the 95 % confidence interval of the score (adjusted Wald interval, Rocks 2016)."""


class ResponseShare(Share):
    """The share of invitations that were answered."""

    withdrawn: Count
    """The number of invitations that were sent and withdrawn again, because what they were about fell away. They are
    not among the `total`.
    """


class Measure(Mean):
    """What feedback amounts to on one metric."""

    distribution: Annotated[list[Count], Field(min_length=5, max_length=5)]
    """The number of answers in each fifth of the scale, the worst first. On a scale from 1 to 5, these
    are its values.
    """
    nps: NetPromoter | None
    """The Net Promoter Score. Null unless the metric is `nps`."""
    satisfied: Share | None
    """The share of answers with a score of 75 or more, which are 4 and 5 on a scale from 1 to 5. Null unless the metric
    is `csat`.
    """
    response: ResponseShare | None
    """The share of the invitations sent in the period that were answered, even later. Null by product or method, which
    invitations do not have.
    """


class MeasureGroup(Measure):
    """What the feedback of a group amounts to."""

    key: Key | None
    """The value that the group shares: the first day of a period, the code of a site, the id of a survey. Null for
    feedback without a value.
    """
    name: Name | None
    """The name of the site, product or survey. Null for other groups."""


class Measures(Resource):
    """What feedback amounts to on one metric, by group."""

    metric: FeedbackMetric
    group_by: Grouping | None
    """What the feedback is grouped by. Null without groups."""
    since: Moment
    """The beginning of the period, inclusive."""
    before: Moment
    """The end of the period, exclusive."""
    group_count: Count
    """The number of groups, including those beyond `limit`."""
    all: Measure
    """The figures of all feedback together."""
    items: Annotated[list[MeasureGroup], Field(max_length=600)]
    """The groups: all periods in order, other groups by the number of answers, most first."""


class MethodsQuery(Span):
    site: Label | None = None
    staff: Label | None = None
    min_answers: Annotated[int, Field(ge=1, le=10_000)] = 5
    """The number of answers that a method needs for its mean to be counted in the spread."""
    limit: Limit = 50


class MethodMean(Mean):
    """The mean of the answers collected by one method."""

    method: Method
    """How the answers were collected."""


class Methods(Resource):
    """What each collection method comes to."""

    answers: Count
    """The number of answers of all methods."""
    methods: Annotated[list[MethodMean], Field(max_length=20)]
    """The methods, by the number of answers, most first."""
    spread: Mark | None
    """The highest mean less the lowest. A wide spread means that the methods disagree. Null if fewer than two methods
    have enough answers.
    """


class MethodsAtSite(Methods):
    """What each collection method comes to at one site."""

    key: Label
    """The code of the site that feedback is about."""
    name: Name | None
    """The name of the site. Null if it has none."""


class MethodComparison(Resource):
    """What each collection method comes to, by site."""

    since: Moment
    """The beginning of the period, inclusive."""
    before: Moment
    """The end of the period, exclusive."""
    group_count: Count
    """The number of sites, including those beyond `limit`."""
    all: Methods
    """The figures of all feedback together, including feedback about no site."""
    items: Annotated[list[MethodsAtSite], Field(max_length=200)]
    """The sites, by the number of answers, most first."""
