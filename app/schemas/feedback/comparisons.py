"""Feedback set beside what it should be compared with: expectations, competitors, and what was made of it."""

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
    answers: Count
    mean: Mark | None


class AspectGap(Resource):
    aspect: Label
    expectation: AspectFigures
    experience: AspectFigures
    gap: Net | None
    """Experience less expectation: what is negative fell short. Null where one of the two was never asked."""
    pairs: Count
    """How many told both at once. With two or more the gap is the mean of their differences, otherwise the
    difference of the two means, which are those of different people."""
    low: Net | None
    """The gap lies between `low` and `high` with 95 % confidence (Student's t on pairs)."""
    high: Net | None


class AspectGaps(Resource):
    since: Moment
    before: Moment
    groups: Count
    items: Annotated[list[AspectGap], Field(max_length=200)]
    """The widest shortfall first; those without a gap last."""


class CompetitorsQuery(Span):
    site: Label | None = None
    limit: Limit = 50


class SentimentShares(Resource):
    """Of the texts that could be judged."""

    positive: Share
    neutral: Share
    negative: Share


class ThemeShare(Share):
    theme: Label


class ReviewSummary(Mean):
    feedback: Count
    """Those without a mark included."""
    sentiment: SentimentShares
    themes: Annotated[list[ThemeShare], Field(max_length=5)]
    """What is spoken of most, as shares of all feedback."""


class Competitor(ReviewSummary):
    competitor: Label


class CompetitorComparison(Resource):
    since: Moment
    before: Moment
    methods: Annotated[list[Method], Field(max_length=20)]
    """What of ours is comparable: what people wrote in public without being asked."""
    ours: ReviewSummary
    groups: Count
    items: Annotated[list[Competitor], Field(max_length=200)]
    """Most feedback first."""


LoopGrouping = Literal["month", "site", "method", "staff"]


class LoopQuery(Span):
    by: Annotated[LoopGrouping | None, Field(description="Left out: only all of it in one.")] = None
    site: Label | None = None
    staff: Label | None = None
    channel: Channel | None = None
    method: Method | None = None
    survey_id: Id | None = None
    waiting_days: Annotated[
        int, Field(ge=0, le=3_700, description="After how many days without thanks feedback counts as forgotten.")
    ] = 7
    time_zone: Annotated[TimeZone, Field(description="IANA name: whose midnight months begin at.")] = "UTC"
    limit: Limit = 50


class LoopDuration(Resource):
    count: Count
    median_hours: Hours | None
    p90_hours: Hours | None
    """Nine of ten were quicker."""


class LoopFigures(Resource):
    """Hours are counted since the feedback was collected, nights and holidays included."""

    feedback: Count
    acknowledged: Share
    acted: Share
    notified: Share
    """Of those whose customer is known: nobody else can be told."""
    closed: Share
    forgotten: Count
    """Nobody has thanked for them, and `waiting_days` are over."""
    to_acknowledge: LoopDuration
    to_act: LoopDuration
    to_close: LoopDuration


class LoopGroup(LoopFigures):
    key: Key | None
    """The first day of the month, the site's code. Null: of none."""
    name: Name | None


class LoopReport(Resource):
    by: LoopGrouping | None
    since: Moment
    before: Moment
    groups: Count
    all: LoopFigures
    items: Annotated[list[LoopGroup], Field(max_length=200)]
    """Months in their order, each of them; others by how much feedback they have, most first."""
