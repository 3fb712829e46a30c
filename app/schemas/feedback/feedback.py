"""Feedback: what somebody said about the business, what it comes to on one scale, and what became of it."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.feedback.feedback import FeedbackMetric, Method, NpsClass, Side
from app.rules.feedback.sentiment import Sentiment
from app.rules.kit.channels import Channel
from app.schemas.feedback.intake import Author, ReceiptRef, Url
from app.schemas.kit.types import (
    Attributes,
    Figure,
    Id,
    Label,
    Language,
    Line,
    LineNumber,
    Moment,
    Note,
    PageQuery,
    Reference,
    Resource,
    Version,
)

Score = Annotated[Figure, Field(description="From 0, the worst, to 100, the best: a decimal string.")]


class Rating(Resource):
    metric: FeedbackMetric
    value: Figure
    worst: Figure
    best: Figure
    score: Score
    nps_class: NpsClass | None
    question: Label | None
    aspect: Label | None
    side: Side


class SurveyAnswer(Resource):
    """What was answered to a question of a survey."""

    question: Label
    value: Figure | None = None
    """Of questions that are answered with a number."""
    choices: Annotated[list[Label], Field(max_length=50)] = []
    yes_no: Literal["yes", "no"] | None = None
    text: Note | None = None


class FeedbackFollowUp(Resource):
    """What a rule made of it."""

    rule_id: Id
    task_id: Id | None
    complaint_id: Id | None


class Feedback(Resource):
    id: Id
    method: Method
    collected_at: Moment
    channel: Channel | None
    customer_id: Id | None
    author: Author | None
    sale_id: Id | None
    sale_line_no: LineNumber | None
    receipt: ReceiptRef | None
    """As it was named, also while the sale is not known yet."""
    interaction_id: Id | None
    complaint_id: Id | None
    site: Label | None
    till: Label | None
    staff: Label | None
    sku: Label | None
    competitor: Label | None
    idea_id: Id | None
    survey_id: Id | None
    survey_version: Version | None
    invitation_id: Id | None
    visit_id: Id | None
    metric: FeedbackMetric | None
    """Of the rating that stands for the whole, as the next five are."""
    value: Figure | None
    worst: Figure | None
    best: Figure | None
    score: Score | None
    nps_class: NpsClass | None
    ratings: Annotated[list[Rating], Field(max_length=200)]
    answers: Annotated[list[SurveyAnswer], Field(max_length=200)]
    title: Line | None
    text: Note | None
    url: Url | None
    language: Language | None
    sentiment: Sentiment | None
    """Null where the text is missing, or in a language that cannot be judged."""
    sentiment_score: Figure | None
    """From -1 to 1."""
    analyzer: Label | None
    """What judged the text, and which version of it."""
    analyzer_version: Label | None
    themes: Annotated[list[Label], Field(max_length=1_000)]
    """The business's own themes that the text speaks of."""
    acknowledged_at: Moment | None
    """When the customer was thanked for it."""
    acknowledged_by: Label | None
    acknowledged_channel: Channel | None
    acknowledged_interaction_id: Id | None
    acted_at: Moment | None
    acted_by: Label | None
    action: Note | None
    """What was changed because of it."""
    notified_at: Moment | None
    """When the customer was told what was changed."""
    notified_by: Label | None
    notified_channel: Channel | None
    notified_interaction_id: Id | None
    closed_at: Moment | None
    """Acted upon, and the customer told; where there is nobody to tell, acted upon is enough."""
    follow_ups: Annotated[list[FeedbackFollowUp], Field(max_length=1_000)]
    source: Label | None
    external_id: Reference | None
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class FeedbackPage(Resource):
    items: Annotated[list[Feedback], Field(max_length=200)]
    next_cursor: str | None


class FeedbackQuery(PageQuery):
    method: Method | None = None
    customer_id: Id | None = None
    claimed: bool | None = None
    """`false`: of nobody who is known yet."""
    channel: Channel | None = None
    site: Label | None = None
    till: Label | None = None
    staff: Label | None = None
    sku: Label | None = None
    competitor: Label | None = None
    survey_id: Id | None = None
    invitation_id: Id | None = None
    visit_id: Id | None = None
    idea_id: Id | None = None
    sale_id: Id | None = None
    complaint_id: Id | None = None
    interaction_id: Id | None = None
    metric: FeedbackMetric | None = None
    nps_class: NpsClass | None = None
    sentiment: Sentiment | None = None
    theme: Label | None = None
    score_from: Annotated[int | None, Field(ge=1, le=100, description="Of 0 to 100: at least.")] = None
    score_below: Annotated[int | None, Field(ge=1, le=101, description="Of 0 to 100: less than.")] = None
    acknowledged: Annotated[bool | None, Field(description="`false`: nobody has thanked for it yet.")] = None
    acted: Annotated[bool | None, Field(description="`false`: nothing was changed because of it yet.")] = None
    notified: Annotated[bool | None, Field(description="`false`: the customer was not told what was changed.")] = None
    closed: Annotated[bool | None, Field(description="`false`: its loop is open.")] = None
    source: Label | None = None
    external_id: Reference | None = None
    collected_since: Moment | None = None
    collected_before: Moment | None = None
    sort: Literal["collected_at", "-collected_at"] = "-collected_at"
