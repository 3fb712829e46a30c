"""Visits: mystery shopping and observations, planned or done."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.rules.visits.scorecards import VisitKind, VisitState
from app.schemas.feedback import ReceiptRef, Score
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
    Url,
    Version,
    fault,
    partial,
    text,
)

Remark = Annotated[str, text(5_000, pattern=LINES)]


class ItemResult(Schema):
    """The result of an item of the scorecard: exactly one of `yes_no`, `value` and `not_applicable`."""

    item: Slug
    """The key of the item."""
    yes_no: Literal["yes", "no"] | None = None
    """The result of an item of the kind `yes_no`."""
    value: Figure | None = None
    """The result of an item of the kind `scale`."""
    not_applicable: Flag = False
    """Whether the item did not apply. Only for items that allow it."""
    note: Remark | None = None
    """What was observed, in free text."""
    urls: Annotated[list[Url], Field(max_length=20)] = []
    """The addresses of evidence, such as pictures or recordings."""


Results = Annotated[list[ItemResult], Field(max_length=200)]


class _Visit(Schema):
    site: Label | None = None
    """The code of the site that is visited."""
    shift: Label | None = None
    """The shift that is visited, such as `Saturday morning`."""
    shopper: Label | None = None
    """The mystery shopper or observer who makes the visit."""
    staff: Label | None = None
    """The member of staff whom they dealt with."""
    sale_id: Id | None = None
    """The id of the receipt of what the shopper bought."""
    receipt: ReceiptRef | None = None
    """The receipt by its number, for one that is not recorded yet. It excludes `sale_id`."""
    interaction_id: Id | None = None
    """The id of the interaction that was observed."""
    note: Note | None = None
    """What was observed overall, in free text."""
    results: Results = []
    """The results, one for each item of the scorecard."""
    attributes: Attributes = {}

    @model_validator(mode="after")
    def _check_sale(self) -> Self:
        if self.receipt is not None and self.sale_id is not None:
            raise fault("receipt", "one_of", "Only one of `sale_id` and `receipt` is allowed")
        return self


class VisitNew(_Visit):
    """A visit to plan or, with results, to record."""

    kind: VisitKind
    """Whether the shopper acts as a customer, or observes how customers are served."""
    scorecard_id: Id
    """The id of the scorecard, whose present version is used."""
    happened_at: Moment | None = None
    """When the visit took place or is to take place. Required without results; defaults to the present time with
    results.
    """
    source: Label | None = None
    """The external system that the visit comes from. Requires `external_id`."""
    external_id: Reference | None = None
    """The id in the external system. A visit is recorded once per `source` and `external_id`."""


class VisitContent(_Visit):
    """The fields of a visit that can be changed."""

    happened_at: Moment
    """When the visit took place or is planned."""


VisitChange = partial(
    VisitContent,
    "VisitChange",
    "The fields of a visit to change, as a JSON merge patch (RFC 7396). Lists are replaced as a whole.",
)


class VisitComplete(Schema):
    """The results of a planned visit."""

    results: Results
    """The results, one for each item of the scorecard."""
    happened_at: Moment | None = None
    """When the visit took place. Defaults to the planned time, or the present time if that is earlier."""
    note: Note | None = None
    """What was observed overall. Left out, the note of the visit stays."""


class VisitCancel(Schema):
    """The reason for cancelling a visit."""

    reason: Line
    """Why the visit does not take place, in a few words."""


class VisitResult(Resource):
    """The result of an item of the scorecard, with its score."""

    item: Slug
    """The key of the item."""
    yes_no: Literal["yes", "no"] | None
    """The result of an item of the kind `yes_no`."""
    value: Figure | None
    """The result of an item of the kind `scale`."""
    not_applicable: Flag
    """Whether the item did not apply."""
    note: Remark | None
    """What was observed, in free text."""
    urls: Annotated[list[Url], Field(max_length=20)]
    """The addresses of evidence, such as pictures or recordings."""
    score: Score | None
    """The score from 0 to 100. Null if the item did not apply."""


class Visit(Resource):
    """A mystery shopping visit or an observation."""

    id: Id
    kind: VisitKind
    """Whether the shopper acts as a customer, or observes how customers are served."""
    state: VisitState
    scorecard_id: Id
    """The id of the scorecard that the visit is scored by."""
    scorecard_version: Version
    """The version of the scorecard that the visit is scored by."""
    happened_at: Moment
    """When the visit took place or, while it is planned, is to take place."""
    site: Label | None
    """The code of the site that is visited."""
    shift: Label | None
    """The shift that is visited, such as `Saturday morning`."""
    shopper: Label | None
    """The mystery shopper or observer who makes the visit."""
    staff: Label | None
    """The member of staff whom they dealt with."""
    sale_id: Id | None
    """The id of the receipt of what the shopper bought. Null while the receipt is not recorded."""
    receipt: ReceiptRef | None
    """The receipt as it was referred to by its number."""
    interaction_id: Id | None
    """The id of the interaction that was observed."""
    results: Annotated[list[VisitResult], Field(max_length=200)]
    """The results, one for each item of the scorecard. Empty while the visit is planned."""
    score: Score | None
    """The score of the visit, from 0 to 100. Null until it is done, and if no item applied."""
    uncapped_score: Score | None
    """What the score would be if no critical item had failed."""
    capped_by: Annotated[list[Slug], Field(max_length=200)]
    """The keys of the critical items that lowered the score."""
    feedback_id: Id | None
    """The id of the feedback that the score is recorded as. Null until the visit is done."""
    note: Note | None
    """What was observed overall, in free text."""
    cancellation_reason: Line | None
    """Why the visit was cancelled. Null if it was not."""
    source: Label | None
    """The external system that the visit comes from. Null if it was recorded without one."""
    external_id: Reference | None
    """The id in the external system. Null if it was recorded without one."""
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
