"""Feedback as it is answered with and listed."""

from typing import Annotated, Literal

from pydantic import Field

from app.rules.customers import Match
from app.rules.feedback.feedback import FeedbackMetric, Method, NpsClass, Side
from app.rules.feedback.sentiment import Sentiment
from app.rules.kit.channels import Channel
from app.schemas.customers import MatchCandidates, MatchReasons
from app.schemas.feedback.intake import Author, ReceiptRef
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
    Url,
    Version,
)

Score = Annotated[Figure, Field(description="From 0, the worst, to 100, the best: a decimal string.")]


class Rating(Resource):
    """A rating on its original scale and on the common scale from 0 to 100."""

    metric: FeedbackMetric
    """What the rating is a measure of."""
    value: Figure
    """The rating itself, on the scale from `worst` to `best`."""
    worst: Figure
    """The worst value of the scale."""
    best: Figure
    """The best value of the scale, which may be lower than `worst`."""
    score: Score
    nps_class: NpsClass | None
    """The Net Promoter Score class. Null unless the metric is `nps`."""
    question: Label | None
    """The key of the survey question that was answered, or another name for the question."""
    aspect: Label | None
    """What the rating is about, such as waiting time or freshness. If null, it is about everything."""
    side: Side
    """Whether the customer rated what they experienced, or what they expect."""


class SurveyAnswer(Resource):
    """An answer to a survey question. The kind of the question decides which of the four fields is used."""

    question: Label
    """The key of the question that is answered."""
    value: Figure | None = None
    """The answer to a question with a number."""
    choices: Annotated[list[Label], Field(max_length=50)] = []
    """The keys of the choices that were selected."""
    yes_no: Literal["yes", "no"] | None = None
    """The answer to a question of the kind `yes_no`."""
    text: Note | None = None
    """The answer to a question of the kind `text`."""


class FeedbackFollowUp(Resource):
    """A task or a complaint that a feedback rule created."""

    rule_id: Id
    """The id of the feedback rule."""
    task_id: Id | None
    """The id of the task. Null if the rule created a complaint."""
    complaint_id: Id | None
    """The id of the complaint. Null if the rule created a task."""


class Feedback(Resource):
    """A piece of feedback, what it was converted to, and what was done about it."""

    id: Id
    method: Method
    """How the feedback was collected."""
    collected_at: Moment
    """When the feedback was given."""
    channel: Channel | None
    """The channel on which the feedback came in."""
    customer_id: Id | None
    """The id of the customer who gave the feedback. Null while it is not known."""
    author: Author | None
    """The person who gave the feedback, as far as it was stated."""
    match: Match
    candidates: MatchCandidates
    """The ids of the customers whose the feedback may be, if `match` is `ambiguous`. Otherwise empty."""
    match_reasons: MatchReasons
    """What each key of the feedback led to, when it was recorded, or why it belongs to its customer since."""
    sale_id: Id | None
    """The id of the receipt that the feedback is about. Null while the receipt is not recorded."""
    sale_line_no: LineNumber | None
    """The line of the receipt that the feedback is about."""
    receipt: ReceiptRef | None
    """The receipt as it was referred to, even while the sale is not recorded yet."""
    interaction_id: Id | None
    """The id of the interaction that the feedback is about, or in which it was given."""
    complaint_id: Id | None
    """The id of the complaint whose handling the feedback is about."""
    site: Label | None
    """The code of the site that the feedback is about."""
    till: Label | None
    """The till at which the customer paid."""
    staff: Label | None
    """The member of staff whom the feedback is about."""
    sku: Label | None
    """The SKU of the product that the feedback is about."""
    competitor: Label | None
    """The competitor whom the feedback is about. Null for all methods but `competitor`."""
    idea_id: Id | None
    """The id of the idea that the feedback supports."""
    survey_id: Id | None
    """The id of the survey that was answered. Null for other methods."""
    survey_version: Version | None
    """The version of the survey that was answered."""
    invitation_id: Id | None
    """The id of the invitation that was answered. Null without one."""
    visit_id: Id | None
    """The id of the visit whose score this is. Null for other methods."""
    metric: FeedbackMetric | None
    """What the main rating measures. Null, like the next five fields, if there is no rating."""
    value: Figure | None
    """The value of the main rating, on its original scale."""
    worst: Figure | None
    """The worst value of the scale of the main rating."""
    best: Figure | None
    """The best value of the scale of the main rating."""
    score: Score | None
    nps_class: NpsClass | None
    """The Net Promoter Score class of the main rating. Null unless its metric is `nps`."""
    ratings: Annotated[list[Rating], Field(max_length=200)]
    """All ratings that were given, in order."""
    answers: Annotated[list[SurveyAnswer], Field(max_length=200)]
    """All answers to the survey, in the order of its questions."""
    title: Line | None
    """The headline of a review, as the author wrote it."""
    text: Note | None
    """The text of the feedback, as the author wrote it."""
    url: Url | None
    """The address of the page where the feedback was published."""
    language: Language | None
    """The language of the text, as it was stated or detected. Null if it is not known."""
    sentiment: Sentiment | None
    """The sentiment of the text. Null without a text, or if its language is not supported."""
    sentiment_score: Figure | None
    """The strength of the sentiment, from -1 (negative) to 1 (positive)."""
    analyzer: Label | None
    """The name of the analyzer that determined the sentiment."""
    analyzer_version: Label | None
    """The version of the analyzer, by which results can be told apart."""
    themes: Annotated[list[Label], Field(max_length=1_000)]
    """The codes of the themes that the text mentions."""
    acknowledged_at: Moment | None
    """When the author was thanked for the feedback. Null while they were not."""
    acknowledged_by: Label | None
    """Who thanked the author for the feedback."""
    acknowledged_channel: Channel | None
    """The channel on which it was acknowledged. Null if that is not known."""
    acknowledged_interaction_id: Id | None
    """The id of the interaction with the message of thanks. Null if there was no message."""
    acted_at: Moment | None
    """When something was changed because of the feedback. Null while nothing was."""
    acted_by: Label | None
    """Who changed something because of the feedback."""
    action: Note | None
    """What was changed because of the feedback."""
    notified_at: Moment | None
    """When the customer was notified of what was changed. Null while they were not."""
    notified_by: Label | None
    """Who notified the customer of what was changed."""
    notified_channel: Channel | None
    """The channel on which the customer was notified. Null if that is not known."""
    notified_interaction_id: Id | None
    """The id of the interaction that notified the customer. Null if there was no message."""
    closed_at: Moment | None
    """When the loop was closed: something was changed, and the customer notified if there is one to notify."""
    follow_ups: Annotated[list[FeedbackFollowUp], Field(max_length=1_000)]
    """The tasks and complaints that feedback rules created."""
    source: Label | None
    """The external system that the feedback comes from. Null if it was recorded without one."""
    external_id: Reference | None
    """The id in the external system. Null if it was recorded without one."""
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
    """Whether to return only feedback of known customers, or only feedback without a customer."""
    match: Match | None = None
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
    score_from: Annotated[int | None, Field(ge=1, le=100)] = None
    """Only feedback with a score, from 0 to 100, of at least this value."""
    score_below: Annotated[int | None, Field(ge=1, le=101)] = None
    """Only feedback with a score, from 0 to 100, below this value."""
    acknowledged: bool | None = None
    """Whether to return only feedback that was acknowledged, or only feedback that was not."""
    acted: bool | None = None
    """Whether to return only feedback that led to a change, or only feedback that did not."""
    notified: bool | None = None
    """Whether to return only feedback whose author was notified of a change, or only feedback where not."""
    closed: bool | None = None
    """Whether to return only feedback whose loop is closed, or only feedback whose loop is open."""
    source: Label | None = None
    external_id: Reference | None = None
    collected_since: Moment | None = None
    collected_before: Moment | None = None
    sort: Literal["collected_at", "-collected_at"] = "-collected_at"
