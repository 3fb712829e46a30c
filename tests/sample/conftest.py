from collections.abc import Callable
from datetime import UTC, datetime

import phonenumbers
import pytest

from app.sample import SampleShop, make
from app.schemas.sales.sales import SaleNew

UNTIL = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def shop() -> SampleShop:
    """The shop at its default size; made once, never changed."""
    return make(UNTIL)


@pytest.fixture(scope="session")
def sales(shop: SampleShop) -> list[SaleNew]:
    """Its receipts as the contract reads them."""
    return [SaleNew.model_validate(sale) for sale in shop.sales]


@pytest.fixture(scope="session")
def normalize() -> Callable[[str, str], str]:
    """How a contact point is matched, by its kind and what was entered."""

    def normalize(kind: str, value: str) -> str:
        if kind in {"phone", "whatsapp"}:
            return phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.E164)
        return value.casefold()

    return normalize


@pytest.fixture
def until() -> datetime:
    return UNTIL
