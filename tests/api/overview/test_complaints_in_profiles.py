"""An open complaint is the first thing whoever answers the phone has to see."""

import httpx

from tests import make
from tests.support.application import TestClock


async def test_it_leads_the_lookup_and_the_profile(client: httpx.AsyncClient, clock: TestClock) -> None:
    phone = "020 7946 0958"
    points = [{"kind": "phone", "value": phone}]
    customer = (await client.post("/v1/customers", json=make.customer(contact_points=points))).json()
    new = {"customer_id": customer["id"], "channel": "phone", "description": "Cold again", "feeling": "angry"}
    older, newer = [(await client.post("/v1/complaints", json=new)).json() for _ in range(2)]
    clock.tick(60)
    await client.post(f"/v1/complaints/{older['id']}/withdraw", json={"reason": "A mistake"})

    found = (await client.get("/v1/customers/lookup", params={"phone": phone})).json()["items"][0]
    assert list(found)[:2] == ["id", "open_complaints"]
    assert [c["reference"] for c in found["open_complaints"]] == [newer["reference"]]
    assert found["open_complaints"][0]["feeling"] == "angry"

    profile = (await client.get(f"/v1/customers/{customer['id']}/profile")).json()
    assert [c["id"] for c in profile["open_complaints"]] == [newer["id"]]
    assert profile["complaints"] == 2
    timeline = (await client.get(f"/v1/customers/{customer['id']}/timeline?type=complaint")).json()["items"]
    assert [entry["type"] for entry in timeline] == ["complaint.withdrawn", "complaint.received", "complaint.received"]


async def test_the_most_urgent_comes_first(client: httpx.AsyncClient, clock: TestClock) -> None:
    await client.post("/v1/calendars", json=make.calendar(code="always"))
    targets = {"acknowledge_minutes": 60}
    policy = make.policy(calendar="always", targets=targets, applies_to={"severities": ["high"]})
    assert (await client.post("/v1/service-policies", json=policy)).status_code == 201
    customer = (await client.post("/v1/customers", json=make.customer())).json()
    new = {"customer_id": customer["id"], "channel": "phone", "description": "Cold again"}
    untimed = (await client.post("/v1/complaints", json=new)).json()
    timed = (await client.post("/v1/complaints", json={**new, "severity": "high"})).json()
    clock.tick(7_200)
    profile = (await client.get(f"/v1/customers/{customer['id']}/profile")).json()
    assert [(c["id"], c["overdue"]) for c in profile["open_complaints"]] == [
        (timed["id"], True),
        (untimed["id"], False),
    ]


async def test_what_was_said_about_it_is_claimed_with_it(client: httpx.AsyncClient) -> None:
    stranger = {"name": "A neighbour", "contact": {"kind": "phone", "value": "020 7946 0111"}}
    new = {"complainant": stranger, "channel": "phone", "description": "Your van blocks the drive"}
    complaint = (await client.post("/v1/complaints", json=new)).json()
    assert complaint["customer_id"] is None
    await client.post(f"/v1/complaints/{complaint['id']}/acknowledge", json={"message": {"body": "I ring the driver"}})
    customer = (await client.post("/v1/customers", json=make.customer())).json()
    body = {"customer_id": customer["id"]}
    claimed = (await client.post(f"/v1/complaints/{complaint['id']}/claim", json=body)).json()
    assert claimed["customer_id"] == customer["id"]
    told = (await client.get("/v1/interactions", params={"customer_id": customer["id"]})).json()["items"]
    assert [interaction["body"] for interaction in told] == ["I ring the driver"]
