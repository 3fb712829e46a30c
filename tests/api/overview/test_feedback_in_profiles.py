"""What a customer thought of us last stands where whoever answers the phone looks."""

from typing import Any

import httpx

from tests import make
from tests.support.application import TestClock

PHONE = "020 7946 0958"


async def customer(client: httpx.AsyncClient) -> dict[str, Any]:
    points = [{"kind": "phone", "value": PHONE}]
    return (await client.post("/v1/customers", json=make.customer(contact_points=points))).json()


async def record_feedback(client: httpx.AsyncClient, customer_id: str, **more: Any) -> dict[str, Any]:
    new = {"method": "form", "customer_id": customer_id, **more}
    response = await client.post("/v1/feedback", json=new)
    assert response.status_code == 201, response.text
    return response.json()


async def test_the_latest_stands_in_the_lookup(client: httpx.AsyncClient, clock: TestClock) -> None:
    zoe = await customer(client)
    await record_feedback(client, zoe["id"], ratings=[{"metric": "csat", "value": "5"}])
    clock.tick(60)
    latest = await record_feedback(
        client, zoe["id"], ratings=[{"metric": "nps", "value": "3"}], text="The soup was cold"
    )
    found = (await client.get("/v1/customers/lookup", params={"phone": PHONE})).json()["items"][0]
    told = found["last_feedback"]
    assert (told["id"], told["value"], told["best"], told["score"]) == (latest["id"], "3", "10", "30.00")
    assert (told["acknowledged_at"], told["closed_at"]) == (None, None)


async def test_who_said_nothing_has_none(client: httpx.AsyncClient) -> None:
    zoe = await customer(client)
    found = (await client.get("/v1/customers/lookup", params={"phone": PHONE})).json()["items"][0]
    assert found["last_feedback"] is None
    profile = (await client.get(f"/v1/customers/{zoe['id']}/profile")).json()
    assert profile["latest_feedback"] == []
    assert profile["feedback"] == {"count": 0, "mean_score": None, "unacknowledged": 0}


async def test_the_profile_sums_it_up(client: httpx.AsyncClient, clock: TestClock) -> None:
    zoe = await customer(client)
    first = await record_feedback(client, zoe["id"], ratings=[{"metric": "csat", "value": "5"}])
    clock.tick(60)
    second = await record_feedback(client, zoe["id"], ratings=[{"metric": "nps", "value": "3"}])
    clock.tick(60)
    silent = await record_feedback(client, zoe["id"], text="Just to say hello")
    clock.tick(60)
    await record_feedback(
        client, zoe["id"], method="competitor", competitor="The others", ratings=[{"metric": "csat", "value": "1"}]
    )
    assert (await client.post(f"/v1/feedback/{first['id']}/acknowledge", json={})).status_code == 200
    profile = (await client.get(f"/v1/customers/{zoe['id']}/profile")).json()
    assert [one["id"] for one in profile["latest_feedback"]] == [silent["id"], second["id"], first["id"]]
    # 100 and 30; what has no figure has no part in the mean, and what is said of others is not said of us.
    assert profile["feedback"] == {"count": 3, "mean_score": "65.00", "unacknowledged": 2}


async def test_the_timeline_tells_each_step(client: httpx.AsyncClient, clock: TestClock) -> None:
    zoe = await customer(client)
    said = await record_feedback(client, zoe["id"], ratings=[{"metric": "nps", "value": "3"}])
    for verb, body in (("acknowledge", {}), ("act", {"action": "A second till"}), ("notify", {})):
        clock.tick(60)
        assert (await client.post(f"/v1/feedback/{said['id']}/{verb}", json=body)).status_code == 200
    timeline = (await client.get(f"/v1/customers/{zoe['id']}/timeline?type=feedback")).json()["items"]
    assert [entry["type"] for entry in timeline] == [
        "feedback.notified",
        "feedback.acted",
        "feedback.acknowledged",
        "feedback.received",
    ]
    assert "3 of 10" in timeline[-1]["title"]
