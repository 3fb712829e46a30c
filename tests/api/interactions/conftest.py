"""Two customers who write."""

from typing import Any

import httpx
import pytest

from tests import make


@pytest.fixture
async def ada(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, display_name="Ada")


@pytest.fixture
async def bo(client: httpx.AsyncClient) -> dict[str, Any]:
    return await make.create_customer(client, display_name="Bo")
