"""Feedback as it comes in, and what can be changed of it."""

from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

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
    partial,
    text,
)

Url = Annotated[str, text(2_000)]


class Author(Schema):
    """Who said it, as far as they told: nobody needs to be a customer to be heard."""

    name: Name | None = None
    contact: Contact | None = None


class ReceiptRef(Schema):
    """A sale by the number that is printed on it. It may come in later than what is said about it."""

    source: Label
    receipt_no: Reference


class RatingNew(Schema):
    """One figure, on the scale that it was given on."""

    metric: FeedbackMetric
    value: Figure
    worst: Figure | None = None
    """Left out, with `best`: 0 to 10 for `nps`, 1 to 5 for `csat` and `rating`, 1 to 7 for `ces`, else 0 to 100."""
    best: Figure | None = None
    """May be the smaller number, where little is good."""
    question: Label | None = None
    aspect: Label | None = None
    """What it is about: waiting time, freshness. Left out: everything."""
    side: Side = Side.EXPERIENCE
    """`expectation`: how it should have been, to be set beside how it was."""

    @model_validator(mode="after")
    def _on_its_scale(self) -> Self:
        if (self.worst is None) != (self.best is None):
            raise PydanticCustomError("missing", "`worst` and `best` must be sent together")
        scale = self.scale
        if scale.worst == scale.best:
            raise PydanticCustomError("scale", "`worst` and `best` must differ")
        if not scale.holds(self.value):
            raise PydanticCustomError("scale", "`value` must be on the scale")
        if self.metric is FeedbackMetric.NPS:
            if scale != SCALES[FeedbackMetric.NPS]:
                raise PydanticCustomError("scale", "NPS requires the scale from 0 to 10")
            if self.value != self.value.to_integral_value():
                raise PydanticCustomError("scale", "NPS must be a whole number")
        return self

    @property
    def scale(self) -> Scale:
        if self.worst is None or self.best is None:
            return SCALES[self.metric]
        return Scale(self.worst, self.best)


class FeedbackContent(Schema):
    """What can be changed of feedback."""

    channel: Channel | None = None
    """How it reached us."""
    sale_id: Id | None = None
    sale_line_no: LineNumber | None = None
    interaction_id: Id | None = None
    """The contact that it is about, or in which it was given."""
    complaint_id: Id | None = None
    """The complaint whose handling it is about."""
    site: Label | None = None
    till: Label | None = None
    staff: Label | None = None
    sku: Label | None = None
    competitor: Label | None = None
    """Whose business it is about, where it is not ours: with the method `competitor`, and only then."""
    idea_id: Id | None = None
    """The idea that it speaks for: counts as a vote."""
    ratings: Annotated[list[RatingNew], Field(max_length=50)] = []
    """The first one that is about everything, as it was experienced, stands for the whole."""
    title: Line | None = None
    text: Note | None = None
    """Their own words."""
    url: Url | None = None
    """Where it can be read."""
    language: Language | None = None
    """Of the text, BCP 47. Left out: found out, where it can be."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        if self.sale_line_no is not None and self.sale_id is None:
            raise PydanticCustomError("missing", "`sale_line_no` requires `sale_id`")
        return self


class FeedbackNew(FeedbackContent):
    """Feedback as it comes in."""

    method: Method
    collected_at: Moment | None = None
    """Left out: now."""
    customer_id: Id | None = None
    """Left out: the buyer, whoever the contact or complaint was with, or whoever alone is known by the author's
    contact; else nobody, until it is claimed."""
    author: Author | None = None
    receipt: ReceiptRef | None = None
    """The sale by its receipt's number, instead of `sale_id`."""
    loop: PastLoop | None = None
    """For feedback that was kept elsewhere."""
    source: Label | None = None
    external_id: Reference | None = None
    """With `source`: taken in exactly once from an outside system."""

    @model_validator(mode="after")
    def _about_somebody(self) -> Self:
        if (self.method is Method.COMPETITOR) != (self.competitor is not None):
            raise PydanticCustomError("competitor", "`competitor` and the method competitor require each other")
        if self.receipt is not None and self.sale_id is not None:
            raise PydanticCustomError("one_of", "Only one of `sale_id` and `receipt` is allowed")
        return self


FeedbackChange = partial(FeedbackContent, "FeedbackChange", "What changes of feedback; null takes a value away.")
