"""The trading day of a receipt stays with its moment, whatever time zone its site has by then."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.support import api

EVENING = "2026-09-07T20:00:00+00:00"


@pytest.fixture
async def body(client: httpx.AsyncClient) -> dict[str, Any]:
    """A receipt of a site that got its time zone later."""
    body = make.sale(site="tokyo", occurred_at=EVENING)
    assert (await make.record_sale(client, body))["business_date"] == "2026-09-07"
    (site,) = (await api.get(client, "/v1/sites", code="tokyo"))["items"]
    await api.patched(client, f"/v1/sites/{site['id']}", {"time_zone": "Asia/Tokyo"})
    return body


async def revised(client: httpx.AsyncClient, body: dict[str, Any], revision: int = 1, **changes: Any) -> str:
    sale = await make.record_sale(client, body | changes | {"revision": revision}, 200)
    day: str = sale["business_date"]
    return day


class TestRevision:
    @pytest.mark.parametrize("at", [EVENING, "2026-09-08T05:00:00+09:00"])
    async def test_of_the_same_moment(self, client: httpx.AsyncClient, body: Any, at: str) -> None:
        assert await revised(client, body, operator="Bo", occurred_at=at) == "2026-09-07"

    async def test_without_the_day_that_the_till_had_said(self, client: httpx.AsyncClient, body: Any) -> None:
        assert await revised(client, body, business_date="2026-09-05") == "2026-09-05"
        assert await revised(client, body, 2) == "2026-09-05"

    async def test_of_another_moment(self, client: httpx.AsyncClient, body: Any) -> None:
        assert await revised(client, body, occurred_at="2026-09-09T21:00:00Z") == "2026-09-10"
