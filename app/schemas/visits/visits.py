"""Visits: mystery shopping and observations, planned and done."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.rules.visits.scorecards import VisitKind, VisitState
from app.schemas.feedback import ReceiptRef, Score, Url
from app.schemas.kit.types import (
    LINES,
    Attributes,
    Figure,
    Flag,
    Id,
    Label,
    Line,
    Moment,
    Note,
    PageQuery,
    Reference,
    Resource,
    Schema,
    Slug,
    Version,
    partial,
    text,
)

Remark = Annotated[str, text(5_000, pattern=LINES)]


class ItemResult(Schema):
    """What was found of one item of the scorecard: one of `yes_no`, `value` and `not_applicable`."""

    item: Slug
    """The item's key."""
    yes_no: Literal["yes", "no"] | None = None
    """Of items that are so or are not."""
    value: Figure | None = None
    """Of items on a scale."""
    not_applicable: Flag = False
    """It did not apply, where the item allows that."""
    note: Remark | None = None
    """What was seen."""
    urls: Annotated[list[Url], Field(max_length=20)] = []
    """Pictures, recordings, scans."""


Results = Annotated[list[ItemResult], Field(max_length=200)]


class _Visit(Schema):
    site: Label | None = None
    shift: Label | None = None
    shopper: Label | None = None
    """Who went there, or looked on."""
    staff: Label | None = None
    """Whom they dealt with."""
    sale_id: Id | None = None
    """What the shopper bought."""
    receipt: ReceiptRef | None = None
    """The same by its receipt's number, which may be known before the sale is; instead of `sale_id`."""
    interaction_id: Id | None = None
    """The contact that was observed."""
    note: Note | None = None
    """What was seen as a whole."""
    results: Results = []
    """One for each item of the scorecard."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _one_sale(self) -> Self:
        if self.receipt is not None and self.sale_id is not None:
            raise PydanticCustomError("one_of", "Only one of `sale_id` and `receipt` is allowed")
        return self


class VisitNew(_Visit):
    """A visit that is planned; or, with its results, one that is done."""

    kind: VisitKind
    scorecard_id: Id
    """It keeps to the scorecard as it is now."""
    happened_at: Moment | None = None
    """When it is to happen, as long as it is planned. Left out with results: now."""
    source: Label | None = None
    external_id: Reference | None = None
    """With `source`: taken in exactly once from an outside system."""


class VisitContent(_Visit):
    """What can be changed of a visit."""

    happened_at: Moment


VisitChange = partial(VisitContent, "VisitChange", "What changes of a visit; null takes a value away.")


class VisitComplete(Schema):
    results: Results
    """One for each item of the scorecard."""
    happened_at: Moment | None = None
    """Left out: as it was planned, or now if that lies ahead."""
    note: Note | None = None
    """Left out: as it is."""


class VisitCancel(Schema):
    reason: Line


class VisitResult(Resource):
    item: Slug
    yes_no: Literal["yes", "no"] | None
    value: Figure | None
    not_applicable: Flag
    note: Remark | None
    urls: Annotated[list[Url], Field(max_length=20)]
    score: Score | None
    """Null where it did not apply."""


class Visit(Resource):
    id: Id
    kind: VisitKind
    state: VisitState
    scorecard_id: Id
    scorecard_version: Version
    """The version of the scorecard that it keeps to."""
    happened_at: Moment
    """As long as it is planned: when it is to happen."""
    site: Label | None
    shift: Label | None
    shopper: Label | None
    staff: Label | None
    sale_id: Id | None
    """Also of a sale that was named by its receipt, as soon as it is known."""
    receipt: ReceiptRef | None
    interaction_id: Id | None
    results: Annotated[list[VisitResult], Field(max_length=200)]
    score: Score | None
    """Of the whole. Null until it is done, and where nothing of the scorecard applied."""
    uncapped_score: Score | None
    """What it would have been but for critical items that failed."""
    capped_by: Annotated[list[Slug], Field(max_length=200)]
    """The critical items that took something away."""
    feedback_id: Id | None
    """What it counts as in the measures, once it is done."""
    note: Note | None
    cancellation_reason: Line | None
    """Why it was cancelled."""
    source: Label | None
    external_id: Reference | None
    attributes: Attributes
    version: Version
    created_at: Moment
    updated_at: Moment


class VisitPage(Resource):
    items: Annotated[list[Visit], Field(max_length=200)]
    next_cursor: str | None


class VisitQuery(PageQuery):
    kind: VisitKind | None = None
    state: VisitState | None = None
    site: Label | None = None
    staff: Label | None = None
    shopper: Label | None = None
    scorecard_id: Id | None = None
    interaction_id: Id | None = None
    source: Label | None = None
    external_id: Reference | None = None
    happened_since: Moment | None = None
    happened_before: Moment | None = None
    sort: Literal["happened_at", "-happened_at"] = "-happened_at"
