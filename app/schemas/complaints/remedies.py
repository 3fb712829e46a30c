"""Remedies of a complaint: what the customer asks for and what the business offers."""

from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, model_validator
from pydantic_core import PydanticCustomError

from app.rules.complaints.states import RemedyKind, RemedyState
from app.schemas.kit.types import (
    CurrencyCode,
    Id,
    Line,
    Moment,
    Money,
    Resource,
    Schema,
    Version,
    partial,
)

ModelT = TypeVar("ModelT", bound=BaseModel)


def together(value: ModelT, amount: str, unit: str) -> ModelT:
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
