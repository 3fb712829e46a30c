"""Actions of a complaint: corrective ones put it right, preventive ones keep it from happening again."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from app.rules.complaints.states import ActionKind
from app.rules.kit import moments
from app.schemas.kit.types import (
    Day,
    Id,
    Label,
    Line,
    Moment,
    PageQuery,
    Resource,
    Schema,
    Version,
    fault,
    partial,
)


class Action(Resource):
    """Something that is done to correct the matter, or to prevent it from happening again."""

    id: Id
    complaint_id: Id
    """The id of the complaint that led to the action."""
    kind: ActionKind
    """Whether the action corrects the matter or prevents it in future."""
    description: Line
    """What has to be done, in one line."""
    owner: Label | None
    """The member of staff who has to do it. Null if nobody is responsible yet."""
    due_on: Day | None
    """The date by which it has to be done. Null if there is none."""
    done_at: Moment | None
    """When it was done. Null while it is not."""
    verified_at: Moment | None
    """When somebody confirmed that the action works. Null while nobody has."""
    verified_by: Label | None
    """Who confirmed that the action works."""
    outcome: Line | None
    """What came of the action, in a few words."""
    version: Version
    created_at: Moment
    updated_at: Moment


class ActionNew(Schema):
    """An action to plan. A corrective one fixes the matter, a preventive one keeps it from happening again."""

    kind: ActionKind
    """Whether the action corrects the matter or prevents it in future."""
    description: Line
    """What has to be done, in one line."""
    owner: Label | None = None
    """The member of staff who has to do it."""
    due_on: Day | None = None
    """The date by which it has to be done."""


class ActionContent(ActionNew):
    done_at: Moment | None = None
    """When the action was completed."""
    verified_at: Moment | None = None
    """When somebody confirmed that the action works. Requires `done_at`."""
    verified_by: Label | None = None
    """Who confirmed that the action works."""
    outcome: Line | None = None
    """What came of the action, in a few words."""

    @model_validator(mode="after")
    def _check_verification(self) -> Self:
        if self.verified_at is not None and self.done_at is None:
            raise fault("done_at", "missing", "`verified_at` requires `done_at`")
        if self.verified_at is not None and self.done_at is not None and self.verified_at < self.done_at:
            raise fault("verified_at", moments.OUT_OF_ORDER, moments.not_before("done_at"))
        return self


ActionChange: Any = partial(
    ActionContent, "ActionChange", "The fields of an action to change, as a JSON merge patch (RFC 7396)."
)


class ActionPage(Resource):
    items: Annotated[list[Action], Field(max_length=200)]
    next_cursor: str | None


class ActionQuery(PageQuery):
    complaint_id: Id | None = None
    kind: ActionKind | None = None
    owner: Label | None = None
    """Only actions of this member of staff, in whatever case the name is written."""
    done: bool | None = None
    verified: bool | None = None
    due_before: Day | None = None
    """Only actions that are due before this date."""
    sort: Literal["due_on"] = "due_on"
