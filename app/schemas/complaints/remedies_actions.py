"""What belongs to a complaint: remedies that would put it right, and actions that are taken."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.rules.complaints.states import ActionKind, RemedyKind, RemedyState
from app.schemas.kit.types import (
    CurrencyCode,
    Day,
    Id,
    Label,
    Line,
    Moment,
    Money,
    PageQuery,
    Resource,
    Schema,
    Version,
    partial,
)


def together(value: Any, amount: str, unit: str) -> Any:
    if (getattr(value, amount) is None) != (getattr(value, unit) is None):
        raise PydanticCustomError(
            "missing", "`{amount}` and `{unit}` must be sent together", {"amount": amount, "unit": unit}
        )
    return value


class _RemedyContent(Schema):
    kind: RemedyKind
    description: Line | None = None
    cost: Money | None = None
    """What it costs us."""
    currency: CurrencyCode | None = None

    @model_validator(mode="after")
    def _priced(self) -> Self:
        return together(self, "cost", "currency")


class RemedyNew(_RemedyContent):
    """Something that would put it right."""

    state: Literal[RemedyState.SOUGHT, RemedyState.OFFERED] = RemedyState.SOUGHT
    """`sought`: the customer asks for it; `offered`: we do."""


class PastRemedy(_RemedyContent):
    """Something that would put it right, of a complaint that comes in."""

    state: RemedyState = RemedyState.SOUGHT
    """`sought`: the customer asks for it; `offered`: we do. `accepted` and `refused` only with a history in which the
    customer accepts or rejects the answer: they decided it then.
    """


class Remedy(Resource):
    id: Id
    kind: RemedyKind
    state: RemedyState
    description: Line | None
    cost: Money | None
    currency: CurrencyCode | None
    sought_at: Moment | None
    offered_at: Moment | None
    decided_at: Moment | None
    """When the customer accepted or refused it."""
    version: Version


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


class RemedyChanging(Schema):
    state: RemedyState
    description: Line | None = None
    cost: Money | None = None
    currency: CurrencyCode | None = None
    kind: RemedyKind

    @model_validator(mode="after")
    def _priced(self) -> Self:
        return together(self, "cost", "currency")


RemedyChange: Any = partial(RemedyChanging, "RemedyChange", "What changes of a remedy; null takes a value away.")


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
