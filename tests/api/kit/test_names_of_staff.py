"""Lists and measures of one member of staff: their name is found in whatever case it is written."""

from typing import Any

import httpx
import pytest

from tests import make
from tests.make import feedback
from tests.support import api

NAMES = ("Amara", "amara", "AMARA")


@pytest.mark.parametrize(
    ("path", "field", "record"),
    [
        ("/v1/interactions", "staff", make.interaction),
        ("/v1/complaints", "staff", make.complaint),
        ("/v1/feedback", "staff", feedback.feedback),
        ("/v1/sales", "operator", make.sale),
    ],
)
async def test_lists(client: httpx.AsyncClient, path: str, field: str, record: Any) -> None:
    first = await api.post(client, path, record(**{field: "Amara"}))
    await api.post(client, path, record(**{field: "Amaranta"}))
    for name in NAMES:
        assert [item["id"] for item in (await api.get(client, path, **{field: name}))["items"]] == [first["id"]], name


@pytest.mark.parametrize("field", ["staff", "shopper"])
async def test_visits(client: httpx.AsyncClient, field: str) -> None:
    scorecard = await make.create_scorecard(client)
    visit = {"scorecard_id": scorecard["id"], "kind": "observation", "happened_at": "2026-03-01T10:00:00Z"}
    first = await api.post(client, "/v1/visits", {**visit, field: "Amara"})
    for name in NAMES:
        assert [item["id"] for item in (await api.get(client, "/v1/visits", **{field: name}))["items"]] == [first["id"]]


async def test_measures(client: httpx.AsyncClient) -> None:
    await api.post(client, "/v1/feedback", feedback.feedback(staff="Amara"))
    await api.post(client, "/v1/sales", make.sale(operator="Amara"))
    for path, field in (
        ("/v1/feedback/measures", "staff"),
        ("/v1/feedback/methods", "staff"),
        ("/v1/feedback/loop", "staff"),
        ("/v1/sales/measures", "operator"),
    ):
        known, respelled, other = [await api.get(client, path, **{field: name}) for name in ("Amara", "aMARA", "Tom")]
        assert known == respelled != other, path
