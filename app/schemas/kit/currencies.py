"""Currencies that are, or were, in use."""

from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from app.rules.kit.money import CURRENCIES, UNKNOWN_CURRENCY
from app.schemas.kit.types import CurrencyCode


def _known(value: str) -> str:
    if value not in CURRENCIES:
        raise PydanticCustomError("currency", UNKNOWN_CURRENCY)
    return value


Currency = Annotated[CurrencyCode, AfterValidator(_known)]
