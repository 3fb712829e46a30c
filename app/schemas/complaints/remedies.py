"""Remedies of a complaint: what the customer asks for and what the business offers."""

from typing import Any, Literal, Self

from pydantic import model_validator

from app.rules.complaints.states import RemedyKind, RemedyState
from app.schemas.kit.amounts import payable, together
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


class _RemedyContent(Schema):
    kind: RemedyKind
    """What kind of remedy it is, such as a refund or an apology."""
    description: Line | None = None
    """What exactly is asked for or offered, in one line."""
    cost: Money | None = None
    """What the remedy costs the business, as an amount of that currency that can be paid. Requires `currency`."""
    currency: CurrencyCode | None = None
    """The currency of the cost, an ISO 4217 code."""

    @model_validator(mode="after")
    def _check_cost(self) -> Self:
        return payable(together(self, "cost", "currency"), "cost", "currency")


class RemedyNew(_RemedyContent):
    """A remedy that the customer asks for or that the business offers."""

    state: Literal[RemedyState.SOUGHT, RemedyState.OFFERED] = RemedyState.SOUGHT
    """Whether the customer asks for the remedy (`sought`) or the business offers it (`offered`)."""


class PastRemedy(_RemedyContent):
    """A remedy of a complaint to record."""

    state: RemedyState = RemedyState.SOUGHT
    """Whether the customer asks for the remedy (`sought`), or the business offered it and the customer `accepted` or
    `refused` it. The last two require a history in which the customer accepted or rejected the response.
    """


class Remedy(Resource):
    """A remedy that the customer asked for or that the business offered."""

    id: Id
    kind: RemedyKind
    """What kind of remedy it is, such as a refund or an apology."""
    state: RemedyState
    description: Line | None
    """What exactly is asked for or offered, in one line."""
    cost: Money | None
    """What the remedy costs the business. Null if it is not known."""
    currency: CurrencyCode | None
    """The currency of the cost, an ISO 4217 code."""
    sought_at: Moment | None
    """When the customer asked for it. Null if they did not."""
    offered_at: Moment | None
    """When the business offered it. Null if it did not."""
    decided_at: Moment | None
    """When the customer accepted or refused it. Null while they have not."""
    version: Version


class RemedyChanging(Schema):
    state: RemedyState
    """Whether the customer asks for the remedy, the business offers it, or the customer has accepted or refused it."""
    description: Line | None = None
    """What exactly is asked for or offered, in one line."""
    cost: Money | None = None
    """What the remedy costs the business, as an amount of that currency that can be paid. Requires `currency`."""
    currency: CurrencyCode | None = None
    """The currency of the cost, an ISO 4217 code."""
    kind: RemedyKind
    """What kind of remedy it is, such as a refund or an apology."""

    @model_validator(mode="after")
    def _check_cost(self) -> Self:
        return together(self, "cost", "currency")


RemedyChange: Any = partial(
    RemedyChanging, "RemedyChange", "The fields of a remedy to change, as a JSON merge patch (RFC 7396)."
)
