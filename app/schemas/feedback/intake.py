"""Feedback to record, and the fields of it that can be changed."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from app.rules.feedback.feedback import SCALES, FeedbackMetric, Method, Scale, Side
from app.rules.kit.channels import Channel
from app.schemas.feedback.loop import PastLoop
from app.schemas.interactions import Contact
from app.schemas.kit.types import (
    Attributes,
    Figure,
    Id,
    Label,
    Language,
    Line,
    LineNumber,
    Moment,
    Name,
    Note,
    Reference,
    Schema,
    Url,
    fault,
    partial,
)


class Author(Schema):
    """The person who gave the feedback, who need not be a customer."""

    name: Name | None = None
    """The name of the person, as far as it was given."""
    contact: Contact | None = None
    """Where to reach the person. A contact point that belongs to one customer identifies that customer."""


class ReceiptRef(Schema):
    """A reference to a receipt by its number. The receipt may be recorded later."""

    source: Label
    """The system that numbers the receipt, as in the `source` of sales."""
    receipt_no: Reference
    """The number of the receipt, which is unique within the source."""


class RatingNew(Schema):
    """A rating on the scale on which it was given."""

    metric: FeedbackMetric
    """What the rating is a measure of."""
    value: Figure
    """The rating itself, on the scale from `worst` to `best`."""
    worst: Figure | None = None
    """The worst value of the scale. Defaults, with `best`, to 0 to 10 for `nps`, 1 to 5 for `csat` and `rating`, 1 to 7
    for `ces`, and 0 to 100 for `score`.
    """
    best: Figure | None = None
    """The best value of the scale. It may be lower than `worst` if low values are good."""
    question: Label | None = None
    """The key of the survey question that was answered, or another name for the question."""
    aspect: Label | None = None
    """What the rating is about, such as waiting time or freshness. If null, it is about everything."""
    side: Side = Side.EXPERIENCE
    """Whether the customer rated what they experienced, or what they expect."""

    @model_validator(mode="after")
    def _on_its_scale(self) -> Self:
        if (self.worst is None) != (self.best is None):
            raise fault("best" if self.best is None else "worst", "missing", "`worst` and `best` must be sent together")
        scale = self.scale
        if scale.worst == scale.best:
            raise fault("best", "scale", "`worst` and `best` must differ")
        if not scale.holds(self.value):
            raise fault("value", "scale", "`value` must be on the scale")
        if self.metric is FeedbackMetric.NPS:
            if scale != SCALES[FeedbackMetric.NPS]:
                raise fault("best", "scale", "NPS requires the scale from 0 to 10")
            if self.value != self.value.to_integral_value():
                raise fault("value", "scale", "NPS must be a whole number")
        return self

    @property
    def scale(self) -> Scale:
        if self.worst is None or self.best is None:
            return SCALES[self.metric]
        return Scale(self.worst, self.best)


class FeedbackContent(Schema):
    """The fields of a piece of feedback that can be changed."""

    channel: Channel | None = None
    """The channel on which the feedback came in."""
    sale_id: Id | None = None
    """The id of the receipt that the feedback is about."""
    sale_line_no: LineNumber | None = None
    """The line of the receipt that the feedback is about. Requires `sale_id`."""
    interaction_id: Id | None = None
    """The id of the interaction that the feedback is about, or in which it was given."""
    complaint_id: Id | None = None
    """The id of the complaint whose handling the feedback is about."""
    site: Label | None = None
    """The code of the site that the feedback is about. Defaults to the site of the sale."""
    till: Label | None = None
    """The till at which the customer paid. Defaults to the till of the sale."""
    staff: Label | None = None
    """The member of staff whom the feedback is about. Defaults to the operator of the sale."""
    sku: Label | None = None
    """The SKU of the product that the feedback is about. Defaults to the product of the line."""
    competitor: Label | None = None
    """The competitor whom the feedback is about. Required with the method `competitor`, and not allowed with others."""
    idea_id: Id | None = None
    """The id of the idea that the feedback supports. It counts as a vote."""
    ratings: Annotated[list[RatingNew], Field(max_length=50)] = []
    """The ratings that were given. The first one of the experience as a whole becomes the main rating."""
    title: Line | None = None
    """The headline of a review, as the author wrote it."""
    text: Note | None = None
    """The text of the feedback, as the author wrote it."""
    url: Url | None = None
    """The address of the page where the feedback was published."""
    language: Language | None = None
    """The language of the text, a BCP 47 tag. Detected where possible if it is left out."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _check_sale_line(self) -> Self:
        if self.sale_line_no is not None and self.sale_id is None:
            raise fault("sale_id", "missing", "`sale_line_no` requires `sale_id`")
        return self


class FeedbackNew(FeedbackContent):
    """A piece of feedback that is to be recorded."""

    method: Method
    """How the feedback was collected."""
    collected_at: Moment | None = None
    """When the feedback was given. Defaults to the present time."""
    customer_id: Id | None = None
    """The customer who gave the feedback. Defaults to the buyer, else to the customer of the complaint or
    interaction, else to the only customer with the author's contact point.
    """
    author: Author | None = None
    """The person who gave the feedback, for feedback of people who may not be customers."""
    receipt: ReceiptRef | None = None
    """The receipt that the feedback is about, by its number. It excludes `sale_id`."""
    loop: PastLoop | None = None
    """What was done about the feedback already, if it was handled in another system."""
    source: Label | None = None
    """The external system that the feedback comes from. Requires `external_id`."""
    external_id: Reference | None = None
    """The id in the external system. Feedback is recorded once per `source` and `external_id`."""

    @model_validator(mode="after")
    def _check_competitor_and_receipt(self) -> Self:
        if (self.method is Method.COMPETITOR) != (self.competitor is not None):
            raise fault("competitor", "competitor", "`competitor` and the method competitor require each other")
        if self.receipt is not None and self.sale_id is not None:
            raise fault("receipt", "one_of", "Only one of `sale_id` and `receipt` is allowed")
        return self


FeedbackChange = partial(
    FeedbackContent,
    "FeedbackChange",
    "The fields of a piece of feedback to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)
