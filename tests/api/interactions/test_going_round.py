"""Links and answers never go round: whatever has come together, a message is recorded."""

from typing import Any

import httpx

from tests import make
from tests.support import api


def mail(kind: str, source: str, day: int, **more: Any) -> dict[str, Any]:
    sent = {"kind": kind, "channel": "email", "direction": "inbound", "thread": "T", "source": source}
    return {**sent, "external_id": str(day), "happened_at": f"2026-01-{day:02d}T10:00:00Z", **more}


async def test_a_message_of_another_source_into_a_thread_of_enquiries_complaints_and_an_answer(
    client: httpx.AsyncClient,
) -> None:
    ada, *_ = [
        await make.create_customer(client, contact_points=[make.email(f"{name}@example.com")])
        for name in ("ada", "bo", "cy")
    ]
    sale = await make.record_sale(client)
    complaint = await api.post(
        client, "/v1/complaints", {"channel": "email", "description": "x", "sale_id": sale["id"]}, 201
    )
    first = await api.post(client, "/v1/interactions", mail("enquiry", "A", 20), 201)
    await api.post(client, f"/v1/interactions/{first['id']}/claim", {"customer_id": ada["id"]}, 200)
    await api.post(client, f"/v1/interactions/{first['id']}/answer", {"body": "answer", "channel": "email"}, 201)
    await api.post(client, f"/v1/interactions/{first['id']}/release", {"reason": "x"}, 200)
    contact = {"kind": "email", "value": "bo@example.com"}
    second = await api.post(
        client,
        "/v1/interactions",
        mail("enquiry", "A", 2, contact=contact, complaint_id=complaint["id"]),
        201,
    )
    complainant = {"name": "x", "contact": {"kind": "email", "value": "cy@example.com"}}
    await api.post(
        client,
        "/v1/complaints",
        {"channel": "email", "description": "y", "interaction_id": second["id"], "complainant": complainant},
        201,
    )
    await api.post(client, f"/v1/sales/{sale['id']}/claim", {"customer_id": ada["id"]}, 200)
    await api.post(client, "/v1/interactions", mail("message", "B", 10), 201)
    (answer,) = (await api.get(client, "/v1/interactions", direction="outbound"))["items"]
    assert answer["customer_id"] is None, "it would be Ada's because it answers, and answer nothing because it is hers"
    assert (await api.get(client, f"/v1/interactions/{first['id']}"))["answered_at"] is None


async def test_a_long_chain_of_links_is_followed_to_its_end_and_back(client: httpx.AsyncClient) -> None:
    ada = await make.create_customer(client)
    message = {"kind": "message", "channel": "email", "direction": "inbound"}
    head = last = await api.post(client, "/v1/interactions", message)
    for _ in range(55):
        complaint = await api.post(
            client, "/v1/complaints", {"channel": "email", "description": "x", "interaction_id": last["id"]}
        )
        last = await api.post(client, "/v1/interactions", {**message, "complaint_id": complaint["id"]})
    await api.post(client, f"/v1/interactions/{head['id']}/claim", {"customer_id": ada["id"]}, 200)
    assert (await api.get(client, f"/v1/interactions/{last['id']}"))["customer_id"] == ada["id"]
    await api.post(client, f"/v1/interactions/{head['id']}/release", {"reason": "x"}, 200)
    assert (await api.get(client, f"/v1/interactions/{last['id']}"))["customer_id"] is None
