"""Actions of a complaint: corrective ones put it right, preventive ones keep it from happening again."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.rules.complaints.states import ActionKind
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
    partial,
)


class Action(Resource):
    id: Id
    complaint_id: Id
    kind: ActionKind
    description: Line
    owner: Label | None
    due_on: Day | None
    done_at: Moment | None
    verified_at: Moment | None
    """When somebody saw that it works."""
    verified_by: Label | None
    outcome: Line | None
    version: Version
    created_at: Moment
    updated_at: Moment


class ActionNew(Schema):
    """Something done so that it is right again (corrective), or does not happen again (preventive)."""

    kind: ActionKind
    description: Line
    owner: Label | None = None
    due_on: Day | None = None


class ActionContent(ActionNew):
    done_at: Moment | None = None
    verified_at: Moment | None = None
    verified_by: Label | None = None
    outcome: Line | None = None

    @model_validator(mode="after")
    def _done_first(self) -> Self:
        if self.verified_at is not None and self.done_at is None:
            raise PydanticCustomError("missing", "`verified_at` requires `done_at`")
        return self


ActionChange: Any = partial(ActionContent, "ActionChange", "What changes of an action; null takes a value away.")


class ActionPage(Resource):
    items: Annotated[list[Action], Field(max_length=200)]
    next_cursor: str | None


class ActionQuery(PageQuery):
    complaint_id: Id | None = None
    kind: ActionKind | None = None
    owner: Label | None = None
    done: bool | None = None
    verified: bool | None = None
    due_before: Day | None = None
    sort: Literal["due_on"] = "due_on"
