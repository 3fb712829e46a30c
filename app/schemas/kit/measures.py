"""Figures with their confidence intervals."""

from typing import Annotated

from pydantic import Field

from app.schemas.kit.types import Count, Resource

Fraction = Annotated[float, Field(ge=0, le=1)]
Hours = Annotated[float, Field(ge=0, le=10_000_000)]
Rate = Annotated[float, Field(ge=0, le=1_000_000_000_000)]


class Share(Resource):
    """A share of a number of cases, with its confidence interval. All fractions are null if there are no cases."""

    count: Count
    """The number of cases that meet the condition."""
    total: Count
    """The number of all cases."""
    share: Fraction | None
    """The fraction `count` / `total`, from 0 to 1."""
    low: Fraction | None
    """The lower bound of the 95 % confidence interval of the share (Wilson score)."""
    high: Fraction | None
    """The upper bound of the 95 % confidence interval of the share (Wilson score)."""
