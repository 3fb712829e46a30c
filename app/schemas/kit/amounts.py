"""Amounts beside their units: what is wrong between the two members of an object."""

from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel

from app.rules.kit.money import fault_of
from app.schemas.kit.types import fault

ModelT = TypeVar("ModelT", bound=BaseModel)


def together(value: ModelT, amount: str, unit: str) -> ModelT:
    """The problem of an amount without its unit, or the other way round, at the one that is missing."""
    if (getattr(value, amount) is None) != (getattr(value, unit) is None):
        missing = amount if getattr(value, amount) is None else unit
        raise fault(missing, "missing", f"`{amount}` and `{unit}` must be sent together")
    return value


def payable(value: ModelT, amount: str, currency: str) -> ModelT:
    """The problem of an amount that nobody can pay, at the member that has to change."""
    for member, code, detail in faults(value, amount, currency):
        raise fault(member, code, detail)
    return value


def faults(value: BaseModel, amount: str, currency: str, *, signed: bool = False) -> Iterator[tuple[str, str, str]]:
    """Why nobody can pay an amount: the member that has to change, with code and detail. See `rules.kit.money`."""
    sum_, code = getattr(value, amount), getattr(value, currency)
    if sum_ is not None and code is not None and (found := fault_of(sum_, code, signed=signed)) is not None:
        yield currency if found.of_currency else amount, found.code, found.detail
