"""Feedback compared: expectations with experience, competitors with us, and how the loop is closed."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.feedback.feedback import Method
from app.rules.kit.channels import Channel
from app.schemas.feedback.measures import Key, Limit, Mark, Mean, Net, Span
from app.schemas.kit.measures import Hours, Share
from app.schemas.kit.types import Count, Id, Label, Moment, Name, Resource, TimeZone


class GapsQuery(Span):
    site: Label | None = None
    survey_id: Id | None = None
    limit: Limit = 50


class AspectFigures(Resource):
    """The answers about an aspect, either expected or experienced."""

    answers: Count
    """The number of answers about the aspect."""
    mean: Mark | None
    """The mean on the common scale from 0 to 100. Null without answers."""


class AspectGap(Resource):
    """How far the experience of an aspect differs from what customers expect."""

    aspect: Label
    """What the ratings are about, such as waiting time or freshness."""
    expectation: AspectFigures
    """What customers expect of the aspect."""
    experience: AspectFigures
    """What customers experienced of the aspect."""
    gap: Net | None
    """Experience less expectation. Negative values fall short of it. Null if either was never rated."""
    pairs: Count
    """The number of people who rated both. With two or more, the gap is the mean of their differences, otherwise the
    difference of the two means, which are those of different people.
    """
    low: Net | None
    """The lower bound of the 95 % confidence interval of the gap (Student's t on pairs). Null with fewer than two
    pairs.
    """
    high: Net | None
    """The upper bound of the 95 % confidence interval of the gap (Student's t on pairs). Null with fewer than two
    pairs.
    """


class AspectGaps(Resource):
    """Expectations compared with experience, by aspect."""

    since: Moment
    """The beginning of the period, inclusive."""
    before: Moment
    """The end of the period, exclusive."""
    group_count: Count
    """The number of aspects, including those beyond `limit`."""
    items: Annotated[list[AspectGap], Field(max_length=200)]
    """The aspects, the widest shortfall first, those without a gap last."""


class CompetitorsQuery(Span):
    site: Label | None = None
    limit: Limit = 50


class SentimentShares(Resource):
    """The shares of sentiments, of all texts whose sentiment could be determined."""

    positive: Share
    """The share of positive texts among them."""
    neutral: Share
    """The share of neutral texts among them."""
    negative: Share
    """The share of negative texts among them."""


class ThemeShare(Share):
    """The share of feedback that mentions a theme."""

    theme: Label
    """The code of the theme that is mentioned."""


class ReviewSummary(Mean):
    """What reviews and other public feedback amount to."""

    feedback: Count
    """The number of pieces of feedback, including those without a rating."""
    sentiment: SentimentShares
    """The sentiments of the texts."""
    themes: Annotated[list[ThemeShare], Field(max_length=5)]
    """The themes mentioned most often, as shares of all feedback."""


class Competitor(ReviewSummary):
    """What public feedback about a competitor amounts to."""

    competitor: Label
    """The name of the competitor, as it was recorded."""


class CompetitorComparison(Resource):
    """Public feedback about competitors, beside feedback about the business itself."""

    since: Moment
    """The beginning of the period, inclusive."""
    before: Moment
    """The end of the period, exclusive."""
    methods: Annotated[list[Method], Field(max_length=20)]
    """The collection methods of the business's own feedback that is compared."""
    ours: ReviewSummary
    """What comparable feedback about the business itself amounts to."""
    group_count: Count
    """The number of competitors, including those beyond `limit`."""
    items: Annotated[list[Competitor], Field(max_length=200)]
    """The competitors, by the number of pieces of feedback, most first."""


LoopGrouping = Literal["month", "site", "method", "staff"]


class LoopQuery(Span):
    group_by: LoopGrouping | None = None
    """What to group by. Left out, only the figures of all feedback together are returned."""
    site: Label | None = None
    staff: Label | None = None
    channel: Channel | None = None
    method: Method | None = None
    survey_id: Id | None = None
    forgotten_after_days: Annotated[int, Field(ge=0, le=3_700)] = 7
    """The number of days without an acknowledgement after which feedback counts as forgotten."""
    time_zone: TimeZone = "UTC"
    """The IANA name of the time zone in which months begin."""
    limit: Limit = 50


class LoopDuration(Resource):
    """How long a step of the loop took."""

    count: Count
    """The number of pieces of feedback for which the step was done."""
    median_hours: Hours | None
    """The median of the hours since the feedback was given. Null if the step was never done."""
    p90_hours: Hours | None
    """The 90th percentile of the hours since the feedback was given."""


class LoopFigures(Resource):
    """How much was done about feedback, and how fast. Hours include nights and holidays."""

    feedback: Count
    """The number of pieces of feedback."""
    acknowledged: Share
    """The share that was acknowledged."""
    acted: Share
    """The share that led to a change."""
    notified: Share
    """The share whose customer was notified, of those with a customer, since nobody else can be."""
    closed: Share
    """The share whose loop is closed."""
    forgotten: Count
    """The number that was not acknowledged within `forgotten_after_days`."""
    to_acknowledge: LoopDuration
    """How long it took to acknowledge feedback."""
    to_act: LoopDuration
    """How long it took until something was changed."""
    to_close: LoopDuration
    """How long it took to close the loop."""


class LoopGroup(LoopFigures):
    """How much was done about the feedback of a group."""

    key: Key | None
    """The value that the group shares: the first day of a month, the code of a site. Null for feedback
    without a value.
    """
    name: Name | None
    """The name of the site. Null for other groups."""


class LoopReport(Resource):
    """How much was done about feedback, by group."""

    group_by: LoopGrouping | None
    """What the feedback is grouped by. Null without groups."""
    since: Moment
    """The beginning of the period, inclusive."""
    before: Moment
    """The end of the period, exclusive."""
    group_count: Count
    """The number of groups, including those beyond `limit`."""
    all: LoopFigures
    """The figures of all feedback together."""
    items: Annotated[list[LoopGroup], Field(max_length=200)]
    """The groups: all months in order, other groups by the number of pieces of feedback, most first."""
