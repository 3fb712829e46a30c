"""Figures with the range in which they may lie."""

from typing import Annotated

from pydantic import Field

from app.schemas.kit.types import Count, Resource

Fraction = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(ge=0, le=10_000_000)]
Rate = Annotated[float, Field(ge=0, le=1_000_000_000_000)]


class Share(Resource):
    """`count` of `of` cases. Of no cases nothing is known: then the other figures are null."""

    count: Count
    of: Count
    share: Fraction | None
    low: Fraction | None
    """The share lies between `low` and `high` with 95 % confidence (Wilson score interval)."""
    high: Fraction | None
